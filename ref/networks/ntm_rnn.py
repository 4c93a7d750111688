"""Neural Turing machine as a network: a controller, a memory that it writes to and reads from, a linear readout.

The four passes are those of ref.networks.memory_rnn over ref.cells.ntm, which have the equations.

Graves, Wayne & Danihelka 2014.
"""

from collections.abc import Iterable
from types import ModuleType

import numpy as np

from ref.cells import ntm as cell
from ref.cells.start import Learnt, Weighting
from ref.cells.through_time import ThroughTime
from ref.networks.memory_rnn import MemoryRNN

Array = np.ndarray
THROUGH_TIME = ThroughTime(cell)
FOCUS = 5.0  # how much larger the first location's parameter is, of weights that begin there


class NTMRNN(MemoryRNN):
    """n_locations, width      of the memory, L and W
    n_read_heads, n_write_heads
    controller               "lstm", or "feedforward" tanh units
    outputs                  "all" steps have one, or the "last" alone
    learnt                   what is a parameter of the start, of M, w_read, w_write, r, h, c; None for all.  What is
                             not, is fixed: M at 1e-6, weights on the first location, all else zero
    shifts, order, strength, contents      what the papers leave open: ref.cells.ntm
    ntm                      the recurrence: ref.cells.ntm through time, or a compiled module with the same functions

    Raises ValueError for sizes below one, more heads than locations, more shifts than locations, or an unknown choice.

    >>> import numpy as np
    >>> from ref import NTMRNN
    >>> network = NTMRNN(n_inputs=2, n_hidden=5, n_outputs=3, n_locations=6, width=4)
    >>> theta = network.init(np.random.default_rng(0))
    >>> z, cache = network.forward(theta, np.ones((7, 2, 2)))
    >>> z.shape, network.backward(np.ones_like(z), cache)["M0"].shape, network.trace(cache).w_read.shape
    ((7, 2, 3), (6, 4), (8, 2, 1, 6))
    """

    OP = "ntm"

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int, n_locations: int = 128, width: int = 20,
                 n_read_heads: int = 1, n_write_heads: int = 1, controller: str = "lstm", outputs: str = "all",
                 learnt: Iterable[str] | None = None, shifts: int = 1, order: str = "write first",
                 strength: str = "softplus", contents: str = "tanh", ntm: ThroughTime | ModuleType = THROUGH_TIME):
        design = cell.Design(n_locations, width, n_read_heads, n_write_heads, shifts, order, strength, contents)
        self.ntm = ntm
        L, W = design.n_locations, design.width
        starts = {"M": (Learnt("M0"), (L, W), np.full((L, W), 1e-6)),
                  **{f"w_{heads}": (Weighting(f"w_{heads}0"), (K, L), np.eye(1, L).repeat(K, axis=0))
                     for heads, K in (("read", n_read_heads), ("write", n_write_heads))},
                  "r": (Learnt("r0"), (n_read_heads, W), np.zeros((n_read_heads, W)))}
        super().__init__(cell, design, starts, {}, (n_inputs, n_hidden, n_outputs), outputs, controller, learnt)

    def _first(self, rng: np.random.Generator) -> dict[str, Array]:
        focus, K = FOCUS * np.eye(1, self.design.n_locations), (self.design.n_read_heads, self.design.n_write_heads)
        return {"M0": np.full(self.shapes.get("M0", ()), 1e-6),
                **{name: focus.repeat(heads, axis=0) for name, heads in zip(("w_read0", "w_write0"), K)}}
