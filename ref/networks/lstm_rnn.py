"""LSTM network: one layer of LSTM units, read out linearly at every step or at the last.

    forward      h    = lstm(x, U, W, b, h0, c0, p)         z_t = h_t V + c
    backward     dh_t = dz_t Vᵀ                             dV  = Σ_t h_tᵀ dz_t        dc = Σ_tn dz_t        then lstm's
    R-forward    Rh   = lstm's                              Rz_t = Rh_t V + h_t RV + Rc
    R-backward   R{.} of each line of backward

No gradient flows to the inputs, and no direction moves them, so those products are left out.

Shapes: x (T, N, D), z (S, N, C) with S = T, or 1 where only the last step is read out; U (D, 4H), W (H, 4H), b (4H,),
h0 and c0 (H,), p (3, H), V (H, C), c (C,).  T steps, N cases, D inputs, H hidden units, C outputs; time comes first.
The columns of U, W and b are those of the gates i, f, g, o: ref.layers.lstm.

The baseline of Vorontsov, Trabelsi, Kadoury & Pal 2017: 128 units, peepholes, orthogonal initialisation, a "bias
initialized to one".
"""

from types import ModuleType
from typing import NamedTuple

import numpy as np

from ref.layers import lstm, readout
from ref.networks.initialization import weights
from ref.networks.recurrent import RecurrentNetwork
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class Cache(NamedTuple):
    lstm: tuple
    readout: tuple
    theta: Parameters


class RCache(NamedTuple):
    lstm: tuple
    readout: tuple


class LSTMRNN(RecurrentNetwork):
    """outputs      "all" steps have one, or the "last" alone
    peepholes    whether the gates see the cells
    lstm         the recurrence: ref.layers.lstm, or a compiled module with the same functions
    clip         the largest entry of the gradient at the pre-activations on its way back through time, or None

    Raises ValueError for a size below one, unknown outputs or a clip that is not positive.

    >>> import numpy as np
    >>> from ref import LSTMRNN
    >>> network = LSTMRNN(n_inputs=2, n_hidden=5, n_outputs=3, outputs="last")
    >>> theta = network.init(np.random.default_rng(0))
    >>> z, cache = network.forward(theta, np.ones((7, 4, 2)))
    >>> z.shape, network.backward(np.ones_like(z), cache)["p"].shape
    ((1, 4, 3), (3, 5))
    """

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int, outputs: str = "all", peepholes: bool = True,
                 lstm: ModuleType = lstm, clip: float | None = None):
        super().__init__(n_inputs, n_hidden, n_outputs, outputs, clip)
        D, H, C = self.sizes
        self.peepholes, self.lstm = bool(peepholes), lstm
        self.shapes = {"U": (D, 4 * H), "W": (H, 4 * H), "b": (4 * H,), "h0": (H,), "c0": (H,),
                       **({"p": (3, H)} if peepholes else {}), "V": (H, C), "c": (C,)}

    def init(self, rng: np.random.Generator, scheme: str = "orthogonal", scale: float = 1.0, forget_bias: float = 1.0,
             dtype=np.float64) -> Parameters:
        """W and U by the scheme (ref.networks.initialization), each gate's columns a matrix of their own, and V.

        orthogonal   W orthogonal, times scale; U and V by glorot
        identity     W the identity, times scale; U and V by glorot
        the others   all three by the scheme
        forget_bias  of the forget gates; all other biases, initial states and peepholes are zero.  That the paper's
                     "bias initialized to one" is this one is our reading.
        """
        D, H, C = self.sizes
        theta = Parameters.zeros(self.shapes, dtype)
        around = "glorot" if scheme in ("orthogonal", "identity") else scheme
        for gate in range(4):
            columns = slice(gate * H, (gate + 1) * H)
            theta["U"][:, columns] = weights(around, rng, (D, H), scale, dtype)
            theta["W"][:, columns] = weights(scheme, rng, (H, H), scale, dtype)
        theta["b"][H : 2 * H] = require_number("forget_bias", forget_bias)
        theta["V"] = weights(around, rng, (H, C), scale, dtype)
        return theta

    def forward(self, theta: Parameters, x: Array) -> tuple[Array, Cache]:
        """Raises ValueError or TypeError where x or theta does not fit the network."""
        x = self._require_inputs(theta, x)
        p = theta["p"] if self.peepholes else None
        h, cache = self.lstm.forward(x, theta["U"], theta["W"], theta["b"], theta["h0"], theta["c0"], p)
        z, read = readout.forward(h, theta["V"], theta["c"], self.outputs)
        return z, Cache(cache, read, theta)

    def backward(self, dz: Array, cache: Cache) -> Parameters:
        grad = cache.theta.like()
        dh, grad["V"], grad["c"] = readout.backward(dz, cache.readout)
        return self._filled(grad, self.lstm.backward(dh, cache.lstm, to_input=False, clip=self.clip))

    def r_forward(self, v: Parameters, cache: Cache) -> tuple[Array, RCache]:
        """Return Rz = J v and the R-caches; v Parameters, a direction."""
        self._require_direction(v)
        Rp = v["p"] if self.peepholes else None
        Rh, r_cache = self.lstm.r_forward(None, v["U"], v["W"], v["b"], v["h0"], v["c0"], Rp, cache.lstm)
        Rz, r_read = readout.r_forward(Rh, v["V"], v["c"], cache.readout)
        return Rz, RCache(r_cache, r_read)

    def r_backward(self, Rdz: Array, dz: Array, cache: Cache, r_cache: RCache) -> Parameters:
        """Return R{gradient}: H v where dz and Rdz are the loss's gradient and its Hessian times Rz."""
        Rgrad = cache.theta.like()
        dh = readout.to_states(dz, cache.readout)
        Rdh, Rgrad["V"], Rgrad["c"] = readout.r_backward(Rdz, dz, cache.readout, r_cache.readout)
        return self._filled(Rgrad, self.lstm.r_backward(Rdh, dh, cache.lstm, r_cache.lstm, to_input=False))

    def _filled(self, grad: Parameters, of_lstm: lstm.Gradients) -> Parameters:
        """grad with the recurrence's own gradients in their places."""
        grad["U"], grad["W"], grad["b"] = of_lstm.dU, of_lstm.dW, of_lstm.db
        grad["h0"], grad["c0"] = of_lstm.dh0, of_lstm.dc0
        if self.peepholes:
            grad["p"] = of_lstm.dp
        return grad
