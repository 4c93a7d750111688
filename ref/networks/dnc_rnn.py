"""Differentiable neural computer as a network: a controller, its memory with usage and links, a linear readout.

The four passes are those of ref.networks.memory_rnn over ref.cells.dnc, which have the equations.

Graves et al. 2016.
"""

from collections.abc import Iterable
from types import ModuleType

import numpy as np

from ref.cells import dnc as cell
from ref.cells.start import Learnt
from ref.cells.through_time import ThroughTime
from ref.networks.memory_rnn import MemoryRNN

Array = np.ndarray
THROUGH_TIME = ThroughTime(cell)


class DNCRNN(MemoryRNN):
    """n_locations, width      of the memory, L and W
    n_read_heads             there is one write head
    controller               "lstm", or "feedforward" tanh units
    outputs                  "all" steps have one, or the "last" alone
    learnt                   what is a parameter of the start, of M, r, h, c; None for all.  What is not, is fixed: M at
                             1e-6, all else zero, as the weights, usage, links and precedence are: nothing has been
                             written or read
    order, strength, contents, usage_gradient      what paper and code do differently: ref.cells.dnc
    dnc                      the recurrence: ref.cells.dnc through time, or a compiled module with the same functions

    Raises ValueError for sizes below one, more heads than locations, or an unknown choice.

    >>> import numpy as np
    >>> from ref import DNCRNN
    >>> network = DNCRNN(n_inputs=2, n_hidden=5, n_outputs=3, n_locations=6, width=4, n_read_heads=2)
    >>> theta = network.init(np.random.default_rng(0))
    >>> z, cache = network.forward(theta, np.ones((7, 2, 2)))
    >>> z.shape, network.backward(np.ones_like(z), cache)["P"].shape, network.trace(cache).links.shape
    ((7, 2, 3), (5, 33), (8, 2, 6, 6))
    """

    OP = "dnc"

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int, n_locations: int = 16, width: int = 16,
                 n_read_heads: int = 1, controller: str = "lstm", outputs: str = "all",
                 learnt: Iterable[str] | None = None, order: str = "write first", strength: str = "oneplus",
                 contents: str = "identity", usage_gradient: str = "full",
                 dnc: ThroughTime | ModuleType = THROUGH_TIME):
        design = cell.Design(n_locations, width, n_read_heads, order, strength, contents, usage_gradient)
        self.dnc = dnc
        L, W, R = design.n_locations, design.width, design.n_read_heads
        starts = {"M": (Learnt("M0"), (L, W), np.full((L, W), 1e-6)), "r": (Learnt("r0"), (R, W), np.zeros((R, W)))}
        fixed = {"u": (L,), "links": (L, L), "p": (L,), "w_write": (L,), "w_read": (R, L)}
        super().__init__(cell, design, starts, {name: np.zeros(shape) for name, shape in fixed.items()},
                         (n_inputs, n_hidden, n_outputs), outputs, controller, learnt)

    def _first(self, rng: np.random.Generator) -> dict[str, Array]:
        return {"M0": np.full(self.shapes.get("M0", ()), 1e-6)}
