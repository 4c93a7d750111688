"""The corners that points lie between: their own statistics, and what is mixed of them by the shares of a point."""

from collections.abc import Mapping, Sequence

import numpy as np

from ref.layers.batch_norm import Statistics
from ref.loss_surfaces.batch_norm.gathering import gather, has_batch_norm
from ref.loss_surfaces.between import require_alike
from ref.parameters import Parameters

Array = np.ndarray
Corners = Mapping[str, Parameters]  # by name, in the order of the shares


def of_corners(name: str, network, corners: Corners, x: Array | None, chunk: int) -> list[list[Statistics]]:
    """The statistics of each corner's batch norms over x; empty lists where the network has none."""
    x = require_data(name, network, x)
    return [gather(network, theta, x, chunk) if has_batch_norm(network) else [] for theta in corners.values()]


def mix(shares: Sequence[float], arrays: Sequence[Array]) -> Array:
    """Σ_k share_k array_k, and of equal arrays or a single share the array to the last bit."""
    return sum(share * array for share, array in zip(shares, arrays) if share)


def require_data(name: str, network, x: Array | None) -> Array | None:
    if x is None and has_batch_norm(network):
        raise ValueError(f"x is None but the policy {name} gathers means and variances: it needs a set of data "
                         f"(N, Y, X, C)")
    return x


def require_corners(corners: Corners) -> None:
    if not corners:
        raise ValueError("corners is empty: a policy that mixes or holds statistics needs those of a corner")
    require_alike(**corners)


def require_shares(shares: Sequence[float], n: int) -> tuple[float, ...]:
    shares = tuple(float(share) for share in shares)
    if len(shares) != n:
        raise ValueError(f"shares are {len(shares)} but there are {n} corners")
    if not abs(sum(shares) - 1) <= 1e-9:
        raise ValueError(f"shares are {shares} and sum to {sum(shares)} but must sum to 1")
    return shares
