"""Sums and products of flat vectors, and the memory that they are made in."""

import numpy as np

Array = np.ndarray


def keep_freed_memory() -> None:
    """Tell the C library to reuse freed arrays of up to 32 MiB instead of handing their pages back to the system.

    glibc raises both of its thresholds when a large block is freed.  Without this, every pass over a batch faults in
    fresh pages for its activations, which costs a quarter of a gradient's time; other C libraries are not affected.
    """
    np.empty(2**25 - 2**16, np.uint8)


BLOCK = 2**14  # elements of a vector that are worked on at once: they stay in the processor's cache


def add_product(total: Array, scale, term: Array) -> None:
    """total += scale term for flat vectors, block by block, so that no third vector is allocated; scale is a number or
    a vector.
    """
    if np.ndim(scale) == 0:
        scale = float(scale)  # a Python number leaves float32 as it is
        if scale == 0:
            return
    for start in range(0, len(total), BLOCK):
        part = slice(start, start + BLOCK)
        total[part] += (scale if isinstance(scale, float) else scale[part]) * term[part]


def dot(x: Array, y: Array) -> float:
    """Σ x y of flat vectors, accumulated in float64 also where they are float32."""
    if x.dtype == np.float64:
        return float(np.dot(x, y))
    parts = (slice(start, start + BLOCK) for start in range(0, len(x), BLOCK))
    return float(sum(np.dot(x[part].astype(np.float64), y[part].astype(np.float64)) for part in parts))
