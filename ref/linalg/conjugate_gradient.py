"""Preconditioned conjugate gradients: minimise phi(x) = ½ xᵀA x - bᵀx for a positive definite A, given only A's
products.

    r = A x - b        y = P⁻¹ r        p = -y
    alpha = rᵀy / pᵀA p                 x += alpha p        r += alpha A p
    y' = P⁻¹ r'        beta = r'ᵀy' / rᵀy                   p = -y' + beta p
    phi = ½ (r - b)ᵀx                   the quadratic's value, free of any further product

In Hessian-free optimisation A = G + damping, b = -∇f, so phi is the model's M(x) - M(0).  CG tends to solve the
directions of high curvature first, so stopping early is itself a kind of damping.

Nothing is computed before the iterates are asked for.  Those at ceil(gamma^j), j = 0, 1, ..., and the last one are
yielded; the caller keeps what it needs, nothing is stored here.  Martens 2010, section 4.6 (gamma = 1.3); Martens &
Sutskever 2012, section 4.
"""

from collections.abc import Callable, Iterator
from itertools import count
from math import ceil
from typing import NamedTuple

import numpy as np

from ref.linalg.stopping import relative_decrease
from ref.validation import require_count, require_floats, require_number
from ref.vectors import add_product, dot

Array = np.ndarray


class Iterate(NamedTuple):
    """One stored iterate.  x is CG's own array, which the next iteration overwrites: copy it to keep it."""

    i: int
    x: Array  # (P,)
    phi: float
    why: str | None  # why CG ended here: "decrease", "curvature" (not positive), "iterations"; None while it goes on


def conjugate_gradient(
    A,
    b: Array,
    x0: Array | None = None,
    P: Array | Callable[[Array], Array] | None = None,
    stop: Callable[[list[float]], bool] = relative_decrease,
    max_iterations: int = 250,
    gamma: float = 1.3,
    refresh: int = 0,
    phis: list[float] | None = None,
) -> Iterator[Iterate]:
    """Yield the stored iterates of CG on A x = b.

    A      anything with A @ x for x (P,): a LinearOperator or an array
    x0     the start, zero by default
    P      the preconditioner, positive definite: its diagonal (P,), or a function r -> P⁻¹ r; none by default
    stop   stop(phis) says whether to end, phis being the values phi of all iterates so far (ref.linalg.stopping)
    refresh  every so many iterations r is computed afresh as A x - b, which costs a product; 0 for never
    phis   a list that receives phi of every iterate, the start included

    Where pᵀA p is not positive (A is indefinite, r is zero, or rounding has taken over), CG ends and keeps the last x.
    Raises ValueError where b, x0 or P does not fit or is not finite, TypeError where their dtypes differ.

    >>> import numpy as np
    >>> from ref import conjugate_gradient
    >>> A, b = np.diag([1.0, 2.0, 4.0]), np.ones(3)
    >>> *_, last = conjugate_gradient(A, b, max_iterations=3)  # as many as there are unknowns
    >>> last.i, np.allclose(A @ last.x, b)
    (3, True)
    """
    b = _vector("b", b, b)
    x = np.zeros_like(b) if x0 is None else _vector("x0", x0, b).copy()
    if not (P is None or callable(P)) and not (_vector("P", P, b) > 0).all():
        raise ValueError("P must be positive: it is the diagonal of a positive definite matrix")
    require_count("max_iterations", max_iterations)
    require_number("gamma", gamma, above=1)
    require_count("refresh", refresh, least=0)
    phis = [] if phis is None else phis
    return _iterations(A, b, x, P, stop, max_iterations, gamma, refresh, phis, cold=x0 is None)


def _iterations(A, b, x, P, stop, max_iterations, gamma, refresh, phis, cold) -> Iterator[Iterate]:
    r = np.negative(b) if cold else A @ x - b
    y = _solved(P, r)
    p = np.negative(y)
    ry = dot(r, y)
    phi = 0.5 * (dot(r, x) - dot(b, x))
    phis.append(phi)
    stored = stored_at(gamma)
    next_stored = next(stored)
    for i in range(max_iterations + 1):
        del y  # frees its memory for A p below
        if i and stop(phis):
            why = "decrease"
            break
        if i == max_iterations:
            why = "iterations"
            break
        Ap = A @ p
        pAp = dot(p, Ap)
        if not (pAp > 0 and ry > 0):  # also where it is NaN
            why = "curvature"
            break
        if i == next_stored:
            yield Iterate(i, x, phi, None)
            next_stored = next(stored)
        alpha = ry / pAp
        add_product(x, alpha, p)
        add_product(r, alpha, Ap)
        if refresh and (i + 1) % refresh == 0:
            np.subtract(A @ x, b, out=r)
        phi = 0.5 * (dot(r, x) - dot(b, x))
        phis.append(phi)
        del Ap  # and this one frees its own for the next y
        y = _solved(P, r)
        ry, ry_before = dot(r, y), ry
        p *= ry / ry_before
        p -= y
    yield Iterate(i, x, phi, why)


def _solved(P, r: Array) -> Array:
    """y = P⁻¹ r"""
    return r if P is None else P(r) if callable(P) else r / P


def stored_at(gamma: float) -> Iterator[int]:
    """The different ones of ceil(gamma^j), j = 0, 1, ...: with gamma = 1.3 these are 1, 2, 3, 4, 5, 7, 9, ..."""
    last = 0
    for j in count():
        i = ceil(gamma**j)
        if i > last:
            yield i
            last = i


def _vector(name: str, array, b) -> Array:
    array = require_floats(name, array)
    if array.dtype != np.asarray(b).dtype:
        raise TypeError(f"{name} is {array.dtype} but b is {b.dtype}")
    if array.ndim != 1 or array.shape != np.shape(b):
        of_shape = "" if name == "b" else f" of b's shape {np.shape(b)}"
        raise ValueError(f"{name} has shape {array.shape} but must be a vector{of_shape}")
    return array
