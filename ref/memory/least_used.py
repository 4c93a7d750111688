"""Least recently used access: how much each row has been used of late, and which n rows have been used least.

    usage        u_i   = gamma u'_i + Σ_h w^r_hi + Σ_h w^w_hi             u' = the usage at the last step
    rows         i_1, ..., i_n = those with the n smallest u_i, the smallest first
    indicators   w^lu_j(i) = 1 where i = i_j, and 0 elsewhere             j = 1, ..., n

Of rows that are used alike, the lower index counts as used less (a stable sort), and there are n of them always.
w^lu(i) = 1 where u_i is at most the n-th smallest, as it is written in the literature, is Σ_j w^lu_j without ties, and
marks more than n rows where u_i ties with the n-th.

Nothing here has a backward pass.  The usage takes part in nothing but its own order, and the indicators are constant
as long as that order is: their derivative is zero wherever there is one, and the usage's gradient with them.  Where
two usages cross, the indicators jump, and so does what is made of them; there is no derivative there
(tests/memory/test_least_used.py shows the jump).

Shapes: u (N, L), w^r and w^w (N, K, L), rows (N, n), indicators (N, n, L).  N cases, K heads h, L locations i.

Santoro et al. 2016.
"""

import numpy as np

Array = np.ndarray


def usage(u: Array, w_read: Array, w_write: Array, decay: float) -> Array:
    return decay * u + w_read.sum(axis=1) + w_write.sum(axis=1)


def rows(u: Array, n: int) -> Array:
    return np.argsort(u, axis=-1, kind="stable")[:, :n]


def indicators(rows: Array, L: int, dtype) -> Array:
    return (rows[..., None] == np.arange(L)).astype(dtype)
