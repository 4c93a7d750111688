"""Linear algebra that is no paper's own and that several of them use: conjugate gradients with their stopping rules,
Lanczos, Gram-Schmidt and Krylov bases, a solver in place for matrices stored row by row.
"""

from ref.linalg.conjugate_gradient import Iterate, conjugate_gradient
from ref.linalg.gram_schmidt import extend, krylov_basis
from ref.linalg.lanczos import lanczos, quadrature
from ref.linalg.row_major_solve import solve_in_place
from ref.linalg.stopping import STOPS, fixed_iterations, relative_decrease, relative_decrease_2012

__all__ = [
    "Iterate", "STOPS", "conjugate_gradient", "extend", "fixed_iterations", "krylov_basis", "lanczos", "quadrature",
    "relative_decrease", "relative_decrease_2012", "solve_in_place",
]
