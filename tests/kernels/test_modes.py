"""The kernels as plain Python and with checked bounds, each in a process of its own: numba reads these settings once.

They are compiled without optimisation, which takes half the time; the memories still take a minute.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernels.problems import TWINS

ROOT = Path(__file__).parents[2]
PROGRAM = """
import numba
from tests.kernels.problems import TWINS, assert_same, results

assert numba.config.{setting}
for kernel, reference, problem, _ in map(TWINS.get, {names}):
    first = next(iter(problem.VARIANTS))
    for T, variant in [(1, first), (3, first), *((2, variant) for variant in problem.VARIANTS)]:
        a = problem.arrays(T)
        assert_same(results(problem, kernel, a, variant), results(problem, reference, a, variant), 1e-13)
print("the same")
"""
LAYERS = """
import numba
import numpy as np
from tests.kernels.layers import PROBLEMS, arrays, results, takes_data
from tests.kernels.problems import assert_same

assert numba.config.{setting}
for problem in PROBLEMS:
    got, expected = (results(op, arrays(problem, np.float64), problem.options, takes_data(problem))
                     for op in (problem.kernel, problem.reference))
    assert_same(got, expected, 1e-13)
print("the same")
"""


def run(program: str, **environment) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300,
                          env={**os.environ, "LONGHAND_NUMBA_CACHE": "0", "NUMBA_OPT": "0", **environment})


def test_the_kernels_also_run_as_plain_python():
    result = run(PROGRAM.format(setting="DISABLE_JIT", names=list(TWINS)), NUMBA_DISABLE_JIT="1")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "the same\n"


@pytest.mark.parametrize("name", [name if name == "elman" else pytest.param(name, marks=pytest.mark.slow)
                                  for name in TWINS])
def test_no_index_is_out_of_range(name):
    result = run(PROGRAM.format(setting="BOUNDSCHECK", names=[name]), NUMBA_BOUNDSCHECK="1")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "the same\n"


@pytest.mark.parametrize("setting", ["DISABLE_JIT", pytest.param("BOUNDSCHECK", marks=pytest.mark.slow)])
def test_the_layers_also_run_so(setting):
    result = run(LAYERS.format(setting=setting), **{f"NUMBA_{setting}": "1"})
    assert result.returncode == 0, result.stderr
    assert result.stdout == "the same\n"


def test_checked_bounds_would_notice_an_index_out_of_range():
    program = """
import numpy as np
from numba_kernels.cpu.in_place import add
add(np.zeros((3, 2)), np.zeros((2, 2)))
"""
    result = run(program, NUMBA_BOUNDSCHECK="1")
    assert result.returncode != 0 and "IndexError" in result.stderr
