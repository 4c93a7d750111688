"""A network with least recently used access to its memory: a controller, the memory, a linear readout.

The four passes are those of ref.networks.memory_rnn over ref.cells.lrua, which have the equations.

Santoro, Bartunov, Botvinick, Wierstra & Lillicrap 2016.
"""

from collections.abc import Iterable
from types import ModuleType

import numpy as np

from ref.cells import lrua as cell
from ref.cells.start import Learnt, Weighting
from ref.cells.through_time import ThroughTime
from ref.networks.memory_rnn import MemoryRNN
from ref.networks.ntm_rnn import FOCUS

Array = np.ndarray
THROUGH_TIME = ThroughTime(cell)
RAMP = 1e-3  # how much more the last location counts as used at the start than the first: no tie decides


class LRUARNN(MemoryRNN):
    """n_locations, width      of the memory, L and W
    n_read_heads             heads; each reads, and writes
    controller               "lstm", or "feedforward" tanh units
    outputs                  "all" steps have one, or the "last" alone
    learnt                   what is a parameter of the start, of M, w_read, r, h, c; None for all.  What is not, is
                             fixed: M at 1e-6, weights on the first location, all else zero
    usage_decay, strength, separate_add, contents, spread, zeroes      what the paper leaves open: ref.cells.lrua
    lrua                     the recurrence: ref.cells.lrua through time, or a compiled module with the same functions

    The usage at the start is fixed, since nothing is differentiated with respect to it: a small ramp, so that locations
    that have not been used come in their order.

    Raises ValueError or TypeError for sizes below one, more heads than locations, or an unknown choice.

    >>> import numpy as np
    >>> from ref import LRUARNN
    >>> network = LRUARNN(n_inputs=2, n_hidden=5, n_outputs=3, n_locations=6, width=4, n_read_heads=2)
    >>> theta = network.init(np.random.default_rng(0))
    >>> z, cache = network.forward(theta, np.ones((7, 2, 2)))
    >>> z.shape, network.backward(np.ones_like(z), cache)["M0"].shape, network.trace(cache).u.shape
    ((7, 2, 3), (6, 4), (8, 2, 6))
    """

    OP = "lrua"

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int, n_locations: int = 128, width: int = 20,
                 n_read_heads: int = 1, controller: str = "lstm", outputs: str = "all",
                 learnt: Iterable[str] | None = None, usage_decay: float = 0.99, strength: str = "none",
                 separate_add: bool = False, contents: str = "tanh", spread: str = "all", zeroes: str = "first",
                 lrua: ThroughTime | ModuleType = THROUGH_TIME):
        design = cell.Design(n_locations, width, n_read_heads, usage_decay, strength, separate_add, contents, spread,
                             zeroes)
        self.lrua = lrua
        L, W, R = design.n_locations, design.width, design.n_read_heads
        starts = {"M": (Learnt("M0"), (L, W), np.full((L, W), 1e-6)),
                  "w_read": (Weighting("w_read0"), (R, L), np.eye(1, L).repeat(R, axis=0)),
                  "r": (Learnt("r0"), (R, W), np.zeros((R, W)))}
        super().__init__(cell, design, starts, {"u": RAMP * np.arange(L) / L}, (n_inputs, n_hidden, n_outputs), outputs,
                         controller, learnt)

    def _first(self, rng: np.random.Generator) -> dict[str, Array]:
        focus = FOCUS * np.eye(1, self.design.n_locations)
        return {"M0": np.full(self.shapes.get("M0", ()), 1e-6),
                "w_read0": focus.repeat(self.design.n_read_heads, axis=0)}
