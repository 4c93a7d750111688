"""Every kernel is the twin of a reference op: same functions, same arguments, same results, same caches."""

from functools import cache

import numba
import numpy as np
import pytest

from numba_kernels import cpu
from ref.checks.hygiene import leaves
from tests.kernels.layers import PROBLEMS
from tests.kernels.problems import TWINS, assert_same, caches, results
from tests.kernels.twins import PASSES, differences, kernel_modules, orphans

LONG = 150  # steps: more than are summed at once
TOLERANCE = {np.float64: 1e-13, np.float32: 2e-5}
ALL = [(name, variant) for name, twin in TWINS.items() for variant in twin.problem.VARIANTS]
EVERY = pytest.mark.parametrize("name, variant", ALL)
SHARING_CACHES = pytest.mark.parametrize("name, variant", [pair for pair in ALL if not TWINS[pair[0]].own_caches])


@pytest.fixture(autouse=True, params=(1, 2), ids=("one thread", "two threads"))
def threads(request):
    if request.param > numba.config.NUMBA_NUM_THREADS:
        pytest.skip(f"NOT RUN: numba has {numba.config.NUMBA_NUM_THREADS} thread; this needs {request.param}")
    before = numba.get_num_threads()
    numba.set_num_threads(request.param)
    yield request.param
    numba.set_num_threads(before)


@cache
def given_and_expected(name: str, variant: str, T: int, dtype=np.float64, **sizes) -> tuple[dict, dict]:
    """A problem's arrays and the reference's results, the same for one thread and for two."""
    _, reference, problem, _ = TWINS[name]
    a = problem.arrays(T, dtype, **sizes)
    if T >= LONG:  # smaller matrices, so that what is small at the start of time is not only rounding
        a |= {key: a[key] / 2 for key in ("W", "RW")}
    return a, results(problem, reference, a, variant)


def test_every_kernel_has_a_reference_and_is_listed():
    problems = {*TWINS, *(problem.name for problem in PROBLEMS)}
    assert kernel_modules() == sorted(problems), "give the new kernel a problem"
    assert orphans(cpu.TWINS) == []


@pytest.mark.parametrize("name", kernel_modules())
def test_twins_are_called_alike(name):
    assert differences(name) == []


def test_an_orphan_is_found(tmp_path):
    for folder, names in (("numba_kernels/cpu", ("elman", "lstm", "helper")), ("ref/layers", ("elman", "affine"))):
        (tmp_path / folder).mkdir(parents=True)
        for name in names:
            body = "def add(a, b):\n    return a + b\n" if name == "helper" else "".join(f"def {p}(x):\n    return "
                                                                                         f"x\n" for p in PASSES)
            (tmp_path / folder / f"{name}.py").write_text(body)
    assert kernel_modules(tmp_path) == ["elman", "lstm"]
    assert orphans({"elman": None}, tmp_path) == ["lstm has no reference in ref/layers or ref/cells",
                                                  "lstm is not in TWINS"]
    assert orphans({"elman": None, "lstm": None, "gru": None},
                   tmp_path)[1:] == ["gru is in TWINS but has no file with passes"]


def test_a_twin_that_is_called_otherwise_is_found(monkeypatch):
    def backward(dh, cache):
        return dh

    backward.__module__ = cpu.elman.__name__
    monkeypatch.setattr(cpu.elman, "backward", backward)
    (said,) = differences("elman")
    assert said.startswith("backward: (dh, cache) and (dh: ")


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("T", (1, 2, 3, 5, 7))
@EVERY
def test_the_four_passes_give_the_reference_s_results(name, variant, T, dtype):
    a, expected = given_and_expected(name, variant, T, dtype)
    assert_same(results(TWINS[name].problem, TWINS[name].kernel, a, variant), expected, TOLERANCE[dtype])


@EVERY
def test_more_steps_than_are_summed_at_once(name, variant):
    a, expected = given_and_expected(name, variant, LONG)
    got = results(TWINS[name].problem, TWINS[name].kernel, a, variant)
    assert_same(without_last_rates(got), without_last_rates(expected), 1e-12)


def without_last_rates(found: dict) -> dict:
    """After so many steps the rates of the NTM's weights are 1e-6 to 1e-12, beside others of 10: rounding."""
    return {name: array for name, array in found.items() if not name.startswith("last R-state")}


@SHARING_CACHES
def test_caches_are_interchangeable(name, variant):
    kernel, reference, problem, _ = TWINS[name]
    a = problem.arrays(4)
    expected = results(problem, reference, a, variant)
    assert_same(results(problem, kernel, a, variant, then=reference), expected, 1e-13)
    assert_same(results(problem, reference, a, variant, then=kernel), expected, 1e-13)


@SHARING_CACHES
def test_caches_are_the_reference_s(name, variant):
    """Of the same types, and with the same arrays in the same places, those of the single steps included."""
    kernel, reference, problem, _ = TWINS[name]
    a = problem.arrays(3)
    cache, r_cache = caches(problem, kernel, a, variant)
    assert type(cache) is reference.Cache and type(r_cache) is reference.RCache
    ours, theirs = (list(leaves(pair)) for pair in ((cache, r_cache), caches(problem, reference, a, variant)))
    assert [path for path, _ in ours] == [path for path, _ in theirs]
    for (path, got), (_, expected) in zip(ours, theirs):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15, err_msg=path)


@EVERY
def test_called_twice_gives_the_same_bits_and_changes_nothing(name, variant):
    kernel, _, problem, _ = TWINS[name]
    a = problem.arrays(5)
    before = {key: array.copy() for key, array in a.items()}
    first, second = (results(problem, kernel, a, variant) for _ in range(2))
    assert all(first[key] is None or first[key].tobytes() == second[key].tobytes() for key in first)
    assert all(a[key].tobytes() == before[key].tobytes() for key in a)


@EVERY
def test_more_threads_than_cases(name, variant):
    a, expected = given_and_expected(name, variant, 3, N=1)
    assert_same(results(TWINS[name].problem, TWINS[name].kernel, a, variant), expected, 1e-13)
