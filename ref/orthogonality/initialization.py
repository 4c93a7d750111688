"""Where the transition of a recurrent network starts, as one matrix or in factors.

    scheme        W (n, n)                                       U, p, V with U S Vᵀ = W
    orthogonal    U Vᵀ, the two factors of a sample of N(0, 1)   the two factors, s = 1
    identity      I                                              I, s = 1, I
    glorot        N(0, 2/(n + n))                                all three factors, s from near 0 to near 2: no margin

s = 1 is p = 0 within a margin and p = 1 without.  The orthogonal sample is uniform over the orthogonal matrices;
steps on the manifold never change det W, so which of its two components a run searches is settled here, by
`determinant` where one is asked for.  The last start is shown in the paper; the released code cannot make it, for it
drops the sample's singular values.  The schemes are those of the paper and of its released code.
"""

import numpy as np

from ref.orthogonality.arguments import require_point, require_square
from ref.orthogonality.spectrum import require_margin
from ref.validation import require_count, require_float_dtype

Array = np.ndarray
SCHEMES = ("orthogonal", "identity", "glorot")


def component(M: Array) -> int:
    """det M of an orthogonal matrix: 1, or -1."""
    return int(np.linalg.slogdet(require_square("M", require_point("M", M)))[0])


def transition(scheme: str, rng: np.random.Generator, n: int, determinant: int | None = None,
               dtype=np.float64) -> Array:
    """W (n, n).  Raises ValueError for an unknown scheme, and for a determinant that the scheme cannot have."""
    U, s, V = _factors(scheme, rng, n, determinant)
    return ((U * s) @ V.T).astype(require_float_dtype("dtype", dtype))


def factors(scheme: str, rng: np.random.Generator, n: int, margin: float | None = None, determinant: int | None = None,
            dtype=np.float64) -> tuple[Array, Array, Array]:
    """U (n, n), p (n,), V (n, n).  Raises ValueError as `transition`, and for glorot with a margin."""
    margin, dtype = require_margin(margin), require_float_dtype("dtype", dtype)
    if scheme == "glorot" and margin is not None:
        raise ValueError(f"margin is {margin} but scheme 'glorot' needs margin=None: "
                         f"its singular values go from near 0 to near 2")
    U, s, V = _factors(scheme, rng, n, determinant)
    p = s if margin is None else np.zeros(n)
    return U.astype(dtype), p.astype(dtype), V.astype(dtype)


def _factors(scheme: str, rng: np.random.Generator, n: int, determinant: int | None) -> tuple[Array, Array, Array]:
    """U, s, V."""
    n = require_count("n", n)
    if scheme not in SCHEMES:
        raise ValueError(f"scheme is {scheme!r} but must be one of {', '.join(SCHEMES)}")
    possible = {"orthogonal": (None, 1, -1), "identity": (None, 1), "glorot": (None,)}[scheme]
    if determinant not in possible:
        raise ValueError(f"determinant is {determinant!r} but scheme {scheme!r} can have "
                         f"{', '.join(map(str, possible))}")
    if scheme == "identity":
        return np.eye(n), np.ones(n), np.eye(n)
    sample = rng.standard_normal((n, n))
    if scheme == "glorot":
        sample *= np.sqrt(2 / (n + n))
    U, s, Vt = np.linalg.svd(sample)
    if determinant is not None and component(U @ Vt) != determinant:
        Vt[0] *= -1  # a reflection: the distribution stays uniform within the other component
    return U, s if scheme == "glorot" else np.ones(n), Vt.T
