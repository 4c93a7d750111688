"""gemm: one product of square matrices, which tells the machine's own rate.  The other workloads are held against it.
"""

import numpy as np

SIZE = 1000
FLOPS = 2 * SIZE**3


def arrays(dtype):
    rng = np.random.default_rng(0)
    return rng.standard_normal((SIZE, SIZE)).astype(dtype), rng.standard_normal((SIZE, SIZE)).astype(dtype)


def gemm(a, b):
    c = np.empty_like(a)

    def product():
        return [np.matmul(a, b, out=c)]

    return np.__version__, {"gemm": product}
