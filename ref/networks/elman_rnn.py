"""Elman network: one recurrent layer, read out linearly at every step or at the last.

    forward      h    = elman(x, U, W, b, h0)            z_t = h_t V + c
    backward     dh_t = dz_t Vᵀ                          dV  = Σ_t h_tᵀ dz_t        dc = Σ_tn dz_t        then elman's
    R-forward    Rh   = elman's                          Rz_t = Rh_t V + h_t RV + Rc
    R-backward   R{.} of each line of backward

No gradient flows to the inputs, and no direction moves them, so those products are left out.

Shapes: x (T, N, D), z (S, N, C) with S = T, or 1 where only the last step is read out; U (D, H), W (H, H), b (H,),
h0 (H,), V (H, C), c (C,).  T steps, N cases, D inputs, H hidden units, C outputs; time comes first.  Which outputs
count is the objective's business.  Martens & Sutskever 2011.
"""

from types import ModuleType
from typing import NamedTuple

import numpy as np

from ref.arrays import require_count, require_sequences
from ref.layers import ACTIVATIONS, affine, elman
from ref.networks.initialization import weights
from ref.networks.mlp import MLP
from ref.parameters import Parameters

Array = np.ndarray


class Cache(NamedTuple):
    elman: tuple  # the recurrence's cache
    affine: tuple  # the readout's, its cases being all cases of all steps that are read out
    theta: Parameters


class RCache(NamedTuple):
    elman: tuple
    affine: tuple


class ElmanRNN:
    """activation   of the hidden units: a name in ref.layers.ACTIVATIONS
    outputs      "all" steps have one, or the "last" alone
    elman        the recurrence: ref.layers.elman, or a compiled module with the same functions

    Raises ValueError for a size below one and for unknown names.
    """

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int, activation: str = "tanh", outputs: str = "all",
                 elman: ModuleType = elman):
        D, H, C = (require_count(name, size) for name, size in
                   (("n_inputs", n_inputs), ("n_hidden", n_hidden), ("n_outputs", n_outputs)))
        for name, value, known in (("activation", activation, ACTIVATIONS), ("outputs", outputs, ("all", "last"))):
            if value not in known:
                raise ValueError(f"{name} is {value!r} but must be one of {', '.join(known)}")
        self.sizes, self.activation, self.outputs, self.elman = (D, H, C), activation, outputs, elman
        self.shapes = {"U": (D, H), "W": (H, H), "b": (H,), "h0": (H,), "V": (H, C), "c": (C,)}

    def init(self, rng: np.random.Generator, scheme: str = "sparse", scale: float = 1.0, input_scale: float = 0.25,
             dtype=np.float64) -> Parameters:
        """U, W, V by the scheme (ref.networks.initialization), biases and initial state zero; U times input_scale.

        sparse       each unit has 15 incoming weights ~ N(0, scale²/15), or as many as there are; the 15, the 1/√15 and
                     input_scale are those of the code released with Martens & Sutskever 2011, which has no biases
        orthogonal   W orthogonal, times scale; U and V by glorot
        the others   all three by the scheme
        """
        theta = Parameters.zeros(self.shapes, dtype)
        around = "glorot" if scheme == "orthogonal" else scheme
        size = scale / 15**0.5 if scheme == "sparse" else scale
        for name, of, factor in (("U", around, input_scale), ("W", scheme, 1.0), ("V", around, 1.0)):
            theta[name] = weights(of, rng, self.shapes[name], factor * size, dtype)
        return theta

    def forward(self, theta: Parameters, x: Array) -> tuple[Array, Cache]:
        """Raises ValueError or TypeError where x or theta does not fit the network."""
        self._require_parameters("theta", theta)
        x = require_sequences("x", x, self.sizes[0], finite=False)
        if x.dtype != theta.dtype:
            raise TypeError(f"x is {x.dtype} but theta is {theta.dtype}")
        h, cache = self.elman.forward(x, theta["U"], theta["W"], theta["b"], theta["h0"], self.activation)
        z, affine_cache = affine.forward(self._read(h), theta["V"], theta["c"])
        return z.reshape(-1, h.shape[1], self.sizes[2]), Cache(cache, affine_cache, theta)

    def backward(self, dz: Array, cache: Cache, damped: Array | None = None) -> Parameters:
        """damped (T, N, H): what structural damping adds to the gradient at the pre-activations (ref.layers.elman)."""
        grad = cache.theta.like()
        dh, grad["V"], grad["c"] = affine.backward(dz.reshape(-1, self.sizes[2]), cache.affine)
        dh = self._at_its_steps(dh, cache)
        _, grad["U"], grad["W"], grad["b"], grad["h0"] = self.elman.backward(dh, cache.elman, damped, to_input=False)
        return grad

    def state_gradients(self, dz: Array, cache: Cache) -> Array:
        """dL/dh_t (T, N, H), with all that comes back through time:  dh_t = dz_t Vᵀ + (phi'(s_{t+1}) dh_{t+1}) Wᵀ"""
        c = cache.elman
        dh = self._at_its_steps(dz.reshape(-1, self.sizes[2]) @ cache.affine.W.T, cache).copy()
        for t in reversed(range(len(dh) - 1)):
            dh[t] += ACTIVATIONS[c.phi].backward(dh[t + 1], c.phis[t + 1]) @ c.W.T
        return dh

    def r_forward(self, v: Parameters, cache: Cache) -> tuple[Array, RCache]:
        """Return Rz = J v and the R-caches; v Parameters, a direction."""
        self._require_parameters("v", v)
        Rh, r_cache = self.elman.r_forward(None, v["U"], v["W"], v["b"], v["h0"], cache.elman)
        Rz, affine_r_cache = affine.r_forward(self._read(Rh), v["V"], v["c"], cache.affine)
        return Rz.reshape(-1, Rh.shape[1], self.sizes[2]), RCache(r_cache, affine_r_cache)

    def r_backward(self, Rdz: Array, dz: Array, cache: Cache, r_cache: RCache) -> Parameters:
        """Return R{gradient}: H v where dz and Rdz are the loss's gradient and its Hessian times Rz."""
        Rgrad = cache.theta.like()
        dz, Rdz = dz.reshape(-1, self.sizes[2]), Rdz.reshape(-1, self.sizes[2])
        Rdh, Rgrad["V"], Rgrad["c"] = affine.r_backward(Rdz, dz, cache.affine, r_cache.affine)
        dh, Rdh = self._at_its_steps(dz @ cache.affine.W.T, cache), self._at_its_steps(Rdh, cache)
        Rgrads = self.elman.r_backward(Rdh, dh, cache.elman, r_cache.elman, to_input=False)
        _, Rgrad["U"], Rgrad["W"], Rgrad["b"], Rgrad["h0"] = Rgrads
        return Rgrad

    def _read(self, h: Array) -> Array:
        """The states that are read out, as rows: (T, N, H) -> (S N, H)."""
        return (h if self.outputs == "all" else h[-1]).reshape(-1, h.shape[-1])

    def _at_its_steps(self, rows: Array, cache: Cache) -> Array:
        """The opposite: (S N, H) -> (T, N, H), zero at the steps that are not read out."""
        T = len(cache.elman.h) - 1
        if self.outputs == "all":
            return rows.reshape(T, -1, rows.shape[1])
        return np.pad(rows[None], ((T - 1, 0), (0, 0), (0, 0)))

    _require_parameters = MLP._require_parameters
