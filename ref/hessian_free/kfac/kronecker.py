"""Curvature in Kronecker-factored blocks, one a layer.

    layer       s = ā W̄                            ā = [y, 1], W̄ = [W; b]: the bias is the weight of an input 1
    block       E[ā āᵀ ⊗ Gₙ] ≈ A ⊗ G               Gₙ = Jₙᵀ L'' Jₙ of case n, Jₙ = dz/ds;  A = E[ā āᵀ], G = E[Gₙ]
    between     A_{l,l+1} ⊗ G_{l,l+1}              of a layer and the next: E[ā_l ā_{l+1}ᵀ] and E[J_lᵀ L'' J_{l+1}]

vec takes the rows of W̄ one after the other, as `Parameters` has W and then b.  The approximation is that of a mean of
products by the product of means; it is exact for one case, and wherever the factors do not depend on each other.

How G is found is in `kfac`, `kflr` and `kfra`; how the blocks are damped is in `factored_damping`; how they are
inverted is in `block_diagonal` and `eigenbasis`, where layers do not see each other, and `block_tridiagonal`, where
neighbours do.

Shapes: W (D, H), b (H,), W̄ (D+1, H), ā (N, D+1), ds (N, H), A (D+1, D+1), G (H, H).  Martens & Grosse 2015 (K-FAC).
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ref.parameters import Parameters
from ref.validation import require_floats

Array = np.ndarray


class Block(NamedTuple):
    """The two factors of a layer's block, or of the block between a layer and the next."""

    A: Array  # (D+1, D+1), or (D+1, D'+1)
    G: Array  # (H, H), or (H, H')


def layer_shapes(theta: Parameters) -> list[tuple[int, int]]:
    """(D, H) of theta = W1, b1, W2, b2, ..., as `MLP` names them.  Raises ValueError for other names."""
    L = len(theta) // 2
    expected = tuple(name for l in range(1, L + 1) for name in (f"W{l}", f"b{l}"))
    if theta.names != expected or not L:
        raise ValueError(f"theta holds {', '.join(theta.names)} but must hold W1, b1, W2, b2, ...: the parameters of "
                         f"an MLP")
    return [theta[f"W{l}"].shape for l in range(1, L + 1)]


def zero_blocks(theta: Parameters, crossed: bool = False) -> list[Block]:
    """Zeros for every layer of theta, then, if crossed, for every two neighbours."""
    sizes = [(D + 1, H) for D, H in layer_shapes(theta)]
    pairs = [*zip(sizes, sizes), *(pairwise(sizes) if crossed else ())]
    return [Block(*(np.zeros(shape, theta.dtype) for shape in zip(here, there))) for here, there in pairs]


def second_moments(rows: list[Array], crossed: bool = False) -> list[Array]:
    """E[xₗ xₗᵀ] for every layer's rows xₗ (N, n_l), then, if crossed, E[xₗ xₗ₊₁ᵀ] for every two neighbours."""
    pairs = [*zip(rows, rows), *(pairwise(rows) if crossed else ())]
    return [x.T @ y / len(x) for x, y in pairs]


def with_ones(inputs: list[Array]) -> list[Array]:
    """ā = [y, 1] of every layer's inputs y (N, D)."""
    return [np.hstack([y, np.ones((len(y), 1), y.dtype)]) for y in inputs]


def paired(factors: list[Array]) -> list[Block]:
    """The blocks of all A and then all G."""
    half = len(factors) // 2
    return [Block(A, G) for A, G in zip(factors[:half], factors[half:], strict=True)]


def matrices(gradient: Parameters) -> list[Array]:
    """dW̄ (D+1, H) of every layer."""
    return [np.vstack([gradient[f"W{l}"], gradient[f"b{l}"]]) for l in range(1, len(gradient) // 2 + 1)]


def as_parameters(layers: list[Array], like: Parameters) -> Parameters:
    """Parameters from W̄ of every layer: the way back from `matrices`."""
    theta = like.like()
    for l, W in enumerate(layers, start=1):
        theta[f"W{l}"], theta[f"b{l}"] = W[:-1], W[-1]
    return theta


def packed(blocks: list[Block], L: int) -> dict[str, Array]:
    """The blocks of L layers as entries of an optimiser's flat state: A1, G1, ..., and A1_2, G1_2, ... between them."""
    names = [*(f"{l}" for l in range(1, L + 1)), *(f"{l}_{l + 1}" for l in range(1, L))]
    return {f"{factor}{name}": array for name, block in zip(names, blocks) for factor, array in block._asdict().items()}


def unpacked(state: Mapping, theta: Parameters, crossed: bool = False) -> list[Block]:
    """The blocks that `packed` put into the state.  Raises ValueError or TypeError where they are not, or not theta's.
    """
    zeros = packed(zero_blocks(theta, crossed), len(theta) // 2)
    factors = [*state_arrays(state, "", zeros).values()]
    return [Block(A, G) for A, G in zip(factors[::2], factors[1::2])]


def state_arrays(state: Mapping, prefix: str, like: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays named as those of `like`, behind the prefix, or an error where one is missing or of another kind."""
    found = {}
    for name, expected in like.items():
        key = prefix + name
        if key not in state:
            raise ValueError(f"state has no {key!r}: it must come from this optimiser's init or step")
        found[name] = require_floats(f"state[{key!r}]", state[key], finite=False)
        if found[name].shape != expected.shape:
            raise ValueError(f"state[{key!r}] has shape {found[name].shape} but theta needs {expected.shape}")
        if found[name].dtype != expected.dtype:
            raise TypeError(f"state[{key!r}] is {found[name].dtype} but theta is {expected.dtype}")
    return found
