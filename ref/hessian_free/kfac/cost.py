"""The cost of a K-FAC step in multiplications, to express it in gradients of single cases like that of other methods.

    passes      one product a weight and case is Σ D H: forward 1, gradient 2 more, R-forward 2, ds_l of all layers 1
    A_l         (D+1)² a case
    G_l         H² a case, from one backward pass: K-FAC 1, KFLR C of them; KFRA needs none, but D H² + D² H for each
                later layer
    Cholesky    n³/6 for each damped factor
    U           (D+1)² H + (D+1) H²

The sums are over layers W (D, H), C outputs.  A gradient of one case, the unit, is 3 Σ D H.
"""

from ref.parameters import Parameters


def weight_shapes(theta: Parameters) -> list[tuple[int, int]]:
    return [shape for shape in theta.shapes.values() if len(shape) == 2]


def passes(theta: Parameters, cases: int, products: int) -> int:
    """products: how many times each weight is multiplied with each case."""
    return cases * products * sum(D * H for D, H in weight_shapes(theta))


def factors(theta: Parameters, cases: int, method: str) -> int:
    """Estimating all factors on so many cases by "kfac", "kflr" or "kfra", the forward pass included."""
    shapes = weight_shapes(theta)
    backward = {"kfac": 1, "kflr": shapes[-1][1], "kfra": 0}[method]
    total = passes(theta, cases, 1 + backward) + cases * sum((D + 1) ** 2 for D, _ in shapes)
    total += cases * max(backward, 1) * sum(H * H for _, H in shapes)
    if method == "kfra":
        total += sum(D * H * H + D * D * H for D, H in shapes[1:])
    return total


def cholesky(theta: Parameters) -> float:
    """Both Cholesky factors of every layer."""
    return sum((D + 1) ** 3 + H**3 for D, H in weight_shapes(theta)) / 6


def solution(theta: Parameters) -> int:
    """U from the Cholesky factors."""
    return sum((D + 1) ** 2 * H + (D + 1) * H * H for D, H in weight_shapes(theta))


def thirds(theta: Parameters, multiplications: float) -> float:
    """In thirds of one case's gradient, the unit of ref.hessian_free.work."""
    return multiplications / passes(theta, 1, 1)
