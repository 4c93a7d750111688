"""What a controller says to its memory: one vector, cut into named pieces, each with an activation of its own.

    forward      v_i  = phi_i(o_i)                     o = (o_1, o_2, ...) side by side, in the pieces' order
    backward     do_i = phi_i'(o_i)ᵀ dv_i
    R-forward, R-backward      each phi's

Shapes: o (N, I), v_i (N, *shape_i), I the sum of the pieces' sizes.  N cases.
"""

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

import numpy as np

from ref.layers import ACTIVATIONS, oneplus, softmax

Array = np.ndarray
PHIS = {**ACTIVATIONS, "softmax": softmax, "oneplus": oneplus}


class Piece(NamedTuple):
    name: str
    shape: tuple[int, ...]  # (K,) or (K, size), K heads
    phi: str  # one of PHIS


Pieces = tuple[Piece, ...]


class Cache(NamedTuple):
    pieces: Pieces
    caches: list


def size(pieces: Pieces) -> int:
    """I: how long the vector is."""
    return sum(prod(piece.shape) for piece in pieces)


def cut(o: Array, pieces: Pieces) -> Iterator[Array]:
    """Views of the pieces' columns, in the pieces' shapes."""
    start = 0
    for piece in pieces:
        end = start + prod(piece.shape)
        yield o[:, start:end].reshape(len(o), *piece.shape)
        start = end


def forward(o: Array, pieces: Pieces) -> tuple[list[Array], Cache]:
    pairs = [PHIS[piece.phi].forward(part) for piece, part in zip(pieces, cut(o, pieces))]
    return [v for v, _ in pairs], Cache(pieces, [cache for _, cache in pairs])


def backward(dv: list[Array], cache: Cache) -> Array:
    return _joined(PHIS[piece.phi].backward(d, of_phi) for piece, d, of_phi in zip(cache.pieces, dv, cache.caches))


def r_forward(Ro: Array, cache: Cache) -> tuple[list[Array], list]:
    pairs = [PHIS[piece.phi].r_forward(part, of_phi)
             for piece, part, of_phi in zip(cache.pieces, cut(Ro, cache.pieces), cache.caches)]
    return [Rv for Rv, _ in pairs], [r_cache for _, r_cache in pairs]


def r_backward(Rdv: list[Array], dv: list[Array], cache: Cache, r_cache: list) -> Array:
    return _joined(PHIS[piece.phi].r_backward(Rd, d, of_phi, r_of_phi)
                   for piece, Rd, d, of_phi, r_of_phi in zip(cache.pieces, Rdv, dv, cache.caches, r_cache))


def _joined(parts) -> Array:
    """The inverse of cut."""
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
