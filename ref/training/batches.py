"""The batch of each step, as a function of the step's number alone, so that a resumed run sees the same data."""

from collections.abc import Callable

import numpy as np

from ref.batch import Batch
from ref.random import stream
from ref.validation import require_count

Array = np.ndarray


def same_batch(batch) -> Callable:
    """The same batch at every step: all the data, for instance.

    >>> import numpy as np
    >>> from ref import same_batch
    >>> batch = np.zeros((5, 3)), np.zeros((5, 2))
    >>> same_batch(batch)(7) is batch
    True
    """
    return lambda step: batch


def minibatches(data, size: int, seed: int = 0) -> Callable[[int], Batch]:
    """batches(step): minibatches of `size` cases, the cases shuffled anew in each epoch by (seed, epoch).

    data is a batch (ref.batch), such as (x, t) with cases in rows.  An epoch has N // size steps; the N % size cases
    left over in one epoch have their turn in others.  Raises ValueError where size is not within 1 ... N.

    >>> import numpy as np
    >>> from ref import minibatches
    >>> x = np.arange(6.0)[:, None]
    >>> batches = minibatches((x, 10 * x), size=2)
    >>> x_of_step, t_of_step = batches(0)
    >>> np.array_equal(t_of_step, 10 * x_of_step), batches(2).n_cases
    (True, 2)
    """
    data = Batch.of(data)
    N = data.n_cases
    if require_count("size", size) > N:
        raise ValueError(f"size is {size} but there are only {N} cases")
    seed = require_count("seed", seed, least=0)
    orders: dict[int, Array] = {}  # the present epoch's order, so that it is drawn once

    def batches(step: int) -> Batch:
        epoch, place = divmod(step, N // size)
        if epoch not in orders:
            orders.clear()
            orders[epoch] = stream(seed, epoch, "minibatch").permutation(N)
        return data.cases(np.sort(orders[epoch][place * size : (place + 1) * size]))

    return batches
