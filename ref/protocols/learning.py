"""Objectives, optimisers and experiments, and what some of them can do besides."""

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.sparse.linalg import LinearOperator

from ref.batch import Batch
from ref.parameters import Parameters
from ref.protocols.models import Loss, Network

Array = np.ndarray
State = dict  # an optimiser's: a flat dict of arrays and numbers
Report = dict  # a step's: a flat dict of numbers


@runtime_checkable
class Objective(Protocol):
    """What an optimiser sees; a batch is whatever Batch.of takes."""

    network: Network
    loss: Loss
    weight_decay: float  # what the curvature holds beside the loss's, times the identity
    chunk: int  # the most cases that are processed at once

    def value(self, theta: Parameters, batch: Batch) -> float:
        """f at theta."""

    def gradient(self, theta: Parameters, batch: Batch) -> Parameters:
        """∇f at theta."""

    def value_and_gradient(self, theta: Parameters, batch: Batch) -> tuple[float, Parameters]:
        """Both, from one forward pass."""

    def curvature(self, theta: Parameters, batch: Batch, product: str | Callable = "gauss_newton",
                  damping: float | Array = 0.0) -> LinearOperator:
        """B (P, P) as an operator on flat vectors."""

    def count(self, batch: Batch) -> int:
        """How many cases the batch has: what work is counted in."""

    def outputs(self, theta: Parameters, batch: Batch) -> Iterator[Array]:
        """z, chunk after chunk of cases."""


@runtime_checkable
class GivesSquares(Protocol):
    """An objective with the mean squared gradients of the cases."""

    def gradient_and_squares(self, theta: Parameters, batch: Batch) -> tuple[float, Parameters, Parameters]:
        """Return f, ∇f and 1/N Σₙ gₙ², gₙ the gradient of case n's loss."""


@runtime_checkable
class HasChunks(Protocol):
    """An objective that is one loss of one network, with a weight decay at most: K-FAC looks into its chunks."""

    def mean(self, theta: Parameters, batch: Batch, of_chunk: Callable) -> list:
        """The weighted mean over chunks of what of_chunk(z, targets, cache) returns."""


@runtime_checkable
class Optimizer(Protocol):
    """Two pure functions: what comes in stays as it is."""

    def init(self, theta: Parameters) -> State:
        """The state before the first step."""

    def step(self, theta: Parameters, state: State, objective: Objective, batch) -> tuple[Parameters, State, Report]:
        """The new theta, the new state, and a report with at least "loss", f at the old theta on the batch, and
        "gradient_equivalents", the step's work in gradients of single cases."""


@runtime_checkable
class Updates(Protocol):
    """An optimiser that needs no more than the gradient at theta: `PerParameter` puts several of them together."""

    def update(self, theta: Parameters, g: Array, state: State) -> tuple[Parameters, State, Report]:
        """The new theta and state from g (P,) = ∇f(theta), and what the step has to report beside loss and gradient."""


@runtime_checkable
class Experiment(Protocol):
    """A module of ref.experiments, entered in its registry; the contract in full: ref.experiments."""

    NAME: str  # on the command line
    KERNELS: tuple[str, ...]  # what it runs on: "numpy", and "cpu" where its ops have compiled twins
    PRESETS: dict[str, dict]  # "quick", "standard", "paper", perhaps "long": settings that JSON can hold

    def run(self, config: dict, sweep: Callable) -> dict | None:
        """Train all parts, sweep(part, configs), and return what is to be kept."""

    def figures(self, folder) -> list:
        """Draw the figures of a finished run into its folder."""

    def report(self, folders) -> str:
        """Markdown on these finished runs."""
