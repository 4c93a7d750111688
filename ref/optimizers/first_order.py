"""What the first-order methods share: a step made of one gradient and an update, and the check of the state that came
in.

    g                        = ∇f(theta)
    theta, state, more       = update(theta, g, state)            each method's own, and pure: all new
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from ref.parameters import Parameters
from ref.validation import require_count, require_floats
from ref.vectors import dot

Array = np.ndarray
State = dict
Report = dict
Step = tuple[Parameters, State, Report]


class FirstOrder(ABC):
    """A method that needs no more than the gradient at theta: it offers `update`, and has `step` from here."""

    @abstractmethod
    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        """The new theta and state from g (P,) = ∇f(theta), and what the step reports beside its loss and gradient.

        Raises ValueError or TypeError for a state that is not this method's.
        """

    def step(self, theta: Parameters, state: State, objective, batch) -> Step:
        """One gradient on the batch, one update."""
        g, report = gradient_and_report(theta, objective, batch)
        theta, state, more = self.update(theta, g, state)
        return theta, state, {**report, **more}


def gradient_and_report(theta: Parameters, objective, batch) -> tuple[Array, Report]:
    """Return g = ∇f(theta), (P,), and what a first-order step reports.  A gradient of n cases counts n, f with it."""
    require_parameters(theta)
    loss, gradient = objective.value_and_gradient(theta, batch)
    g = gradient.vector
    return g, {"loss": float(loss), "gradient_norm": dot(g, g) ** 0.5, "gradient_equivalents": objective.count(batch)}


def state_vector(state: Mapping, name: str, theta: Parameters) -> Array:
    """state[name], or an error where it is not a vector like theta's."""
    require_parameters(theta)
    vector = require_floats(f"state[{name!r}]", _entry(state, name), finite=False)
    if vector.shape != theta.vector.shape:
        raise ValueError(f"state[{name!r}] has shape {vector.shape} but theta needs {theta.vector.shape}")
    if vector.dtype != theta.dtype:
        raise TypeError(f"state[{name!r}] is {vector.dtype} but theta is {theta.dtype}")
    return vector


def state_count(state: Mapping, name: str) -> int:
    """state[name], the number of steps taken so far."""
    return require_count(f"state[{name!r}]", _entry(state, name), least=0)


def require_parameters(theta) -> None:
    if not isinstance(theta, Parameters):
        raise TypeError(f"theta is a {type(theta).__name__} but must be Parameters")


def _entry(state: Mapping, name: str):
    if name not in state:
        raise ValueError(f"state has no {name!r} but {sorted(state)}: it must come from this optimiser's init or step")
    return state[name]
