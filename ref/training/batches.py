"""The batch of each step, as a function of the step's number alone, so that a resumed run sees the same data."""

from collections.abc import Callable

import numpy as np

from ref.arrays import require_count

Array = np.ndarray
Batch = tuple[Array, Array]


def same_batch(batch) -> Callable[[int], Batch]:
    """The same batch at every step: all the data, for instance."""
    return lambda step: batch


def minibatches(data: Batch, size: int, seed: int = 0) -> Callable[[int], Batch]:
    """batches(step): minibatches of `size` cases, the cases shuffled anew in each epoch by (seed, epoch).

    data is (x, t) with cases in rows.  An epoch has N // size steps; the N % size cases left over in one epoch have
    their turn in others.  Raises ValueError where x and t differ in length or size is not within 1 ... N.
    """
    x, t = data
    if len(x) != len(t):
        raise ValueError(f"data has {len(x)} cases in x but {len(t)} in t")
    N = len(x)
    if require_count("size", size) > N:
        raise ValueError(f"size is {size} but there are only {N} cases")
    seed = require_count("seed", seed, least=0)
    orders: dict[int, Array] = {}  # the present epoch's order, so that it is drawn once

    def batches(step: int) -> Batch:
        epoch, place = divmod(step, N // size)
        if epoch not in orders:
            orders.clear()
            orders[epoch] = np.random.default_rng([seed, epoch]).permutation(N)
        cases = np.sort(orders[epoch][place * size : (place + 1) * size])
        return (x[cases], x[cases] if t is x else t[cases])

    return batches
