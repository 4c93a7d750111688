"""Cases shared out among threads, each of which takes its own through all of time and never waits for the others.

Compiled loops let go of Python's lock (nogil), so that Python's own threads run them side by side: as many as numba is
told, by numba.set_num_threads or NUMBA_NUM_THREADS.  The caller's thread takes the first part; the others wait for the
next call, since beginning a thread takes as long as some steps of a small recurrence.  A process that was forked begins
threads of its own.  Beside numba's prange this compiles in half the time.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

import numpy as np
from numba import config, get_num_threads

Array = np.ndarray


def number_of_parts(N: int) -> int:
    """One for each thread, but no part without a case."""
    return min(get_num_threads(), N)


def over_cases(loops: Callable, N: int, own: tuple[Array, ...], *shared) -> None:
    """loops(part, *own[part], *shared) for each part of the N cases, a slice.

    own   arrays that have one entry for each part, which its thread writes to
    """
    bounds = [N * k // number_of_parts(N) for k in range(number_of_parts(N) + 1)]
    first, *others = [(slice(*ends), *(array[k] for array in own), *shared) for k, ends in enumerate(pairwise(bounds))]
    running = [helpers().submit(loops, *call) for call in others]
    loops(*first)
    for call in running:
        call.result()


@cache
def helpers() -> ThreadPoolExecutor:
    """The threads beside the caller's: each begins when it is first needed."""
    return ThreadPoolExecutor(config.NUMBA_NUM_THREADS)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=helpers.cache_clear)
