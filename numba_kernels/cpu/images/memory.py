"""Memory for large results, used again: a fresh array of 16 MB costs as much in page faults as the product in it.

    y = empty((N, Y, X, C), np.float32)         like numpy.empty

What was lent is lent again once nobody holds it: no array, no view of it, no cache that has either.  Python counts who
does.  At most FREE bytes wait for that; those that were lent longest ago go first.
"""

import sys
from math import prod
from threading import Lock

import numpy as np

Array = np.ndarray
LARGE = 1 << 16  # bytes; less than that is numpy.empty's
FREE = 1 << 28

_blocks: dict[int, list[Array]] = {}  # by their bytes, lent or free; the number asked for last at the end
_lock = Lock()


def empty(shape: tuple[int, ...], dtype) -> Array:
    n_bytes = prod(shape) * np.dtype(dtype).itemsize
    if n_bytes < LARGE:
        return np.empty(shape, dtype)
    with _lock:
        alike = _blocks.pop(n_bytes, [])
        block = next((alike[i] for i in range(len(alike)) if _is_free(alike, i)), None)
        if block is None:
            _forget()
            alike.append(block := np.empty(n_bytes, np.uint8))
        _blocks[n_bytes] = alike
        return np.ndarray(shape, dtype, block)


def _is_free(alike: list[Array], i: int) -> bool:
    return sys.getrefcount(alike[i]) == 2  # the list and the argument


def _forget() -> None:
    """Free blocks, the oldest first, until at most FREE bytes are left of them."""
    free = sum(n_bytes * _is_free(alike, i) for n_bytes, alike in _blocks.items() for i in range(len(alike)))
    excess = free - FREE
    for n_bytes, alike in list(_blocks.items()):
        kept = []
        for i in range(len(alike)):
            if excess > 0 and _is_free(alike, i):
                excess -= n_bytes
            else:
                kept.append(alike[i])
        if kept:
            _blocks[n_bytes] = kept
        else:
            del _blocks[n_bytes]
