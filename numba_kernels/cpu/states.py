"""What the compiled recurrences do alike around their loops: weights for the way back, its start and its end."""

import numpy as np

Array = np.ndarray


def transposed(A: Array) -> Array:
    """Aᵀ as an array of its own: BLAS is slower where it has to transpose at every step."""
    return np.ascontiguousarray(A.T)


def start(d_T: Array, h: Array) -> Array:
    """What the way back begins with (N, H): a last state's own gradient in memory that may be written over, or zeros.

    d_T (N, H), or an empty array where there is none; h (T + 1, N, H).
    """
    return d_T.copy() if len(d_T) else np.zeros_like(h[0])


def of_start(back: Array, state: Array) -> Array:
    """The gradient of an initial state from what comes back to it (N, H): of one for all cases, (H,), the sum."""
    return back if state.ndim == 2 else back.sum(axis=0)
