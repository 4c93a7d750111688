"""What the functions of this package take: points of the Stiefel manifold, and arrays that go with them."""

import numpy as np

from ref.validation import require_floats

Array = np.ndarray


def require_point(name: str, M) -> Array:
    """A finite float matrix (n, p) with n >= p >= 1.  That its columns are orthonormal is not checked: see `drift`."""
    M = require_floats(name, M)
    if M.ndim != 2 or not 1 <= M.shape[1] <= M.shape[0]:
        raise ValueError(f"{name} has shape {M.shape} but must be (n, p) with n >= p >= 1: its columns are orthonormal")
    return M


def require_like(name: str, Z, point: str, M: Array) -> Array:
    """A finite array of M's shape and dtype: a gradient or a tangent vector at the point M."""
    Z = require_floats(name, Z)
    if Z.shape != M.shape:
        raise ValueError(f"{name} has shape {Z.shape} but {point} has shape {M.shape}")
    if Z.dtype != M.dtype:
        raise TypeError(f"{name} is {Z.dtype} but {point} is {M.dtype}")
    return Z


def require_square(name: str, M: Array) -> Array:
    if M.shape[0] != M.shape[1]:
        raise ValueError(f"{name} has shape {M.shape} but must be square")
    return M
