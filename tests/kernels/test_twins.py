"""Every kernel is the twin of a reference op: same functions, same arguments, same results, same caches."""

import numba
import numpy as np
import pytest

from numba_kernels import cpu
from numba_kernels.cpu import elman as kernel
from ref.layers import elman as reference
from tests.kernels.elman_problem import PHIS, arrays, assert_same, results
from tests.kernels.twins import PASSES, differences, kernel_modules, orphans

TOLERANCE = {np.float64: 1e-13, np.float32: 2e-5}


@pytest.fixture(autouse=True, params=(1, 2), ids=("one thread", "two threads"))
def threads(request):
    if request.param > numba.config.NUMBA_NUM_THREADS:
        pytest.skip(f"NOT RUN: numba has {numba.config.NUMBA_NUM_THREADS} thread; this needs {request.param}")
    before = numba.get_num_threads()
    numba.set_num_threads(request.param)
    yield request.param
    numba.set_num_threads(before)


def test_every_kernel_has_a_reference_and_is_listed():
    assert kernel_modules() == ["elman"], "extend the tests below to the new kernel"
    assert orphans(cpu.TWINS) == []


@pytest.mark.parametrize("name", kernel_modules())
def test_twins_are_called_alike(name):
    assert differences(name) == []


def test_an_orphan_is_found(tmp_path):
    for folder, names in (("numba_kernels/cpu", ("elman", "lstm", "helper")), ("ref/layers", ("elman", "affine"))):
        (tmp_path / folder).mkdir(parents=True)
        for name in names:
            body = "def add(a, b):\n    return a + b\n" if name == "helper" else "".join(f"def {p}(x):\n    return x\n" for p in PASSES)
            (tmp_path / folder / f"{name}.py").write_text(body)
    assert kernel_modules(tmp_path) == ["elman", "lstm"]
    assert orphans({"elman": None}, tmp_path) == ["lstm has no reference in ref/layers", "lstm is not in TWINS"]
    assert orphans({"elman": None, "lstm": None, "gru": None}, tmp_path)[1:] == ["gru is in TWINS but has no file with passes"]


def test_a_twin_that_is_called_otherwise_is_found(monkeypatch):
    def backward(dh, cache):
        return dh

    backward.__module__ = kernel.__name__
    monkeypatch.setattr(kernel, "backward", backward)
    (said,) = differences("elman")
    assert said.startswith("backward: (dh, cache) and (dh: ")


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("phi", PHIS)
@pytest.mark.parametrize("T", (1, 2, 3, 5, 7))
def test_the_four_passes_give_the_reference_s_results(T, phi, dtype):
    a = arrays(T, dtype)
    assert_same(results(kernel, a, phi), results(reference, a, phi), TOLERANCE[dtype])


@pytest.mark.parametrize("phi", PHIS)
def test_caches_are_interchangeable(phi):
    a = arrays(4)
    expected = results(reference, a, phi)
    assert_same(results(kernel, a, phi, then=reference), expected, 1e-13)
    assert_same(results(reference, a, phi, then=kernel), expected, 1e-13)


@pytest.mark.parametrize("phi", PHIS)
def test_caches_of_the_steps_are_the_reference_s(phi):
    a = arrays(3)
    caches = []
    for op in (kernel, reference):
        _, cache = op.forward(a["x"], a["U"], a["W"], a["b"], a["h0"], phi)
        _, r_cache = op.r_forward(a["Rx"], a["RU"], a["RW"], a["Rb"], a["Rh0"], cache)
        assert type(cache) is reference.Cache and type(r_cache) is reference.RCache
        caches.append([*cache.phis, *r_cache.phis])
    for ours, theirs in zip(*caches, strict=True):
        assert type(ours) is type(theirs)
        if ours is not None:
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


def test_called_twice_gives_the_same_bits_and_changes_nothing():
    a = arrays(5)
    before = {name: array.copy() for name, array in a.items()}
    first, second = results(kernel, a, "tanh"), results(kernel, a, "tanh")
    assert all(first[name] is None or first[name].tobytes() == second[name].tobytes() for name in first)
    assert all(a[name].tobytes() == before[name].tobytes() for name in a)


def test_more_threads_than_cases():
    a = arrays(3, N=1)
    assert_same(results(kernel, a, "tanh"), results(reference, a, "tanh"), 1e-13)
