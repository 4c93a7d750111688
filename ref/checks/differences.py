"""Derivatives from values alone: the truth that every hand-written pass is held against.

    central difference   C(h) = (f(h) - f(-h)) / 2h           error O(h²)
    Richardson           (4 C(h/2) - C(h)) / 3                error O(h⁴), and two orders more with each further level
    complex step         Im f(i h) / h, h = 1e-30             exact, but only through analytic code: not through abs,
                                                              a norm or a comparison of magnitudes
"""

from collections.abc import Callable

import numpy as np

Array = np.ndarray


def richardson(f: Callable, h: float = 1e-3, levels: int = 1):
    """f'(0) of a function of one number, by central differences and `levels` Richardson steps."""
    column = [(f(h / 2**k) - f(-h / 2**k)) / (2 * h / 2**k) for k in range(levels + 1)]
    for level in range(1, levels + 1):
        column = [(4**level * fine - coarse) / (4**level - 1) for coarse, fine in zip(column, column[1:])]
    return column[0]


def complex_step(f: Callable, h: float = 1e-30):
    """f'(0) of an analytic function of one number."""
    return np.imag(f(1j * h)) / h


def numerical_jacobian(f: Callable, x: Array, h: float = 1e-3, levels: int = 1) -> Array:
    """∂f/∂x, shape (*f(x).shape, *x.shape): one directional derivative for each entry of x."""
    x = np.asarray(x)
    columns = []
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = 1
        columns.append(richardson(lambda step: f(x + step * e), h, levels))
    return np.stack(columns, axis=-1).reshape(*np.shape(columns[0]), *x.shape)


def numerical_backward(f: Callable, x: Array, dy: Array, h: float = 1e-3) -> Array:
    """Σ dy · ∂f/∂x, entry by entry: what backward must return.  dy has f(x)'s shape."""
    return numerical_jacobian(lambda x: np.sum(dy * f(x)), x, h)


def numerical_hessian(f: Callable, x: Array, h: float = 0.05, levels: int = 3) -> Array:
    """∂²f/∂x², shape (*x.shape, *x.shape), of a scalar function: differences of differences, so with longer steps."""
    return numerical_jacobian(lambda x: numerical_jacobian(f, x, h, levels), x, h, levels)
