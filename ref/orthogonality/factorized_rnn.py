"""Factorised network: an Elman network whose transition is kept as W_U S W_Vᵀ, singular values and bases apart.

    forward      W = W_U S W_Vᵀ,  S = diag(s(W_p))        then the Elman network's with W
    backward     the Elman network's, dW among them       then dW_U, dW_p, dW_V from dW
    R-forward    RW from RW_U, RW_p, RW_V                 then the Elman network's with RW
    R-backward   the Elman network's, RdW among them      then RdW_U, RdW_p, RdW_V from RdW and dW

The equations for W are in ref.orthogonality.spectral, all others in ref.networks.elman_rnn.  W is formed once in each
pass, and no decomposition is differentiated.  The optimiser keeps W_U and W_V orthogonal, here with the paper's rates
for copying:

    PerParameter({("W_U", "W_V"): CayleyDescent(1e-6), ("W_p",): RMSprop(renormalized(1e-4, margin))},
    others=RMSprop(1e-4))

Shapes: W_U and W_V (H, H), W_p (H,); x, z and the other parameters as in the Elman network, W excepted.
The paper's equation 8.
"""

import copy
from types import ModuleType
from typing import NamedTuple

import numpy as np

from ref.layers import elman
from ref.networks import elman_rnn
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.initialization import weights
from ref.networks.recurrent import RecurrentNetwork
from ref.orthogonality import spectral
from ref.orthogonality.initialization import factors
from ref.orthogonality.spectrum import require_margin
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray
FACTORS = ("W_U", "W_p", "W_V")


class Cache(NamedTuple):
    composed: elman_rnn.Cache
    spectral: spectral.Cache
    theta: Parameters


class RCache(NamedTuple):
    composed: elman_rnn.RCache
    spectral: spectral.RCache


class FactorizedRNN(RecurrentNetwork):
    """margin     m: every singular value of the transition within 1 - m .. 1 + m; None: free
    the others as of ElmanRNN

    Raises ValueError as ElmanRNN does, and for a margin outside [0, 1].

    >>> import numpy as np
    >>> from ref import FactorizedRNN
    >>> network = FactorizedRNN(n_inputs=2, n_hidden=5, n_outputs=3, margin=0.1)
    >>> theta = network.init(np.random.default_rng(0))
    >>> W, _ = network.transition(theta)
    >>> s = np.linalg.svd(W, compute_uv=False)
    >>> bool(0.9 <= s.min() and s.max() <= 1.1)
    True
    """

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int, margin: float | None = None,
                 activation: str = "tanh", outputs: str = "all", elman: ModuleType = elman, clip: float | None = None):
        super().__init__(n_inputs, n_hidden, n_outputs, outputs, clip)
        self.composed, self.margin = ElmanRNN(*self.sizes, activation, outputs, elman, clip), require_margin(margin)
        H = self.sizes[1]
        self.shapes = {}
        for name, shape in self.composed.shapes.items():
            self.shapes |= {"W_U": (H, H), "W_p": (H,), "W_V": (H, H)} if name == "W" else {name: shape}

    @property
    def elman(self) -> ModuleType:
        """The recurrence; setting it leaves networks alone that this one was copied from."""
        return self.composed.elman

    @elman.setter
    def elman(self, module: ModuleType) -> None:
        self.composed = copy.copy(self.composed)
        self.composed.elman = module

    def init(self, rng: np.random.Generator, scheme: str = "orthogonal", determinant: int | None = None,
             input_range: float = 0.01, dtype=np.float64, slope: float = 0.25) -> Parameters:
        """W_U, W_p, W_V by the scheme (ref.orthogonality.factors), U uniform within ±input_range, V by glorot.

        The other parameters are zero.  ±0.01 is the released code's.  slope: of leaky rectified units below zero.
        """
        theta = Parameters.zeros(self.shapes, dtype)
        D, H, C = self.sizes
        for name, factor in zip(FACTORS, factors(scheme, rng, H, self.margin, determinant, dtype)):
            theta[name] = factor
        theta["U"] = require_number("input_range", input_range, above=0) * rng.uniform(-1, 1, (D, H))
        theta["V"] = weights("glorot", rng, (H, C), dtype=dtype)
        if self.composed.leaky:
            theta["a"][:] = require_number("slope", slope)
        return theta

    def transition(self, theta: Parameters) -> tuple[Array, spectral.Cache]:
        """W (H, H), and what takes derivatives in W to its factors."""
        return spectral.forward(*(theta[name] for name in FACTORS), self.margin)

    def forward(self, theta: Parameters, x: Array) -> tuple[Array, Cache]:
        """Raises ValueError or TypeError where x or theta does not fit the network."""
        x = self._require_inputs(theta, x)
        W, cache = self.transition(theta)
        z, composed = self.composed.forward(self._composed(theta, W), x)
        return z, Cache(composed, cache, theta)

    def backward(self, dz: Array, cache: Cache, damped: Array | None = None) -> Parameters:
        """damped (T, N, H): what structural damping adds to the gradient at the pre-activations (ref.layers.elman)."""
        grad = self.composed.backward(dz, cache.composed, damped)
        return self._factored(grad, spectral.backward(grad["W"], cache.spectral))

    def state_gradients(self, dz: Array, cache: Cache) -> Array:
        """dL/dh_t (T, N, H): ElmanRNN.state_gradients."""
        return self.composed.state_gradients(dz, cache.composed)

    def hidden_directions(self, r_cache: RCache) -> Array:
        """Rh (T, N, H): ElmanRNN.hidden_directions."""
        return self.composed.hidden_directions(r_cache.composed)

    def r_forward(self, v: Parameters, cache: Cache) -> tuple[Array, RCache]:
        """Return Rz = J v and the R-caches; v Parameters, a direction."""
        self._require_direction(v)
        RW, r_cache = spectral.r_forward(*(v[name] for name in FACTORS), cache.spectral)
        Rz, composed = self.composed.r_forward(self._composed(v, RW), cache.composed)
        return Rz, RCache(composed, r_cache)

    def r_backward(self, Rdz: Array, dz: Array, cache: Cache, r_cache: RCache) -> Parameters:
        """Return R{gradient}: H v where dz and Rdz are the loss's gradient and its Hessian times Rz."""
        dW = self.composed.backward(dz, cache.composed)["W"]
        Rgrad = self.composed.r_backward(Rdz, dz, cache.composed, r_cache.composed)
        return self._factored(Rgrad, spectral.r_backward(Rgrad["W"], dW, cache.spectral, r_cache.spectral))

    def _composed(self, theta: Parameters, W: Array) -> Parameters:
        """The Elman network's parameters, or a direction's: W in the place of its factors."""
        return Parameters.from_arrays({name: W if name == "W" else theta[name] for name in self.composed.shapes})

    def _factored(self, composed: Parameters, of_factors: tuple[Array, Array, Array]) -> Parameters:
        """The opposite, of gradients."""
        arrays = dict(composed.items()) | dict(zip(FACTORS, of_factors))
        return Parameters.from_arrays({name: arrays[name] for name in self.shapes})
