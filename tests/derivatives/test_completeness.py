"""Every derivative of the tree has a case, and no case checks nothing; that both would be noticed is itself tested."""

import pytest

from tests.derivatives.cases import CASES
from tests.derivatives.cases.case import Case
from tests.derivatives.completeness import (
    EXEMPT,
    ROOT,
    checks_nothing_of,
    find_derivatives,
    is_compiled,
    is_derivative,
    resolve,
    uncovered,
)
from tests.derivatives.mutants import swapped

FOUND = list(find_derivatives(ROOT))
COVERED = [(case, name) for case in CASES for name in case.covers if name in FOUND and not is_compiled(name)]


def test_every_derivative_has_a_case():
    assert len(FOUND) > 40
    assert uncovered(FOUND, CASES) == [], "add a case to tests/derivatives/cases/"


def test_what_is_listed_exists():
    assert [name for name in EXEMPT if name not in FOUND] == []
    for case in CASES:
        for name in case.covers:
            assert callable(resolve(name)), f"{case.name} covers {name}, which is no function"


@pytest.mark.parametrize("case, name", COVERED, ids=lambda value: value if isinstance(value, str) else value.name)
def test_no_case_checks_nothing(case, name):
    assert not checks_nothing_of(case, name, swapped), f"{case.name} passes although {name} returns zeros"


DUMMY = '''"""A layer that nobody has written a case for."""


def forward(x):
    return 2 * x, None


def backward(dy, cache):
    return 2 * dy


def r_forward(Rx, cache):
    return 2 * Rx, None


r_backward = some_factory(backward)
_private_backward = backward
THRESHOLD = 3


class Net:
    def backward_squares(self, dz, cache):
        return dz

    class Inner:
        def gauss_newton_product(self, v):
            return v

    def gradually(self):
        return None
'''


def test_an_uncovered_op_is_found(tmp_path):
    for package, module in (("ref", "dummy"), ("numba_kernels", "twin")):
        folder = tmp_path / package / "layers"
        folder.mkdir(parents=True)
        (folder / f"{module}.py").write_text(DUMMY)
    found = list(find_derivatives(tmp_path))
    own = ["backward", "r_forward", "r_backward", "_private_backward", "Net.backward_squares",
           "Net.Inner.gauss_newton_product"]
    assert found == [f"{module}:{name}" for module in ("numba_kernels.layers.twin", "ref.layers.dummy") for name in own]
    assert uncovered(found, CASES) == found

    half = Case("half", ("ref.layers.dummy:backward", "ref.layers.dummy:r_forward"), list)
    assert "ref.layers.dummy:r_backward" in uncovered(found, [*CASES, half])
    assert "ref.layers.dummy:backward" not in uncovered(found, [*CASES, half])


def test_a_case_that_checks_nothing_is_found():
    empty = Case("empty", ("ref.layers.tanh:backward",), list)
    assert checks_nothing_of(empty, "ref.layers.tanh:backward", swapped)
    tanh = next(case for case in CASES if case.name == "layers.tanh")
    assert checks_nothing_of(tanh, "ref.layers.affine:backward", swapped), "the case of tanh does not check affine"


def test_names():
    for name in ("backward", "r_backward", "value_and_gradient", "gauss_newton_product", "_hessian",
                 "curvature_diagonal"):
        assert is_derivative(name)
    for name in ("forward", "value", "init", "require_floats", "gradually", "armijo"):
        assert not is_derivative(name)
