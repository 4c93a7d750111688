"""What the parts of Longhand ask of each other, each written down once.

A class or a module is one of these where it has the functions; nothing is inherited.  Whoever writes an op, a loss, a
network, an objective, an optimiser or an experiment of their own finds here what it must offer.  The abilities below
them are optional: whoever needs one asks for it by name, isinstance(network, HasSquares), and can say what is missing.

Shapes: N cases, theta and everything like it `ref.parameters.Parameters` of P numbers.

>>> from ref import MLP, protocols
>>> isinstance(MLP((3, 2)), protocols.HasSquares), isinstance(MLP((3, 2)), protocols.HasHiddenStates)
(True, False)
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from scipy.sparse.linalg import LinearOperator

from ref.batch import Batch
from ref.parameters import Parameters

Array = np.ndarray
State = dict  # an optimiser's: a flat dict of arrays and numbers
Report = dict  # a step's: a flat dict of numbers


@runtime_checkable
class Op(Protocol):
    """A module of ref.layers: four pure functions.  All parameters come in the same order in all four, absent ones
    None.

    An op whose x may be data takes to_input=False, and then returns None for dx, and Rx=None.
    """

    def forward(self, x: Array, *parameters: Array) -> tuple[Array, Any]:
        """Return y and the cache, which only the same op's other passes read."""

    def backward(self, dy: Array, cache) -> tuple[Array, ...]:
        """Return dx and the gradient of each parameter; an op without parameters returns dx alone."""

    def r_forward(self, Rx: Array, *Rparameters_and_cache) -> tuple[Array, Any]:
        """Return Ry, the derivative of y along (Rx, *Rparameters), and the R-cache."""

    def r_backward(self, Rdy: Array, dy: Array, cache, r_cache) -> tuple[Array, ...]:
        """Return the derivative of what backward returns, along the same direction and Rdy."""


@runtime_checkable
class Loss(Protocol):
    """A module of ref.losses, or an object like it.  z is the network's output before the output nonlinearity.

    The value is a mean over cases (the first axis of z, or see `WeighsChunks`) and a sum over outputs.
    """

    def require_targets(self, z: Array, *targets: Array) -> None:
        """Raise ValueError or TypeError, naming the target, where the targets do not fit z."""

    def value(self, z: Array, *targets: Array) -> float:
        """L, summed in float64 whatever the dtype of z."""

    def gradient(self, z: Array, *targets: Array) -> Array:
        """dL/dz, in the shape and dtype of z."""

    def hessian_product(self, z: Array, *targets_and_Rz: Array) -> Array:
        """L''(z) Rz; Rz comes after the targets."""

    def gauss_newton_product(self, z: Array, *targets_and_Rz: Array) -> Array:
        """The positive semi-definite part of L''(z), times Rz."""

    def prediction(self, z: Array) -> Array:
        """The output that is compared with the target: z after its own nonlinearity."""


@runtime_checkable
class WeighsChunks(Protocol):
    """A loss that is no mean over cases: it says what a chunk counts in the batch."""

    def weight(self, part: tuple[Array, ...], whole: tuple[Array, ...]) -> float:
        """The weight of a chunk's value in the batch's, from the targets of both; the weights of all chunks sum to 1.
        """


@runtime_checkable
class SamplesTargets(Protocol):
    """A loss that is -log p(t | z): K-FAC draws targets from p."""

    def sample_targets(self, z: Array, t: Array, rng: np.random.Generator) -> Array:
        """Targets drawn from p(t | z), in the shape and dtype of t."""


@runtime_checkable
class Network(Protocol):
    """A class of ref.networks, which only composes ops.  Its parameters have the names and shapes of `shapes`.

    Where it has several outputs, z is one array that holds them side by side on its last axis, and the loss takes them
    apart.  Noise and masks are inputs.
    """

    shapes: Mapping[str, tuple[int, ...]]

    def init(self, rng: np.random.Generator) -> Parameters:
        """A start, drawn from rng."""

    def forward(self, theta: Parameters, *inputs: Array) -> tuple[Array, Any]:
        """Return z and the cache.  Raises ValueError or TypeError where an input or theta does not fit the network."""

    def backward(self, dz: Array, cache) -> Parameters:
        """Jᵀ dz, in an array of its own, which the caller may write over."""

    def r_forward(self, v: Parameters, cache) -> tuple[Array, Any]:
        """Return Rz = J v and the R-cache."""

    def r_backward(self, Rdz: Array, dz: Array, cache, r_cache) -> Parameters:
        """The derivative of what backward returns, along v and Rdz."""


@runtime_checkable
class HasSquares(Protocol):
    """A network that gives the squares of each case's gradient: Hessian-free's preconditioner asks for them."""

    def backward_squares(self, dz: Array, cache) -> tuple[Parameters, Parameters]:
        """Return Σₙ gₙ and Σₙ gₙ², gₙ the gradient of case n."""


@runtime_checkable
class HasLayerFactors(Protocol):
    """A network of affine layers W1, b1, W2, b2, ...: K-FAC, KFLR and KFRA ask for what their factors are made of."""

    def layer_inputs(self, cache) -> list[Array]:
        """The inputs y_{l-1} (N, D) of each affine layer l, first to last."""

    def pre_activation_gradients(self, dz: Array, cache) -> list[Array]:
        """ds_l (N, H) of each affine layer, first to last, without the gradients of the weights."""

    def slopes(self, cache) -> list[Array]:
        """phi_l'(s_l) (N, H) of each layer, first to last."""


@runtime_checkable
class HasHiddenStates(Protocol):
    """A recurrent network whose hidden states can be damped: structural damping asks for it.

    Its backward takes damped (T, N, H), which is added to the gradients at the pre-activations.
    """

    def hidden_directions(self, r_cache) -> Array:
        """Rh (T, N, H), the derivative of the hidden states along the direction of r_cache."""


@runtime_checkable
class HasStateGradients(Protocol):
    """A recurrent network that gives the gradient at each of its hidden states."""

    def state_gradients(self, dz: Array, cache) -> Array:
        """dL/dh_t (T, N, H), with all that comes back through time."""


@runtime_checkable
class ComposesTransition(Protocol):
    """A recurrent network whose transition W is composed of other parameters."""

    def transition(self, theta: Parameters) -> tuple[Array, Any]:
        """W (H, H), and what takes derivatives in W to its factors."""


@runtime_checkable
class CouplesCases(Protocol):
    """A network in which the cases of a batch see each other, as in batch normalization: it has this attribute, True.

    Its value is no mean over chunks, so that `Objective` refuses a batch that does not fit into one.
    """

    couples_cases: bool


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


def require(name: str, thing, protocol):
    """The thing, or TypeError that says which parts of the protocol it lacks."""
    if not isinstance(thing, protocol):
        parts = {part for part in vars(protocol) if not part.startswith("_")} | set(protocol.__annotations__)
        missing = sorted(part for part in parts if not hasattr(thing, part))
        kind = getattr(thing, "__name__", None) or f"a {type(thing).__name__}"
        raise TypeError(f"{name} is {kind}, which has no {', '.join(missing)}: "
                        f"see {protocol.__name__} in ref.protocols")
    return thing
