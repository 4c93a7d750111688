"""Ops, losses and networks, and what some of them can do besides."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ref.parameters import Parameters

Array = np.ndarray


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
