"""The step of the released code, which turns the wrong side: an ablation, not a method.

    A  = GᵀM - MᵀG                                       -B, which belongs on M's right
    M' = (I + η/2 A)⁻¹ (I - η/2 A) M                     but is applied on its left

M stays orthogonal, so no check of orthogonality notices.  But Σ G (-A M) has no sign: for random M and G the loss falls
as often as it rises, and U and V make a walk that the loss does not lead.  Whether the paper's own runs used this code
we do not know.

Shapes: M and G (n, n).  From the formula in geodesic_sgd.py, released with the paper; `cayley` has the paper's step.
"""

import numpy as np

from ref.orthogonality.arguments import require_like, require_point, require_square
from ref.orthogonality.cayley import turned
from ref.validation import require_number

Array = np.ndarray


def wrong_side_step(M: Array, G: Array, learning_rate: float) -> Array:
    """What stands in place of `cayley_step` in the released code; M must be square."""
    M = require_square("M", require_point("M", M))
    K = require_number("learning_rate", learning_rate, above=0) / 2 * require_like("G", G, "M", M).T @ M
    return turned(M, K - K.T)
