"""Convolution, pooling and normalisation one entry after the other, as their equations stand: an oracle for values."""

from itertools import product
from math import ceil as up

import numpy as np


def _cells(x, p: int, q: int, size, stride: int, padding: int = 0):
    """(i, j, y, x) of the window's offsets that lie inside the picture."""
    for i, j in product(range(size[0]), range(size[1])):
        row, column = p * stride + i - padding, q * stride + j - padding
        if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
            yield i, j, row, column


def _places(length: int, size: int, stride: int, padding: int, ceil: bool) -> int:
    n = (length + 2 * padding - size) / stride
    n = (up(n) if ceil else int(n // 1)) + 1
    while ceil and (n - 1) * stride >= length + padding:
        n -= 1
    return n


def conv2d(x, K, b, stride=1, padding=0):
    h, w, _, O = K.shape
    y = np.empty((len(x), *(_places(a, k, stride, padding, False) for a, k in zip(x.shape[1:3], (h, w))), O))
    for n, p, q in np.ndindex(y.shape[:3]):
        y[n, p, q] = b
        for i, j, row, column in _cells(x, p, q, (h, w), stride, padding):
            y[n, p, q] += x[n, row, column] @ K[i, j]
    return y


def _pooled(x, size, stride, ceil, of_window):
    stride = stride or size
    y = np.empty((len(x), *(_places(a, size, stride, 0, ceil) for a in x.shape[1:3]), x.shape[3]))
    for n, p, q in np.ndindex(y.shape[:3]):
        y[n, p, q] = of_window([x[n, row, column] for _, _, row, column in _cells(x, p, q, (size, size), stride)])
    return y


def max_pool(x, size, stride=None, ceil=False):
    return _pooled(x, size, stride, ceil, lambda cells: np.max(cells, axis=0))


def average_pool(x, size, stride=None, ceil=False):
    return _pooled(x, size, stride, ceil, lambda cells: np.mean(cells, axis=0))


def global_average(x):
    return np.array([[np.mean(case[..., c]) for c in range(x.shape[3])] for case in x])


def batch_norm(x, gamma, beta, epsilon=1e-5, statistics=None):
    y = np.empty_like(x)
    for c in range(x.shape[-1]):
        channel = x[..., c]
        mean, variance = (channel.mean(), channel.var()) if statistics is None else (part[c] for part in statistics)
        y[..., c] = gamma[c] * (channel - mean) / np.sqrt(variance + epsilon) + beta[c]
    return y


def dropout(x, mask, p):
    return x.copy() if mask is None else np.where(mask, x / p, 0)
