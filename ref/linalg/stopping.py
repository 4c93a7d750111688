"""When to end conjugate gradients: by the relative decrease of the quadratic's value over the last k iterations.

    relative_decrease        phi_i < 0  and  (phi_i - phi_{i-k}) / phi_i < k eps    i > k = max(10, 0.1 i), eps = 0.0005
    relative_decrease_2012   (phi_i - phi_{i-k}) / (phi_i - phi_0) < eps            i > k, eps = 0.0001, no factor k

The first is the rule of Martens 2010, section 4.4, as his released code has it.  The second is the form used in several
implementations of the 2012 chapter, much stricter: at k = 10 the first ends at 0.005 and the second at 0.0001.
phi is the value at each iterate, the start included: phis[i] = phi_i, and phi = 0 at x = 0.
"""

from collections.abc import Callable


def window(i: int) -> int:
    return max(10, int(0.1 * i))


def relative_decrease(phis: list[float], eps: float = 5e-4) -> bool:
    i = len(phis) - 1
    k = window(i)
    return i > k and phis[i] < 0 and (phis[i] - phis[i - k]) / phis[i] < k * eps


def relative_decrease_2012(phis: list[float], eps: float = 1e-4) -> bool:
    i = len(phis) - 1
    k = window(i)
    return i > k and (phis[i] - phis[i - k]) >= eps * (phis[i] - phis[0])


def fixed_iterations(phis: list[float]) -> bool:
    """Never: CG runs to its largest number of iterations, as the recipe of Sutskever et al. 2013 has it."""
    return False


STOPS: dict[str, Callable[[list[float]], bool]] = {
    "2010": relative_decrease,
    "2012": relative_decrease_2012,
    "fixed": fixed_iterations,
}
