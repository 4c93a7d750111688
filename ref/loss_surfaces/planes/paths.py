"""The paths of several optimisers in one plane: the one that all of their points together are nearest to.

    D = [theta_1 - c; ...; theta_M - c]        all checkpoints of all paths, one a row; c their mean, or as given
    D = U S Vᵀ                                  d, e = the first two rows of Vᵀ, orthonormal
    explained             S_k² / Σ_j S_j²       for d and for e
    explained of a path   Σ ((D d)² + (D e)²) / Σ |D|²         over that path's rows; 1 where it stays at c

A plane for each path by itself would show each in the best light and none beside another.  Each checkpoint counts
once, so that a path with more of them draws the plane to itself.  The signs of d and e are such that the first path
ends with larger coordinates than it began with.

Shapes: D (M, P), coordinates (n, 2) of a path of n checkpoints.  Nothing larger than D and its factors is made.

Principal components of one path are Li et al. 2018's; of several paths together, ours.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ref.loss_surfaces.between import require_alike
from ref.loss_surfaces.planes.plane import Plane
from ref.parameters import Parameters

Array = np.ndarray


class SharedPlane(NamedTuple):
    plane: Plane
    coordinates: dict[str, Array]  # path -> (n, 2)
    explained: tuple[float, float]  # by the first and by the second direction, of all paths together
    explained_of: dict[str, float]  # path -> by both directions

    def table(self) -> str:
        """The explained variance as text, all paths together and one by one."""
        first, second = self.explained
        rows = [f"all paths: {first:.1%} + {second:.1%} = {first + second:.1%}"]
        return "\n".join(rows + [f"{name}: {share:.1%}" for name, share in self.explained_of.items()])


def shared_plane(paths: Mapping[str, Sequence[Parameters]], centre: Parameters | None = None) -> SharedPlane:
    """paths: name -> its checkpoints, first to last.  Raises ValueError for no path, an empty one, one that is not
    finite, or checkpoints that all lie on one line.
    """
    if not paths:
        raise ValueError("paths is empty but must have one at least")
    for name, path in paths.items():
        if len(path) == 0:
            raise ValueError(f"paths has {name!r} without a checkpoint")
    thetas = [theta for path in paths.values() for theta in path]
    first = thetas[0]
    for number, theta in enumerate(thetas):
        require_alike(**{"the first checkpoint": first, f"checkpoint {number}": theta})
    D = np.array([theta.vector for theta in thetas], np.float64)
    if not np.isfinite(D).all():
        raise ValueError("paths must be finite but one has NaN or infinity")
    if centre is None:
        centre = first.like(D.mean(axis=0).astype(first.dtype))
    require_alike(centre=centre, **{"the first checkpoint": first})
    D -= centre.vector
    _, S, Vt = np.linalg.svd(D, full_matrices=False)
    if len(S) < 2 or not S[1] > 1e-10 * S[0]:
        raise ValueError("paths lie on one line, which is no plane: give a centre beside it, or more paths")
    ends, axes = np.cumsum([len(path) for path in paths.values()]), Vt[:2].copy()
    way = axes @ (D[ends[0] - 1] - D[0])
    axes[way < 0] *= -1
    parts = dict(zip(paths, np.split(D, ends[:-1])))
    plane = Plane(centre, *(centre.like(axis.astype(centre.dtype)) for axis in axes))
    coordinates = {name: part @ axes.T for name, part in parts.items()}
    total = float(np.sum(S * S))
    return SharedPlane(plane, coordinates, (float(S[0] ** 2) / total, float(S[1] ** 2) / total),
                       {name: _share(coordinates[name], part) for name, part in parts.items()})


def _share(coordinates: Array, part: Array) -> float:
    all_of_it = float(np.sum(part * part))
    return float(np.sum(coordinates * coordinates)) / all_of_it if all_of_it > 0 else 1.0
