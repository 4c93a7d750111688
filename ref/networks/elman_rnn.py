"""Elman network: one recurrent layer, read out linearly at every step or at the last.

    forward      h    = elman(x, U, W, b, h0 [, a])      z_t = h_t V + c
    backward     dh_t = dz_t Vᵀ                          dV  = Σ_t h_tᵀ dz_t        dc = Σ_tn dz_t        then elman's
    R-forward    Rh   = elman's                          Rz_t = Rh_t V + h_t RV + Rc
    R-backward   R{.} of each line of backward

No gradient flows to the inputs, and no direction moves them, so those products are left out.

Shapes: x (T, N, D), z (S, N, C) with S = T, or 1 where only the last step is read out; U (D, H), W (H, H), b (H,),
h0 (H,), a (H,) of leaky rectified units alone, V (H, C), c (C,).  T steps, N cases, D inputs, H hidden units,
C outputs; time comes first.  Which outputs count is the objective's business.  Martens & Sutskever 2011.
"""

from types import ModuleType
from typing import NamedTuple

import numpy as np

from ref.layers import elman, readout
from ref.layers.elman import PHIS, through_phi
from ref.networks.initialization import weights
from ref.networks.recurrent import RecurrentNetwork
from ref.parameters import Parameters
from ref.validation import require_choice, require_number

Array = np.ndarray


class Cache(NamedTuple):
    elman: tuple
    readout: tuple
    theta: Parameters


class RCache(NamedTuple):
    elman: tuple
    readout: tuple


class ElmanRNN(RecurrentNetwork):
    """activation   of the hidden units: a name in ref.layers.elman.PHIS
    outputs      "all" steps have one, or the "last" alone
    elman        the recurrence: ref.layers.elman, or a compiled module with the same functions
    clip         the largest entry of the gradient at the pre-activations on its way back through time, or None

    Raises ValueError for a size below one, an odd number of OPLUs, unknown names or a clip that is not positive.

    >>> import numpy as np
    >>> from ref import ElmanRNN
    >>> network = ElmanRNN(n_inputs=2, n_hidden=5, n_outputs=3)
    >>> theta = network.init(np.random.default_rng(0))
    >>> z, cache = network.forward(theta, np.ones((7, 4, 2)))
    >>> z.shape, network.backward(np.ones_like(z), cache)["W"].shape
    ((7, 4, 3), (5, 5))
    """

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int, activation: str = "tanh", outputs: str = "all",
                 elman: ModuleType = elman, clip: float | None = None):
        super().__init__(n_inputs, n_hidden, n_outputs, outputs, clip)
        D, H, C = self.sizes
        self.activation, self.elman = require_choice("activation", activation, PHIS), elman
        if activation == "oplu" and H % 2:
            raise ValueError(f"n_hidden is {H} but must be even for activation='oplu', whose units come in pairs")
        self.leaky = activation == "leaky_relu"
        self.shapes = {"U": (D, H), "W": (H, H), "b": (H,), "h0": (H,), **({"a": (H,)} if self.leaky else {}),
                       "V": (H, C), "c": (C,)}

    def init(self, rng: np.random.Generator, scheme: str = "sparse", scale: float = 1.0, input_scale: float = 0.25,
             dtype=np.float64, slope: float = 0.25) -> Parameters:
        """U, W, V by the scheme (ref.networks.initialization), biases and initial state zero; U times input_scale.

        sparse       each unit has 15 incoming weights ~ N(0, scale²/15), or as many as there are; the 15, the 1/√15 and
                     input_scale are those of the code released with Martens & Sutskever 2011, which has no biases
        orthogonal   W orthogonal, times scale; U and V by glorot
        identity     W the identity, times scale; U and V by glorot
        the others   all three by the scheme
        slope        of leaky rectified units below zero, at the start
        """
        theta = Parameters.zeros(self.shapes, dtype)
        around = "glorot" if scheme in ("orthogonal", "identity") else scheme
        size = scale / 15**0.5 if scheme == "sparse" else scale
        for name, of, factor in (("U", around, input_scale), ("W", scheme, 1.0), ("V", around, 1.0)):
            theta[name] = weights(of, rng, self.shapes[name], factor * size, dtype)
        if self.leaky:
            theta["a"][:] = require_number("slope", slope)
        return theta

    def forward(self, theta: Parameters, x: Array) -> tuple[Array, Cache]:
        """Raises ValueError or TypeError where x or theta does not fit the network."""
        x = self._require_inputs(theta, x)
        a = theta["a"] if self.leaky else None
        h, cache = self.elman.forward(x, theta["U"], theta["W"], theta["b"], theta["h0"], a, self.activation)
        z, read = readout.forward(h, theta["V"], theta["c"], self.outputs)
        return z, Cache(cache, read, theta)

    def backward(self, dz: Array, cache: Cache, damped: Array | None = None) -> Parameters:
        """damped (T, N, H): what structural damping adds to the gradient at the pre-activations (ref.layers.elman)."""
        grad = cache.theta.like()
        dh, grad["V"], grad["c"] = readout.backward(dz, cache.readout)
        gradients = self.elman.backward(dh, cache.elman, damped, to_input=False, clip=self.clip)
        _, grad["U"], grad["W"], grad["b"], grad["h0"], da = gradients
        if self.leaky:
            grad["a"] = da
        return grad

    def state_gradients(self, dz: Array, cache: Cache) -> Array:
        """dL/dh_t (T, N, H), with all that comes back through time:  dh_t = dz_t Vᵀ + (phi'(s_{t+1}) dh_{t+1}) Wᵀ

        It is never clipped.
        """
        c, dh = cache.elman, readout.to_states(dz, cache.readout)
        for t in reversed(range(len(dh) - 1)):
            ds, _ = through_phi(c.phi, dh[t + 1], c.phis[t + 1])
            dh[t] += ds @ c.W.T
        return dh

    def hidden_directions(self, r_cache: RCache) -> Array:
        """Rh (T, N, H): structural damping asks for it."""
        return r_cache.elman.Rh[1:]

    def r_forward(self, v: Parameters, cache: Cache) -> tuple[Array, RCache]:
        """Return Rz = J v and the R-caches; v Parameters, a direction."""
        self._require_direction(v)
        Ra = v["a"] if self.leaky else None
        Rh, r_cache = self.elman.r_forward(None, v["U"], v["W"], v["b"], v["h0"], Ra, cache.elman)
        Rz, r_read = readout.r_forward(Rh, v["V"], v["c"], cache.readout)
        return Rz, RCache(r_cache, r_read)

    def r_backward(self, Rdz: Array, dz: Array, cache: Cache, r_cache: RCache) -> Parameters:
        """Return R{gradient}: H v where dz and Rdz are the loss's gradient and its Hessian times Rz."""
        Rgrad = cache.theta.like()
        dh = readout.to_states(dz, cache.readout)
        Rdh, Rgrad["V"], Rgrad["c"] = readout.r_backward(Rdz, dz, cache.readout, r_cache.readout)
        Rgrads = self.elman.r_backward(Rdh, dh, cache.elman, r_cache.elman, to_input=False)
        _, Rgrad["U"], Rgrad["W"], Rgrad["b"], Rgrad["h0"], Rda = Rgrads
        if self.leaky:
            Rgrad["a"] = Rda
        return Rgrad
