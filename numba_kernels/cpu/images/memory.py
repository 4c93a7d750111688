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

_blocks: list[Array] = []  # lent or free, the one lent last at the end
_lock = Lock()


def empty(shape: tuple[int, ...], dtype) -> Array:
    n_bytes = prod(shape) * np.dtype(dtype).itemsize
    if n_bytes < LARGE:
        return np.empty(shape, dtype)
    with _lock:
        fits = (i for i in range(len(_blocks)) if _blocks[i].nbytes == n_bytes and _is_free(i))
        number = next(fits, None)
        if number is None:
            _forget()
        block = np.empty(n_bytes, np.uint8) if number is None else _blocks.pop(number)
        _blocks.append(block)
        return block.view(dtype).reshape(shape)


def _is_free(i: int) -> bool:
    return sys.getrefcount(_blocks[i]) == 2  # the list and the argument


def _forget() -> None:
    """Free blocks, the oldest first, until at most FREE bytes are left of them."""
    free = [i for i in range(len(_blocks)) if _is_free(i)]
    excess = sum(_blocks[i].nbytes for i in free) - FREE
    gone = set()
    for i in free:
        if excess > 0:
            excess -= _blocks[i].nbytes
            gone.add(i)
    _blocks[:] = [_blocks[i] for i in range(len(_blocks)) if i not in gone]
