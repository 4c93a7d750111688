"""Every derivative passes every check."""

import math

import pytest

from tests.derivatives.cases import (
    CASES,
    FACTORISED,
    KERNELS,
    KINKED,
    KRONECKER,
    LAYERS,
    LOSSES,
    LSTMS,
    NETWORKS,
    OBJECTIVES,
    READOUTS,
    RECURRENCES,
    RECURRENT,
)

OP = {"backward against differences", "r_forward against differences", "dot test", "r_backward against differences",
      "symmetry of r_backward", "Taylor slope 2 (shortfall)", "Taylor slope 3 (shortfall)",
      "same bits, nothing mutated",
      "memory layouts", "float32 stays float32"}
CURVATURE = {"gradient against differences", "Hessian product against differences",
             "Gauss-Newton product against dense J'HJ",
             "symmetry of H", "symmetry of G", "G positive semi-definite", "Taylor slope 2 (shortfall)",
             "Taylor slope 3 (shortfall)", "same bits, nothing mutated", "memory layouts", "float32 stays float32"}
EXPECTED = [
    *((case, OP) for case in (*LAYERS, *READOUTS, *RECURRENCES, *KINKED, *LSTMS, *KERNELS, *RECURRENT)),
    *((case, OP | {"squares against a loop over cases"}) for case in NETWORKS),
    *((case, CURVATURE | {"value against the formula", "curvature factor A A' = G", "mean curvature against G"})
      for case in LOSSES),
    *((case, CURVATURE | {"value_and_gradient agrees", "damping by a number", "damping by a vector",
                          "squares against a loop over cases", "curvature diagonal over all signs"})
                          for case in OBJECTIVES),
    *((case, {"pre-activation gradients against differences", "A against a loop over cases", "KFLR against dense J'LJ",
              "KFRA of one case against KFLR", "Q against dense V'BV"}) for case in KRONECKER),
    *((case, OP | {"r_forward against the complex step"}) for case in FACTORISED),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case):
    rows = case.run()
    assert rows
    for row in rows:
        assert math.isfinite(row.error) and row.error <= row.limit, row
    assert all(checks <= {row.check for row in rows} for expected, checks in EXPECTED if expected is case)


def test_names_are_unique():
    assert len({case.name for case in CASES}) == len(CASES)
