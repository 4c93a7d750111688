"""Initial weight matrices (D, H): D inputs, H units.

    sparse     each unit has `fan_in` incoming weights ~ N(0, scale²), drawn at distinct inputs; the others are 0
               (Martens 2010; 15 weights for every network there)
    glorot     N(0, scale² 2/(D + H))        Glorot & Bengio 2010
    he         N(0, scale² 2/D)              He et al. 2015, for rectified units
    lecun      N(0, scale² 1/D)              LeCun et al. 1998
    orthogonal scale times a random matrix with orthonormal columns, or rows where D < H; uniform over all of these
    identity   scale on the diagonal, else 0
"""

import numpy as np

from ref.validation import require_count, require_float_dtype, require_number

Array = np.ndarray


def sparse(rng: np.random.Generator, shape: tuple[int, int], scale: float = 1.0, dtype=np.float64,
           fan_in: int = 15) -> Array:
    D, H = shape
    fan_in = min(require_count("fan_in", fan_in), D)
    W = np.zeros(shape, dtype)
    rows = rng.permuted(np.tile(np.arange(D), (H, 1)), axis=1)[:, :fan_in]  # (H, fan_in) distinct inputs of each unit
    W[rows, np.arange(H)[:, None]] = scale * rng.standard_normal((H, fan_in))
    return W


def _normal(variance):
    def draw(rng: np.random.Generator, shape: tuple[int, int], scale: float = 1.0, dtype=np.float64) -> Array:
        return (scale * np.sqrt(variance(*shape)) * rng.standard_normal(shape)).astype(dtype)

    return draw


glorot = _normal(lambda D, H: 2 / (D + H))
he = _normal(lambda D, H: 2 / D)
lecun = _normal(lambda D, H: 1 / D)


def orthogonal(rng: np.random.Generator, shape: tuple[int, int], scale: float = 1.0, dtype=np.float64) -> Array:
    D, H = shape
    Q, R = np.linalg.qr(rng.standard_normal((max(D, H), min(D, H))))
    Q *= np.where(np.diag(R) < 0, -1, 1)  # R's diagonal positive: without it Q would not be uniform
    return (scale * (Q if D >= H else Q.T)).astype(dtype)


def identity(rng: np.random.Generator, shape: tuple[int, int], scale: float = 1.0, dtype=np.float64) -> Array:
    return scale * np.eye(*shape, dtype=dtype)


SCHEMES = {"sparse": sparse, "glorot": glorot, "he": he, "lecun": lecun, "orthogonal": orthogonal, "identity": identity}


def weights(scheme: str, rng: np.random.Generator, shape: tuple[int, int], scale: float = 1.0,
            dtype=np.float64) -> Array:
    """A matrix by the scheme's name.  Raises ValueError for an unknown scheme or a scale that is not positive."""
    if scheme not in SCHEMES:
        raise ValueError(f"scheme is {scheme!r} but must be one of {', '.join(SCHEMES)}")
    require_number("scale", scale, above=0)
    return SCHEMES[scheme](rng, shape, scale, require_float_dtype("dtype", dtype))
