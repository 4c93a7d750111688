"""One thread a process: sums are then added in the same order every time, and each core has a part of its own.

BLAS and numba read the number of their threads from the environment when they are loaded.  For worker processes it is
enough to set it before they start; the process of the command itself has loaded NumPy already, and starts once more.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
             "NUMBA_NUM_THREADS")


@contextmanager
def threads_of_workers(threads: int) -> Iterator[None]:
    """Processes that are started meanwhile have so many threads."""
    before = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(dict.fromkeys(VARIABLES, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def restart_with(threads: int) -> None:
    """Start the present command again with so many threads, in the same process; return where it has them already."""
    if any(os.environ.get(name) != str(threads) for name in VARIABLES):
        os.environ.update(dict.fromkeys(VARIABLES, str(threads)))
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
