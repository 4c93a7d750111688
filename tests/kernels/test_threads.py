"""Cases shared out among threads: each case once, each thread its own arrays, and no error is lost."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numba
import numpy as np
import pytest

from numba_kernels.cpu.threads import number_of_parts, over_cases

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def two_threads():
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("NOT RUN: numba has 1 thread; this needs 2")
    before = numba.get_num_threads()
    numba.set_num_threads(2)
    yield
    numba.set_num_threads(before)


@pytest.mark.parametrize("N", (1, 2, 3, 7))
def test_each_case_is_taken_once_and_each_part_has_its_own(N):
    parts = number_of_parts(N)
    assert parts == min(2, N)
    taken, own, names = np.zeros(N, int), np.zeros((parts, 1), int), set()

    def loops(part, count, shared):
        taken[part] += 1
        count += part.stop - part.start
        names.add(threading.current_thread().name)
        assert shared == "shared"

    over_cases(loops, N, (own,), "shared")
    assert (taken == 1).all() and own.sum() == N and own.all() and len(names) <= parts


def test_parts_run_at_the_same_time():
    meeting = threading.Barrier(2, timeout=20)  # which nobody passes alone
    over_cases(lambda part: meeting.wait(), 4, ())


@pytest.mark.parametrize("N", (1, 4))
def test_an_error_in_a_thread_is_raised(N):
    def loops(part):
        raise FloatingPointError("in a thread")

    with pytest.raises(FloatingPointError, match="in a thread"):
        over_cases(loops, N, ())


FORK = """
import os, warnings
from numba_kernels.cpu import elman
from tests.kernels import elman_problem

warnings.simplefilter("ignore")
arguments = elman_problem.parameters(elman_problem.arrays(3), "tanh")
elman.forward(*arguments)
child = os.fork()
elman.forward(*arguments)
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    print("both went on")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT RUN: this system has no fork")
def test_no_thread_is_left_that_a_fork_would_lose():
    """Mistake caught: a kernel on numba's own threads, which are not there in the child."""
    result = subprocess.run([sys.executable, "-c", FORK], cwd=ROOT, capture_output=True, text=True, timeout=100,
                            env={**os.environ, "NUMBA_NUM_THREADS": "2"})
    assert result.stdout == "both went on\n", result.stderr
