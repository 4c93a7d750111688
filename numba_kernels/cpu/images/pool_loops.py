"""The compiled loops of pooling, over windows (size x size, stride apart) without padding.

    largest         y = max_ij X_ij, winner the number of the first (i, j) at which it is, row by row
    of_winner       y = X_ij of the winner            to_winner     dX_ij += dy where (i, j) won
    mean            y = Σ_ij X_ij / n                 spread        dX_ij += dy / n

Windows may reach over the lower and the right edge, where nothing is; n counts what is inside.

Shapes: x, dx (N, Y, X, C), y, dy, winner (N, P, Q, C).
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.jit import JIT


@njit(**JIT)
def largest(y, winner, x, size, stride):
    (N, Y, X, C), (_, P, Q, _) = x.shape, y.shape
    for n in range(N):
        for p in range(P):
            for q in range(Q):
                to, at, first = y[n, p, q], winner[n, p, q], x[n, p * stride, q * stride]
                for c in range(C):
                    to[c], at[c] = first[c], 0
                for i in range(min(size, Y - p * stride)):
                    for j in range(min(size, X - q * stride)):
                        seen, number = x[n, p * stride + i, q * stride + j], winner.dtype.type(i * size + j)
                        for c in range(C):
                            wins = (not seen[c] <= to[c]) and to[c] == to[c]  # the first NaN wins over all
                            to[c] = seen[c] if wins else to[c]
                            at[c] = number if wins else at[c]


@njit(**JIT)
def of_winner(y, winner, x, size, stride):
    (N, Y, X, C), (_, P, Q, _) = x.shape, y.shape
    for n in range(N):
        for p in range(P):
            for q in range(Q):
                to, at = y[n, p, q], winner[n, p, q]
                for i in range(min(size, Y - p * stride)):
                    for j in range(min(size, X - q * stride)):
                        seen, number = x[n, p * stride + i, q * stride + j], winner.dtype.type(i * size + j)
                        for c in range(C):
                            to[c] = seen[c] if at[c] == number else to[c]


@njit(**JIT)
def to_winner(dx, winner, dy, size, stride):
    (N, Y, X, C), (_, P, Q, _) = dx.shape, dy.shape
    for n in range(N):
        dx[n] = 0
        for p in range(P):
            for q in range(Q):
                back, at = dy[n, p, q], winner[n, p, q]
                for i in range(min(size, Y - p * stride)):
                    for j in range(min(size, X - q * stride)):
                        to, number = dx[n, p * stride + i, q * stride + j], winner.dtype.type(i * size + j)
                        for c in range(C):
                            to[c] += back[c] if at[c] == number else dx.dtype.type(0)


@njit(**JIT)
def mean(y, x, size, stride):
    (N, Y, X, C), (_, P, Q, _) = x.shape, y.shape
    for n in range(N):
        for p in range(P):
            for q in range(Q):
                h, w, to = min(size, Y - p * stride), min(size, X - q * stride), y[n, p, q]
                to[:] = 0
                for i in range(h):
                    for j in range(w):
                        seen = x[n, p * stride + i, q * stride + j]
                        for c in range(C):
                            to[c] += seen[c]
                inside = x.dtype.type(h * w)
                for c in range(C):
                    to[c] /= inside


@njit(**JIT)
def spread(dx, dy, size, stride):
    (N, Y, X, C), (_, P, Q, _) = dx.shape, dy.shape
    share = np.empty(C, dx.dtype)
    for n in range(N):
        dx[n] = 0
        for p in range(P):
            for q in range(Q):
                h, w = min(size, Y - p * stride), min(size, X - q * stride)
                inside = dx.dtype.type(h * w)
                for c in range(C):
                    share[c] = dy[n, p, q, c] / inside
                for i in range(h):
                    for j in range(w):
                        to = dx[n, p * stride + i, q * stride + j]
                        for c in range(C):
                            to[c] += share[c]
