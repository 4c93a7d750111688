"""Random weights, inputs and starts of the cell with least recently used access."""

import numpy as np

from ref.cells import interface, lrua
from ref.layers import softmax

D, H = 2, 3
# Among them one row, as many heads as rows, usage that never decays, and usage of the last step alone.
DESIGNS = [lrua.Design(4, 3), lrua.Design(1, 2), lrua.Design(3, 1, 3, zeroes="all"),
           lrua.Design(5, 2, 2, 1.0, "oneplus", True, "identity", "one each", "all"),
           lrua.Design(4, 2, 2, 0.0, "softplus", spread="one each")]


def weights(design: lrua.Design, kind: str = "lstm", seed: int = 0, dtype=np.float64) -> lrua.Weights:
    rng, lstm = np.random.default_rng(seed), kind == "lstm"
    gates, read, I = (4 if lstm else 1), design.n_read_heads * design.width, interface.size(design.pieces)
    shapes = (D + read, gates * H), (H, 4 * H), (gates * H,), (H, I), (I,)
    U, W, b, P, q = (rng.standard_normal(shape) for shape in shapes)
    return lrua.Weights(*(None if array is None else (0.5 * array).astype(dtype)
                          for array in (U, W if lstm else None, b, P, q)))


def start(design: lrua.Design, N: int, kind: str = "lstm", seed: int = 0, dtype=np.float64) -> lrua.State:
    """Each case's own; the usages far from each other."""
    rng, (R, L, W) = np.random.default_rng(seed), (design.n_read_heads, design.n_locations, design.width)
    M, w = rng.standard_normal((N, L, W)), softmax.forward(rng.standard_normal((N, R, L)))[0]
    u, r = rng.permuted(np.broadcast_to(0.5 * np.arange(L), (N, L)), axis=1), rng.standard_normal((N, R, W))
    h, c = rng.standard_normal((2, N, H)) if kind == "lstm" else (None, None)
    return lrua.State(*(None if array is None else array.astype(dtype) for array in (M, w, u, r, h, c)))


def inputs(T: int, N: int, seed: int = 0, dtype=np.float64) -> np.ndarray:
    return np.random.default_rng(seed + 100).standard_normal((T, N, D)).astype(dtype)


def like(arrays, seed: int):
    """Random arrays in the shapes of a named tuple's, None where it has None, and for the usage."""
    rng = np.random.default_rng(seed)
    return type(arrays)(*(None if array is None or name == "u" else rng.standard_normal(array.shape).astype(array.dtype)
                          for name, array in arrays._asdict().items()))
