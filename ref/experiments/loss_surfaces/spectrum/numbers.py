"""The numbers of Hessians, of a run's finished parts."""

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.spectrum.looking import dense_method, hessians
from ref.experiments.run import Run
from ref.loss_surfaces.negative_curvature import index
from ref.loss_surfaces.spectral_density import Spectrum

Array = np.ndarray
SIGMA = 0.01  # a density's Gaussian, in shares of the spectrum's range


def panels_of(run: Run) -> list[tuple[dict, str]]:
    """(job, Hessian)."""
    return [(job, which) for job in run.config["jobs"] for which in hessians(job)]


def looks(run: Run, job: dict, which: str, method: str) -> list[dict]:
    """A seed each."""
    return [run.parts[part_name(job, f"spectrum-{method}", seed)][which] for seed in range(job["seeds"])]


def along(look: dict, what: str) -> tuple[Array, Array]:
    """(epochs, values): lowest, highest, index, mean, loss, gradient, sharpness."""
    return tuple(np.array([row[name] for row in look["rows"]], float) for name in ("epoch", what))


def at_end(run: Run, job: dict, which: str, method: str, what: str) -> list[float]:
    return [look["rows"][-1][what] for look in looks(run, job, which, method)]


def density(look: dict) -> Spectrum:
    return Spectrum(np.array(look["nodes"]), np.array(look["weights"]), 1)


def exact(run: Run, job: dict, which: str) -> Spectrum:
    """Of all eigenvalues, alike."""
    values = np.array(run.parts[part_name(job, f"dense-{dense_method(job)}", 0)][which]["eigenvalues"])
    return Spectrum(values, np.full(len(values), 1 / len(values)), 1)


def width_of(spectrum: Spectrum) -> float:
    return SIGMA * float(np.ptp(spectrum.nodes))


def beside_exact(run: Run, job: dict, which: str) -> dict[str, tuple[float, float]]:
    """What products with vectors say, and what all eigenvalues do."""
    look, all_of_them = looks(run, job, which, dense_method(job))[0], exact(run, job, which)
    end, quadrature = look["rows"][-1], density(look)
    return {"lowest": (end["lowest"], float(all_of_them.nodes[0])),
            "highest": (end["highest"], float(all_of_them.nodes[-1])),
            "index": (index(quadrature), index(all_of_them)), "mean": (quadrature.mean(), all_of_them.mean())}
