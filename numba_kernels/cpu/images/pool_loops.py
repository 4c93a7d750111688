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
    seen, best, at = np.empty((Q, C), x.dtype), np.empty(Q * C, x.dtype), np.empty(Q * C, x.dtype)
    line, of_y, of_winner = seen.reshape(Q * C), y.reshape(N * P, Q * C), winner.reshape(N * P, Q * C)
    for n in range(N):
        for p in range(P):
            best[:] = -np.inf
            at[:] = 0
            for i in range(min(size, Y - p * stride)):
                for j in range(size):
                    inside, number = min(Q, (X - j + stride - 1) // stride), x.dtype.type(i * size + j)
                    for q in range(inside):
                        for c in range(C):
                            seen[q, c] = x[n, p * stride + i, q * stride + j, c]
                    for l in range(inside * C):  # a whole line of windows
                        wins = (not line[l] <= best[l]) and best[l] == best[l]  # the first NaN wins over all
                        best[l] = line[l] if wins else best[l]
                        at[l] = number if wins else at[l]
            for l in range(Q * C):
                of_y[n * P + p, l], of_winner[n * P + p, l] = best[l], at[l]


@njit(**JIT)
def of_winner(y, winner, x, size, stride):
    (N, Y, X, C), (_, P, Q, _) = x.shape, y.shape
    for n in range(N):
        for p in range(P):
            for q in range(Q):
                to, at = y[n, p, q], winner[n, p, q]
                to[:] = 0
                for i in range(min(size, Y - p * stride)):
                    for j in range(min(size, X - q * stride)):
                        seen, number = x[n, p * stride + i, q * stride + j], winner.dtype.type(i * size + j)
                        for c in range(C):
                            to[c] += seen[c] if at[c] == number else x.dtype.type(0)


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
