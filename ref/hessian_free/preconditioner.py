"""The diagonal preconditioner of Martens 2010, section 4.7: the empirical Fisher matrix, damped and tempered.

    P = (1/N Σₙ gₙ² + lambda + decay)^exponent            exponent = 0.75

gₙ is the gradient of case n's loss.  Σₙ gₙ² comes with the gradient from one backward pass (`MLP.backward_squares`);
the square of a *minibatch's* gradient, (Σₙ gₙ)², is another quantity.  `Objective.curvature_diagonal` gives the
unbiased diag(G) of Chapelle & Erhan 2011, which can stand in for the squares.
"""

import numpy as np

from ref.validation import require_floats, require_number

Array = np.ndarray


def fisher_preconditioner(squares: Array, damping: float | Array, exponent: float = 0.75) -> Array:
    """P (P,) for squares (P,), none negative, and damping > 0 (lambda + decay, a number or (P,)).

    Raises ValueError for negative squares, a damping that is not positive, an exponent outside [0, 1].
    """
    require_number("exponent", exponent, least=0, most=1)
    squares = require_floats("squares", squares)
    if squares.min() < 0:
        raise ValueError("squares must not be negative: it is a mean of squared gradients")
    if not np.min(damping) > 0:
        raise ValueError(f"damping must be positive, got {np.min(damping)}: without it unused weights would divide by "
                         f"zero")
    P = squares + np.asarray(damping, squares.dtype)
    return np.power(P, exponent, out=P)
