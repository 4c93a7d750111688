"""The factors as moving means over the steps: a matrix of the size of the data comes together from small batches.

    new         on a share of the batch at step k = 1, 2, ..., its cases, and targets, drawn anew
    A           <- eps A + (1 - eps) A_new, and all other factors likewise;    eps = min(1 - 1/k, kept)

While 1 - 1/k is the smaller, that is the plain mean of all estimates so far.  Later the past is forgotten, since theta
moves: the mean has (1 - eps)/(1 + eps) of one estimate's variance.  Martens & Grosse 2015.
"""

import numpy as np

from ref.batch import Batch
from ref.hessian_free.kfac import cost
from ref.hessian_free.kfac.kfac import kfac_blocks
from ref.hessian_free.kfac.kflr import kflr_blocks
from ref.hessian_free.kfac.kfra import kfra_blocks
from ref.hessian_free.kfac.kronecker import Block, packed, unpacked, zero_blocks
from ref.hessian_free.work import Counted
from ref.parameters import Parameters
from ref.random import stream
from ref.validation import require_count, require_number

Array = np.ndarray
FACTORS = {"kfac": kfac_blocks, "kflr": kflr_blocks, "kfra": kfra_blocks}


def moving_mean(past: Array, new: Array, k: int, most: float) -> Array:
    """A share min(1 - 1/k, most) of the past, the rest of what is new."""
    kept = min(1 - 1 / k, most)
    return kept * past + (1 - kept) * new


class MovingFactors:
    """factors  "kfac", "kflr" or "kfra": how each G_l is estimated
    share    the fraction of the batch on which the factors are estimated
    kept     the largest share of the past
    crossed  whether the blocks between neighbouring layers are estimated too
    seed     of the draws

    Raises ValueError for unknown factors, a share outside (0, 1], kept outside [0, 1).
    """

    def __init__(self, factors: str, share: float, kept: float, crossed: bool, seed: int):
        if factors not in FACTORS:
            raise ValueError(f"factors is {factors!r} but must be one of {', '.join(map(repr, FACTORS))}")
        self.factors, self.crossed = factors, crossed
        self.share = require_number("share", share, above=0, most=1)
        self.kept = require_number("kept", kept, least=0, below=1)
        self.seed = require_count("seed", seed, least=0)

    def init(self, theta: Parameters) -> dict[str, Array]:
        """Entries of an optimiser's state.  Raises ValueError where theta is not an MLP's."""
        return self.packed(zero_blocks(theta, self.crossed), theta)

    def packed(self, blocks: list[Block], theta: Parameters) -> dict[str, Array]:
        return packed(blocks, len(theta) // 2)

    def update(self, theta: Parameters, state, work: Counted, batch, k: int) -> list[Block]:
        """The means in the state with the estimates of step k joined in."""
        batch, rng = Batch.of(batch), stream(self.seed, k, "factors")
        n = batch.n_cases
        m = max(1, round(self.share * n))
        part = batch if m == n else batch.cases(np.sort(rng.choice(n, m, replace=False)))
        past = unpacked(state, theta, self.crossed)
        new = FACTORS[self.factors](work.objective, theta, part, rng, self.crossed)
        work.thirds += cost.thirds(theta, cost.factors(theta, m, self.factors, self.crossed))
        return [Block(*(moving_mean(was, is_, k, self.kept) for was, is_ in zip(*pair))) for pair in zip(past, new)]
