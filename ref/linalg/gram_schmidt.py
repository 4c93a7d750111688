"""Gram-Schmidt, done twice, and the orthonormal basis of a Krylov space that is grown by it.

    v <- v - (uᵀv) u    for every u of the basis, and the same once more: what rounding left of the first round is
                        taken out by the second, and the basis is orthogonal to rounding ("twice is enough")
"""

import numpy as np

from ref.vectors import add_product, dot

Array = np.ndarray


def extend(basis: list[Array], v: Array, tolerance: float = 1e-6) -> bool:
    """Gram-Schmidt, done twice: append what v adds to the orthonormal basis.  False where it adds nothing, or is not
    finite.
    """
    size = dot(v, v) ** 0.5
    if not np.isfinite(size) or size == 0:
        return False
    v = v / size
    for _ in range(2):
        for u in basis:
            add_product(v, -dot(u, v), u)
    left = dot(v, v) ** 0.5
    if left > tolerance:
        v /= left
        basis.append(v)
    return left > tolerance


def krylov_basis(B, g: Array, dimensions: int) -> list[Array]:
    """An orthonormal basis of span{g, B g, ..., B^{K-1} g}, of fewer than K vectors where that space is smaller."""
    basis: list[Array] = []
    grown = extend(basis, g)
    while grown and len(basis) < dimensions:
        grown = extend(basis, B @ basis[-1])
    return basis
