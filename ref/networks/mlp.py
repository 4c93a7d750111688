"""Multilayer perceptron: affine layers and nonlinearities in turn, y₀ = x, z = y_L.

    forward      s_l  = y_{l-1} W_l + b_l                      y_l  = phi_l(s_l)
    backward     ds_l = phi_l'(s_l) dy_l                       dy_{l-1} = ds_l W_lᵀ
                 dW_l = y_{l-1}ᵀ ds_l                          db_l = Σₙ ds_l
    R-forward    Rs_l = Ry_{l-1} W_l + y_{l-1} V_l + v_l       Ry_l = phi_l'(s_l) Rs_l        Ry₀ = 0
    R-backward   R{.} of each line of backward, with RW_l = V_l and Rb_l = v_l

Nothing flows into the first layer's Ry₀ and nothing is asked of its dy₀, so both products are left out there.

Shapes: x (N, D), z (N, C), W_l (H_{l-1}, H_l), b_l (H_l,).  Martens & Sutskever 2012, sections 5 and 6.
"""

from typing import NamedTuple

import numpy as np

from ref.layers import ACTIVATIONS, affine
from ref.networks.initialization import weights
from ref.parameters import Parameters
from ref.validation import require_cases, require_count

Array = np.ndarray


class Cache(NamedTuple):
    affine: list  # the affine cache of each layer
    activation: list  # the nonlinearity's cache of each layer
    theta: Parameters


class MLP:
    """sizes (H_0, ..., H_L): inputs, hidden units, outputs; activations: one name for all hidden layers, the output
    being linear, or one name for each of the L layers.  The output nonlinearity belongs to the loss.

    Raises ValueError for fewer than two sizes, a size below one, an unknown activation or a wrong number of them.

    >>> import numpy as np
    >>> from ref import MLP
    >>> network = MLP((4, 5, 2), "tanh")
    >>> theta = network.init(np.random.default_rng(0))
    >>> z, cache = network.forward(theta, np.ones((3, 4)))
    >>> z.shape, network.backward(np.ones_like(z), cache)["W1"].shape
    ((3, 2), (4, 5))
    """

    def __init__(self, sizes, activations="tanh"):
        self.sizes = tuple(require_count("sizes", size) for size in sizes)
        if len(self.sizes) < 2:
            raise ValueError(f"sizes is {self.sizes} but must name at least the inputs and the outputs")
        L = len(self.sizes) - 1
        names = [activations] * (L - 1) + ["identity"] if isinstance(activations, str) else list(activations)
        if len(names) != L:
            raise ValueError(f"activations has {len(names)} entries but the network has {L} layers")
        for name in names:
            if name not in ACTIVATIONS:
                raise ValueError(f"activations has {name!r} but must be among {', '.join(ACTIVATIONS)}")
        self.activations = tuple(names)
        self.phi = [ACTIVATIONS[name] for name in names]
        self.layers = range(1, L + 1)
        self.shapes = {}
        for l in self.layers:
            self.shapes[f"W{l}"] = (self.sizes[l - 1], self.sizes[l])
            self.shapes[f"b{l}"] = (self.sizes[l],)

    def init(self, rng: np.random.Generator, scheme: str = "sparse", scale: float = 1.0,
             dtype=np.float64) -> Parameters:
        """Weights by the scheme (ref.networks.initialization), biases zero.

        The sparse scheme follows the rule for tanh units: weights are halved once for a tanh layer before and once for
        one after, and a tanh layer's biases are 0.5 (Sutskever et al. 2013).
        """
        theta = Parameters.zeros(self.shapes, dtype)
        for l in self.layers:
            around = (self.activations[l - 2] if l > 1 else None, self.activations[l - 1])
            halvings = around.count("tanh") if scheme == "sparse" else 0
            theta[f"W{l}"] = weights(scheme, rng, self.shapes[f"W{l}"], scale * 0.5**halvings, dtype)
            if scheme == "sparse" and self.activations[l - 1] == "tanh":
                theta[f"b{l}"] = np.full(self.sizes[l], 0.5, dtype)
        return theta

    def forward(self, theta: Parameters, x: Array) -> tuple[Array, Cache]:
        """Raises ValueError or TypeError where x or theta does not fit the network."""
        self._require_parameters("theta", theta)
        y = require_cases("x", x, self.sizes[0], finite=False)
        if y.dtype != theta.dtype:
            raise TypeError(f"x is {y.dtype} but theta is {theta.dtype}")
        cache = Cache([], [], theta)
        for l in self.layers:
            s, affine_cache = affine.forward(y, theta[f"W{l}"], theta[f"b{l}"])
            y, activation_cache = self.phi[l - 1].forward(s)
            cache.affine.append(affine_cache)
            cache.activation.append(activation_cache)
        return y, cache

    def backward(self, dz: Array, cache: Cache) -> Parameters:
        grad = cache.theta.like(np.empty_like(cache.theta.vector))
        dy = dz
        for l in reversed(self.layers):
            ds = self.phi[l - 1].backward(dy, cache.activation[l - 1])
            to_layer = grad[f"W{l}"], grad[f"b{l}"]
            dy, _, _ = affine.backward(ds, cache.affine[l - 1], to_input=l > 1, out=to_layer)
        return grad

    def backward_squares(self, dz: Array, cache: Cache) -> tuple[Parameters, Parameters]:
        """Return the gradient Σₙ gₙ and, from the same pass, Σₙ gₙ², gₙ being case n's own gradient.

        gₙ of W_l is the outer product y_{l-1,n} ds_{l,n}ᵀ, so Σₙ gₙ² = (y²)ᵀ (ds²): no case's gradient is ever formed.
        """
        grad, squares = cache.theta.like(), cache.theta.like()
        dy = dz
        for l in reversed(self.layers):
            y, W = cache.affine[l - 1]
            ds = self.phi[l - 1].backward(dy, cache.activation[l - 1])
            grad[f"W{l}"], grad[f"b{l}"] = y.T @ ds, ds.sum(axis=0)
            squared = ds * ds
            squares[f"W{l}"], squares[f"b{l}"] = (y * y).T @ squared, squared.sum(axis=0)
            if l > 1:
                dy = ds @ W.T
        return grad, squares

    def layer_inputs(self, cache: Cache) -> list[Array]:
        """y_{l-1} (N, H_{l-1}) of every layer, first to last."""
        return [layer.x for layer in cache.affine]

    def pre_activation_gradients(self, dz: Array, cache: Cache) -> list[Array]:
        """ds_l (N, H_l) of every layer, first to last: `backward` without the gradients of the weights."""
        dy, gradients = dz, []
        for l in reversed(self.layers):
            ds = self.phi[l - 1].backward(dy, cache.activation[l - 1])
            gradients.insert(0, ds)
            if l > 1:
                dy = ds @ cache.affine[l - 1].W.T
        return gradients

    def slopes(self, cache: Cache) -> list[Array]:
        """phi_l'(s_l) (N, H_l) of every layer, first to last."""
        ones = (np.ones((len(layer.x), layer.W.shape[1]), layer.x.dtype) for layer in cache.affine)
        return [phi.backward(one, slope) for phi, one, slope in zip(self.phi, ones, cache.activation)]

    def r_forward(self, v: Parameters, cache: Cache) -> tuple[Array, list]:
        """Return Rz = J v and the R-caches of each layer; v Parameters, a direction."""
        self._require_parameters("v", v)
        Ry, r_cache = None, []  # x is data
        for l in self.layers:
            Rs, affine_r_cache = affine.r_forward(Ry, v[f"W{l}"], v[f"b{l}"], cache.affine[l - 1])
            Ry, activation_r_cache = self.phi[l - 1].r_forward(Rs, cache.activation[l - 1])
            del Rs  # not kept beside the next layer's
            r_cache.append((affine_r_cache, activation_r_cache))
        return Ry, r_cache

    def r_backward(self, Rdz: Array, dz: Array, cache: Cache, r_cache: list) -> Parameters:
        """Return R{gradient}: H v where dz and Rdz are the loss's gradient and its Hessian times Rz."""
        Rgrad = cache.theta.like()
        dy, Rdy = dz, Rdz
        for l in reversed(self.layers):
            phi, (affine_cache, activation_cache) = self.phi[l - 1], (cache.affine[l - 1], cache.activation[l - 1])
            affine_r_cache, activation_r_cache = r_cache[l - 1]
            ds = phi.backward(dy, activation_cache)
            Rds = phi.r_backward(Rdy, dy, activation_cache, activation_r_cache)
            Rdy, Rgrad[f"W{l}"], Rgrad[f"b{l}"] = affine.r_backward(Rds, ds, affine_cache, affine_r_cache,
                                                                    to_input=l > 1)
            if l > 1:
                dy = ds @ affine_cache.W.T
        return Rgrad

    def _require_parameters(self, name: str, theta: Parameters) -> None:
        if not isinstance(theta, Parameters):
            raise TypeError(f"{name} is of type {type(theta).__name__} but the network needs Parameters of "
                            f"{self.shapes}")
        if theta.shapes != self.shapes:
            raise ValueError(f"{name} is {theta!r} but the network needs Parameters of {self.shapes}")
