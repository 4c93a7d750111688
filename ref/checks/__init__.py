"""The derivative checker: tests, chapters and students use this one.  It imports nothing but NumPy.

    check_op         every check of an op with the four passes      rows = check_op(affine, {"x": x, "W": W, "b": b})
    check_loss       ... of a loss                                  rows = check_loss(squared_error, z, t)
    check_network    ... of a network                               rows = check_network(mlp, theta, x)
    check_objective  ... of an objective                            rows = check_objective(objective, theta, (x, t))
    table            the rows as text                               print(table(rows))

Each check is also a function of its own.  A check returns the worst error it saw and raises CheckFailure where that is
too large, naming the check, the argument, the entry, what was expected and what came; a case in which the true
derivative is zero everywhere is a failure too, since it checks nothing.  All arrays are float64; cotangents and
directions are random.

>>> import numpy as np
>>> from ref import checks
>>> from ref.layers import tanh
>>> rows = checks.check_op(tanh, {"x": np.array([[0.3, -0.2, 0.5]])})
>>> rows[0].check, rows[0].error < rows[0].limit
('backward against differences', True)
"""

from ref.checks.backward import check_backward, check_dot
from ref.checks.curvature import (
    check_gauss_newton,
    check_hessian_product,
    check_positive_semidefinite,
    check_symmetry,
    dense,
    dense_gauss_newton,
)
from ref.checks.differences import complex_step, numerical_backward, numerical_hessian, numerical_jacobian, richardson
from ref.checks.failure import CheckFailure, require_equal, require_nonzero
from ref.checks.hygiene import check_float32, check_layouts, check_pure
from ref.checks.losses import check_curvature_factor, check_gradient, check_loss
from ref.checks.networks import check_backward_squares, check_network
from ref.checks.objectives import check_curvature_diagonal, check_objective, check_squares
from ref.checks.ops import check_op, check_op_hygiene, check_op_taylor
from ref.checks.r_backward import check_op_symmetry, check_r_backward
from ref.checks.r_forward import check_r_forward, check_r_forward_complex
from ref.checks.structure import check_at_most, check_nonnegative, check_orthogonal, check_simplex
from ref.checks.table import Row, table
from ref.checks.taylor import check_taylor, taylor_remainders, taylor_slopes

__all__ = [
    "CheckFailure", "Row", "check_at_most", "check_backward", "check_backward_squares", "check_curvature_diagonal",
    "check_curvature_factor", "check_dot", "check_float32", "check_gauss_newton", "check_gradient",
    "check_hessian_product",
    "check_layouts", "check_loss", "check_network", "check_nonnegative", "check_objective", "check_op",
    "check_op_hygiene",
    "check_op_symmetry", "check_op_taylor", "check_orthogonal", "check_positive_semidefinite", "check_pure",
    "check_r_backward",
    "check_r_forward", "check_r_forward_complex", "check_simplex", "check_squares", "check_symmetry", "check_taylor",
    "complex_step", "dense", "dense_gauss_newton", "numerical_backward", "numerical_hessian", "numerical_jacobian",
    "require_equal", "require_nonzero", "richardson", "table", "taylor_remainders", "taylor_slopes",
]
