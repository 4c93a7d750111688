"""The cost of a K-FAC step in multiplications, to express it in gradients of single cases like that of other methods.

    passes      one product a weight and case is Σ D H: forward 1, gradient 2 more, R-forward 2, ds_l of all layers 1
    A_l         n² a case, n = D+1; between a layer and the next n n'
    G_l         H² a case, from one backward pass: K-FAC 1, KFLR C of them; between a layer and the next H H'.  KFRA
                needs none, but D H² + D² H for each later layer
    inversion   of n x n factors: Cholesky n³/6, or eigenvectors 4.5 n³
        block-diagonal       the Cholesky factors of all, for each gamma
        eigenbasis           the eigenvectors of all, once
        block-tridiagonal    the same, and for each gamma and factor (n, n') of a layer but the last the eigenvectors of
                             Rᵀ C R, n³ for K, 2 n n'² + 2 n² n' for Psi and C
    U           n² H + n H²; twice that in a basis, there and back; block-tridiagonal, for each layer but the last
                besides, n n' (H + H') + H H' (n + n')

The sums are over layers W (D, H), C outputs.  A gradient of one case, the unit, is 3 Σ D H.
"""

from itertools import pairwise

from ref.parameters import Parameters

CHOLESKY, EIGENVECTORS = 1 / 6, 4.5  # times n³


def weight_shapes(theta: Parameters) -> list[tuple[int, int]]:
    return [shape for shape in theta.shapes.values() if len(shape) == 2]


def factor_sizes(theta: Parameters) -> list[tuple[int, int]]:
    """(D+1, H) of every layer."""
    return [(D + 1, H) for D, H in weight_shapes(theta)]


def passes(theta: Parameters, cases: int, products: int) -> int:
    """products: how many times each weight is multiplied with each case."""
    return cases * products * sum(D * H for D, H in weight_shapes(theta))


def factors(theta: Parameters, cases: int, method: str, crossed: bool = False) -> int:
    """Estimating all factors on so many cases by "kfac", "kflr" or "kfra", the forward pass included."""
    sizes = factor_sizes(theta)
    backward = {"kfac": 1, "kflr": sizes[-1][1], "kfra": 0}[method]
    of_A, of_G = (sum(n * n for n in column) + crossed * sum(n * m for n, m in pairwise(column))
                  for column in zip(*sizes))
    total = passes(theta, cases, 1 + backward) + cases * (of_A + max(backward, 1) * of_G)
    if method == "kfra":
        total += sum(D * H * H + D * D * H for D, H in weight_shapes(theta)[1:])
    return total


def inversion(theta: Parameters, gammas: int, inverse: str) -> float:
    """The inverse of all layers for so many gammas; "block-diagonal", "eigenbasis" or "block-tridiagonal"."""
    cubes = sum(n**3 + H**3 for n, H in factor_sizes(theta))
    if inverse == "block-diagonal":
        return gammas * CHOLESKY * cubes
    total = EIGENVECTORS * cubes
    if inverse == "block-tridiagonal":
        for column in zip(*factor_sizes(theta)):
            total += gammas * sum((EIGENVECTORS + 1) * n**3 + 2 * n * m * (n + m) for n, m in pairwise(column))
    return total


def solution(theta: Parameters, inverse: str) -> int:
    """U from the inverse."""
    sizes = factor_sizes(theta)
    total = sum(n * n * H + n * H * H for n, H in sizes) * (1 if inverse == "block-diagonal" else 2)
    if inverse == "block-tridiagonal":  # Psi_A dW̄' Psi_Gᵀ, and Psi_Aᵀ h Psi_G
        total += sum(n * m * (H + K) + H * K * (n + m) for (n, H), (m, K) in pairwise(sizes))
    return total


def thirds(theta: Parameters, multiplications: float) -> float:
    """In thirds of one case's gradient, the unit of ref.hessian_free.work."""
    return multiplications / passes(theta, 1, 1)
