"""The ends of a Hessian's spectrum, and how much of it is below zero: at a point, and along training.

    H v = lambda v          lambda_1 <= ... <= lambda_P          the k lowest and the k highest, from products H v alone
    index                   the share of eigenvalues below -t · max |lambda|

At a minimum no eigenvalue is below zero, and at a saddle point some are.  Im, Tao & Branson 2016 infer saddle points
from lines and from switches of the optimiser; here is the Hessian itself.  A network of ReLU units has points at which
it has none: there H is that of the piece that the point lies in.

The ends come from SciPy's `eigsh` (Lanczos with restarts) on the exact product of the R-operator, the index from
stochastic Lanczos quadrature (ref.loss_surfaces.spectral_density).  t is there since most of a network's eigenvalues
are near zero, on both sides of it, where rounding and quadrature decide the sign: more Lanczos steps allow a smaller t.

    H = objective.curvature(theta, batch, "hessian")
    ends = extremes(H, k=2, rng=stream(seed, 0, "directions"))
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from ref.loss_surfaces.spectral_density import Spectrum, spectrum
from ref.parameters import Parameters
from ref.validation import require_count, require_number

Array = np.ndarray


class Extremes(NamedTuple):
    """Ascending; the vectors are columns, one for each eigenvalue."""

    lowest: Array
    lowest_vectors: Array
    highest: Array
    highest_vectors: Array


def extremes(H: LinearOperator, rng: np.random.Generator, k: int = 1, tolerance: float = 0.0) -> Extremes:
    """The k lowest and the k highest eigenvalues of a symmetric operator (P, P), and their vectors (P, k).

    tolerance   relative, of the eigenvalues; 0: as exact as the dtype allows
    rng         draws the vector that both searches begin with

    Raises ValueError for k of P or more, and SciPy's ArpackNoConvergence, which has what was found, if the tolerance is
    not reached.
    """
    P, k = H.shape[0], require_count("k", k)
    if k >= P:
        raise ValueError(f"k is {k} but must be below {P}, the number of eigenvalues")
    require_number("tolerance", tolerance, least=0)
    v = rng.standard_normal(P).astype(H.dtype)
    if not H.matvec(v).any():  # H is zero, as where no unit of the last layer is above zero: ARPACK refuses it
        zero, unit = np.zeros(k, H.dtype), np.eye(P, k, dtype=H.dtype)
        return Extremes(zero, unit, zero, unit)
    found = [in_order(*eigsh(H, k, which=end, v0=v, tol=tolerance)) for end in ("SA", "LA")]
    return Extremes(*found[0], *found[1])


def index(density: Spectrum, t: float = 1e-2) -> float:
    """The share of eigenvalues below -t · max |lambda|."""
    t = require_number("t", t, least=0)
    return density.share_below(-t * float(np.abs(density.nodes).max()))


def along(path: Iterable[Parameters], hessian: Callable[[Parameters], LinearOperator], rng: np.random.Generator,
          runs: int = 5, steps: int = 80, t: float = 1e-2) -> list[dict[str, float]]:
    """A row for each point of the path: "lowest", "highest", "index", and "mean", the mean eigenvalue.

    hessian   theta -> H: of one batch for all points, `lambda theta: objective.curvature(theta, batch, "hessian")`
    """
    rows = []
    for theta in path:
        H = hessian(theta)
        density, ends = spectrum(H.matvec, theta.size, rng, runs, steps, theta.dtype), extremes(H, rng, tolerance=1e-4)
        rows.append({"lowest": float(ends.lowest[0]), "highest": float(ends.highest[0]), "index": index(density, t),
                     "mean": density.mean()})
    return rows


def in_order(values: Array, vectors: Array) -> tuple[Array, Array]:
    order = np.argsort(values)
    return values[order], vectors[:, order]
