"""What a design may say, and what a cell through time may be handed that fits it, each error by name."""

from types import ModuleType

import numpy as np

from ref.cells.interface import size
from ref.validation import require_count, require_sequences

Array = np.ndarray


def require_sizes(design, *heads: str) -> None:
    """ValueError or TypeError for a design with no locations, no width, no heads of a kind, or more than locations.

    heads   the design's fields that say how many heads of a kind there are
    """
    for name in ("n_locations", "width", *heads):
        require_count(name, getattr(design, name))
    for name in heads:
        if getattr(design, name) > design.n_locations:
            raise ValueError(f"{name} is {getattr(design, name)} but must be at most {design.n_locations}, n_locations")


def require_fitting(cell: ModuleType, x: Array, weights: tuple, start: tuple, design) -> tuple[Array, tuple]:
    """Return x and the shapes of a start that is one for all cases.

    Raises ValueError for x that is not (T, N, D) with at least one step and one case, or not finite; for weights or a
    start of other shapes than the design's; for usage below 0 or above the cell's MOST_USAGE.  Raises TypeError for a
    dtype that is not x's, or for an array that is missing or too much.  Weights and start are not asked to be finite:
    where training diverges, the outputs say so.
    """
    x = require_sequences("x", x)
    N, D = x.shape[1:]
    lstm = weights.W is not None
    H, read = len(weights.P), design.n_read_heads * design.width
    shapes = cell.start_shapes(design, H)
    gates = 4 * H if lstm else H
    expected = {"U": (D + read, gates), "b": (gates,), "P": (H, size(design.pieces)), "q": (size(design.pieces),)}
    if lstm:
        expected["W"] = (H, gates)
    for name, shape in expected.items():
        _require(name, getattr(weights, name), x, [shape], design)
    for name, array, shape in zip(start._fields, start, shapes):
        if name in ("h", "c") and not lstm:
            if array is not None:
                raise TypeError(f"start.{name} is given but must be None: W is None, and a feed-forward controller has "
                                f"no state")
            continue
        _require(f"start.{name}", array, x, [shape, (N, *shape)], design)
    if "u" in start._fields and ((start.u < 0) | (start.u > cell.MOST_USAGE)).any():
        raise ValueError(f"start.u must be in [0, {cell.MOST_USAGE}], a usage, but is from {start.u.min():g} to "
                         f"{start.u.max():g}")
    return x, shapes


def _require(name: str, array, x: Array, shapes: list, design) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != x.dtype:
        came = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"{name} is {came} but must be an array of {x.dtype} like x")
    if array.shape not in shapes:
        raise ValueError(f"{name} has shape {array.shape} but must be {' or '.join(map(str, shapes))} for x "
                         f"{x.shape} and {design}")
