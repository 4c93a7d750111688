"""Minibatches that grow exponentially: small while any gradient will do, large when only a precise one helps.

    size at step k = 0, 1, ...       min(last, first (last/first)^(k/by))

K-FAC fits its learning rate and momentum to the batch itself, so a batch's noise goes straight into the step: it grows
where a learning rate would fall.  Martens & Grosse 2015; the numbers are for the caller to choose.
"""

from collections.abc import Callable

import numpy as np

from ref.batch import Batch
from ref.random import stream
from ref.validation import require_count


def growing(data, first: int, last: int, by: int, seed: int = 0) -> Callable[[int], Batch]:
    """batches(step): so many distinct cases drawn by (seed, step), from `first` at step 0 to `last` from step `by` on.

    data is a batch (ref.batch), such as (x, t).  Raises ValueError where not 1 <= first <= last <= N.
    """
    data = Batch.of(data)
    N = data.n_cases
    first, last, by, seed = (require_count(name, value, least) for name, value, least in
                             (("first", first, 1), ("last", last, first), ("by", by, 1), ("seed", seed, 0)))
    if last > N:
        raise ValueError(f"last is {last} but there are only {N} cases")

    def batches(step: int) -> Batch:
        size = round(first * (last / first) ** min(1.0, step / by))
        if size == N:
            return data
        return data.cases(np.sort(stream(seed, step, "minibatch").choice(N, size, replace=False)))

    return batches
