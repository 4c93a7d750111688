"""Cases shared out among threads, each of which takes its own through all of time and never waits for the others.

Compiled loops let go of Python's lock (nogil), so that Python's own threads run them side by side: as many as numba is
told, by numba.set_num_threads or NUMBA_NUM_THREADS.  Beside numba's prange this compiles in half the time and leaves no
threads behind that a fork would lose.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numba import get_num_threads

Array = np.ndarray


def number_of_parts(N: int) -> int:
    """One for each thread, but no part without a case."""
    return min(get_num_threads(), N)


def over_cases(loops: Callable, N: int, own: tuple[Array, ...], *shared) -> None:
    """loops(part, *own[part], *shared) for each part of the N cases, a slice.

    own   arrays that have one entry for each part, which its thread writes to
    """
    bounds = [N * k // number_of_parts(N) for k in range(number_of_parts(N) + 1)]
    calls = [(slice(*ends), *(array[k] for array in own), *shared) for k, ends in enumerate(pairwise(bounds))]
    if len(calls) == 1:
        loops(*calls[0])
        return
    with ThreadPoolExecutor(len(calls)) as pool:
        for call in [pool.submit(loops, *arguments) for arguments in calls]:
            call.result()
