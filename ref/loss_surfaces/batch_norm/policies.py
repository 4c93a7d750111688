"""Which means and variances a point between networks normalises with: five policies, each named on the figures.

    recompute      those of one fixed set of data in the network at that point           the usual choice here
    interpolate    Σ_k share_k mu_k,  Σ_k share_k var_k: the corners' own, mixed as the corners are
    frozen         mu_k, var_k of one corner k, wherever the point lies
    batch          those of the very batch that is evaluated
    repair         those that give each unit the corners' moments (ref.loss_surfaces.batch_norm.repair)

A corner's own statistics are those of the same fixed set in its own network.  So at a corner recompute, interpolate and
repair say the same, and so does frozen if it is that corner; between corners they do not, and the height of a barrier
is a number of the policy too.  Where the weights alone are mixed, the network keeps the statistics of whichever point
it was loaded at: that is frozen, without being called so.

recompute does not change where a filter and its bias before a batch norm are scaled by s > 0, up to epsilon: mu and
√var are scaled too, so that x' = s (x - mu) / √(s² var + epsilon).  frozen and interpolate do change.

The shares of a point, one for each corner, are those of `ref.loss_surfaces.surface`.  A network without batch norm is
the same under every policy but repair: `at` returns it as it is.

    policy = make("recompute", network, {"SGD": a, "Adam": b}, x)
    objective = Objective(policy.at(line(a, b, 0.3), (0.7, 0.3)), loss)

The public code of Li et al. 2018 holds or mixes the statistics, that of Garipov et al. 2018 recomputes them, as means
over batches, of the variances too; Jordan et al. 2022 repair them.  Which of them Im, Tao & Branson 2016 took, we do
not know.
"""

from collections.abc import Sequence

import numpy as np

from ref.loss_surfaces.batch_norm.corners import (
    Corners,
    mix,
    of_corners,
    require_corners,
    require_data,
    require_shares,
)
from ref.loss_surfaces.batch_norm.gathering import gather, has_batch_norm
from ref.loss_surfaces.batch_norm.repair import Repair
from ref.parameters import Parameters
from ref.validation import require_choice

Array = np.ndarray


class Recompute:
    """x (N, Y, X, C): the fixed set, in chunks of `chunk` cases."""

    name = "recompute"

    def __init__(self, network, x: Array, chunk: int = 1000):
        self.network, self.x, self.chunk = network, require_data(self.name, network, x), chunk

    def at(self, theta: Parameters, shares: Sequence[float]):
        if not has_batch_norm(self.network):
            return self.network
        return self.network.with_statistics(gather(self.network, theta, self.x, self.chunk))


class Interpolate:
    """A variance may come out below zero beyond the corners; there the policy has no network, and says so."""

    name = "interpolate"

    def __init__(self, network, corners: Corners, x: Array, chunk: int = 1000):
        require_corners(corners)
        self.network, self.statistics = network, of_corners(self.name, network, corners, x, chunk)

    def at(self, theta: Parameters, shares: Sequence[float]):
        if not has_batch_norm(self.network):
            return self.network
        shares = require_shares(shares, len(self.statistics))
        mixed = [tuple(mix(shares, part) for part in zip(*of_layer)) for of_layer in zip(*self.statistics)]
        if any((variance < 0).any() for _, variance in mixed):
            raise ValueError(f"shares are {shares}, beyond the corners, where the variances mixed by them are "
                             f"negative: take another policy, or points nearer the corners")
        return self.network.with_statistics(mixed)


class Frozen:
    """corner: whose statistics; the figures say so: "frozen (Adam)"."""

    def __init__(self, network, corners: Corners, corner: str, x: Array, chunk: int = 1000):
        require_corners(corners)
        require_choice("corner", corner, corners)
        self.name, self.network = f"frozen ({corner})", network
        (self.statistics,) = of_corners("frozen", network, {corner: corners[corner]}, x, chunk)

    def at(self, theta: Parameters, shares: Sequence[float]):
        return self.network.with_statistics(self.statistics) if has_batch_norm(self.network) else self.network


class Batch:
    """The network that couples its cases: the set it is evaluated on must be one chunk of the objective's, which
    refuses another.  Each set has statistics of its own; on the fixed set itself this is recompute, in one pass.
    """

    name = "batch"

    def __init__(self, network):
        if has_batch_norm(network) and network.given is not None:
            raise ValueError("network holds statistics already, so that it takes none from a batch: give the one that "
                             "`with_statistics` was called on")
        self.network = network

    def at(self, theta: Parameters, shares: Sequence[float]):
        return self.network


POLICIES = ("recompute", "interpolate", "frozen", "batch", "repair")


def make(name: str, network, corners: Corners, x: Array | None = None, corner: str | None = None, chunk: int = 1000):
    """The policy of that name.  x: the fixed set, which all but batch need where there is batch norm; corner: whose
    statistics are frozen.

    Raises ValueError for a name, corner or data that is missing or unknown.
    """
    require_choice("name", name, POLICIES)
    if (corner is not None) != (name == "frozen"):
        raise ValueError(f"corner is {corner!r} but name is {name!r}: the policy frozen needs the name of a corner "
                         f"({', '.join(corners)}), and no other takes one")
    return {"recompute": lambda: Recompute(network, x, chunk),
            "interpolate": lambda: Interpolate(network, corners, x, chunk),
            "frozen": lambda: Frozen(network, corners, corner, x, chunk),
            "batch": lambda: Batch(network),
            "repair": lambda: Repair(network, corners, x, chunk)}[name]()
