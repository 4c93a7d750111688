"""What networks with a memory have in common: a cell over a sequence, a start that may be learnt, a linear readout.

    forward      S_0  = start(theta)          y = cell through time (x, S_0, theta)          z_t = y_t V + c
    backward     dy_t = dz_t Vᵀ               dV = Σ_t y_tᵀ dz_t     dc = Σ_tn dz_t         then cell's, start's
    R-forward    RS_0 = start's               Ry = the cell's        Rz_t = Ry_t V + y_t RV + Rc
    R-backward   R{.} of each line of backward

y holds the controller's units and what was read.  No gradient flows to the inputs, and no direction moves them.

Shapes: x (T, N, D), y (T, N, H + R W), z (S, N, C) with S = T, or 1 where only the last step is read out; V (H + R W,
C), c (C,); the cell's own weights and states are in its module.
"""

from collections.abc import Iterable
from types import ModuleType
from typing import NamedTuple

import numpy as np

from ref.cells import interface, start
from ref.cells.controller import CONTROLLERS
from ref.cells.through_time import ThroughTime
from ref.layers import readout
from ref.networks.initialization import weights
from ref.networks.recurrent import RecurrentNetwork
from ref.parameters import Parameters
from ref.validation import require_choice, require_number

Array = np.ndarray


class Cache(NamedTuple):
    start: tuple
    memory: tuple  # the recurrence's cache
    readout: tuple
    theta: Parameters


class RCache(NamedTuple):
    start: tuple
    memory: tuple
    readout: tuple


class MemoryRNN(RecurrentNetwork):
    """A cell's design, what is learnt of its start, and the four passes.

    cell        a module of ref.cells; design: its Design
    starts      state array -> (its parameter, a start.Learnt or start.Weighting, with its shape; its fixed value)
    fixed       state array -> its value, of those that cannot be learnt
    learnt      the arrays of the start that are parameters, of `starts`; the others stay at their fixed values
    OP          the attribute that holds the recurrence, of ref.cells.through_time or a compiled module
    """

    OP: str

    def __init__(self, cell: ModuleType, design, starts: dict[str, tuple], fixed: dict[str, Array],
                 sizes: tuple[int, int, int], outputs: str, controller: str, learnt: Iterable[str] | None):
        super().__init__(*sizes, outputs, None)
        D, H, C = self.sizes
        require_choice("controller", controller, CONTROLLERS)
        self.cell, self.design, self.controller = cell, design, controller
        gates = 4 if controller == "lstm" else 1
        if controller == "lstm":
            starts = starts | {name: (start.Learnt(f"{name}0"), (H,), np.zeros(H)) for name in ("h", "c")}
        self.learnt = tuple(starts) if learnt is None else tuple(learnt)
        for name in self.learnt:
            require_choice("learnt", name, starts)
        read = design.n_read_heads * design.width
        interface_size = interface.size(design.pieces)
        self.shapes = {"U": (D + read, gates * H), **({"W": (H, 4 * H)} if controller == "lstm" else {}),
                       "b": (gates * H,), "P": (H, interface_size), "q": (interface_size,),
                       **{of.parameter: shape for name, (of, shape, _) in starts.items() if name in self.learnt},
                       "V": (H + read, C), "c": (C,)}
        fields = fixed | {name: of if name in self.learnt else value for name, (of, _, value) in starts.items()}
        self.plan = cell.State(*(fields.get(name) for name in cell.State._fields))

    @property
    def recurrence(self) -> ThroughTime | ModuleType:
        return getattr(self, self.OP)

    def init(self, rng: np.random.Generator, scheme: str = "glorot", scale: float = 1.0, forget_bias: float = 1.0,
             dtype=np.float64) -> Parameters:
        """Matrices by the scheme (ref.networks.initialization), each gate's columns one of its own; biases zero but
        the forget gates'; the start at its fixed values, the weights' parameters such that they are, too.
        """
        D, H, _ = self.sizes
        theta = Parameters.zeros(self.shapes, dtype)
        around = "glorot" if scheme in ("orthogonal", "identity") else scheme
        for name, of in (("U", around), ("W", scheme)):
            for gate in range(theta[name].shape[1] // H if name in self.shapes else 0):
                theta[name][:, gate * H : (gate + 1) * H] = weights(of, rng, (len(theta[name]), H), scale, dtype)
        if self.controller == "lstm":
            theta["b"][H : 2 * H] = require_number("forget_bias", forget_bias)
        for name in ("P", "V"):
            theta[name] = weights(around, rng, self.shapes[name], scale, dtype)
        for name, value in self._first(rng).items():
            if name in theta.shapes:
                theta[name] = value
        return theta

    def _first(self, rng: np.random.Generator) -> dict[str, Array]:
        """Where the start's parameters begin, by their names; zero if they are not named."""
        return {}

    def forward(self, theta: Parameters, x: Array) -> tuple[Array, Cache]:
        """Raises ValueError or TypeError where x or theta does not fit the network."""
        x = self._require_inputs(theta, x)
        first, of_start = start.forward(theta, self.plan, theta.dtype)
        y, cache = self.recurrence.forward(x, self._weights(theta), first, self.design)
        z, read = readout.forward(y, theta["V"], theta["c"], self.outputs)
        return z, Cache(of_start, cache, read, theta)

    def backward(self, dz: Array, cache: Cache) -> Parameters:
        grad = cache.theta.like()
        dy, grad["V"], grad["c"] = readout.backward(dz, cache.readout)
        of_cell = self.recurrence.backward(dy, cache.memory, to_input=False)
        return self._filled(grad, of_cell.dweights, start.backward(of_cell.dstart, self.plan, cache.start))

    def r_forward(self, v: Parameters, cache: Cache) -> tuple[Array, RCache]:
        """Return Rz = J v and the R-caches; v Parameters, a direction."""
        self._require_direction(v)
        Rfirst, of_start = start.r_forward(v, self.plan, cache.start)
        Ry, r_cache = self.recurrence.r_forward(None, self._weights(v), Rfirst, cache.memory)
        Rz, r_read = readout.r_forward(Ry, v["V"], v["c"], cache.readout)
        return Rz, RCache(of_start, r_cache, r_read)

    def r_backward(self, Rdz: Array, dz: Array, cache: Cache, r_cache: RCache) -> Parameters:
        """Return R{gradient}: H v where dz and Rdz are the loss's gradient and its Hessian times Rz."""
        Rgrad = cache.theta.like()
        dy = readout.to_states(dz, cache.readout)
        Rdy, Rgrad["V"], Rgrad["c"] = readout.r_backward(Rdz, dz, cache.readout, r_cache.readout)
        R, dstart = self.recurrence.r_backward(Rdy, dy, cache.memory, r_cache.memory, to_input=False)
        of_start = start.r_backward(R.dstart, dstart, self.plan, cache.start, r_cache.start)
        return self._filled(Rgrad, R.dweights, of_start)

    def trace(self, cache: Cache):
        """The cell's State at the steps 0, ..., T, each array (T + 1, N, ...): what the memory held, where it was read.
        """
        return self.recurrence.trace(cache.memory)

    def _weights(self, theta: Parameters) -> tuple:
        return self.cell.Weights(*(theta[name] if name in self.shapes else None for name in self.cell.Weights._fields))

    def _filled(self, grad: Parameters, dweights: tuple, of_start: dict[str, Array]) -> Parameters:
        """grad with the recurrence's and the start's own gradients in their places."""
        for name, d in [*zip(self.cell.Weights._fields, dweights), *of_start.items()]:
            if d is not None:
                grad[name] = d
        return grad
