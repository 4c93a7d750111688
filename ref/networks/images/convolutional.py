"""A convolutional network: stages in turn, each an op with its parameters, y_0 = x, z = y_L.

    forward      y_l = stage_l(y_{l-1}, its parameters)
    backward     dy_{l-1}, the parameters' gradients = stage_l backward (dy_l)
    R-forward    Ry_l = stage_l R-forward (Ry_{l-1}, the parameters' directions)                     Ry_0 = 0
    R-backward   Rdy_{l-1}, R{the parameters' gradients} = stage_l R-backward (Rdy_l, dy_l)

The stages and what they do: ref.networks.images.stages.  Nothing is asked of dy_0, so that the first stage leaves the
product for it out.

Dropout takes its masks as inputs, one for each of its stages; without masks nothing is dropped, as when a network is
tried.  Batch normalisation takes its statistics from the batch, so that its cases see each other (`couples_cases`), or
from elsewhere, `with_statistics`; those of a batch are `statistics(cache)`.

Shapes: x (N, Y, X, C), z (N, classes), a mask (N, *shape of one case where it stands).
"""

import copy
from math import prod
from typing import NamedTuple

import numpy as np

from ref.layers.batch_norm import Statistics
from ref.networks.images.stages import BatchNorm, Convolution, Dropout, Shape, Stage
from ref.networks.mlp import MLP
from ref.parameters import Parameters
from ref.random import stream
from ref.validation import require_choice, require_count, require_floats

Array = np.ndarray
INITIALIZATIONS = ("uniform", "he")


class Cache(NamedTuple):
    stages: list
    theta: Parameters


class ConvolutionalNetwork:
    """image    (Y, X, C) of one picture
    stages   in their order; the last must leave one row a case

    Raises ValueError for pictures that the stages leave nothing of.
    """

    def __init__(self, image: Shape, stages: tuple[Stage, ...]):
        self.image = tuple(require_count("image", length) for length in image)
        self.stages, self.given, self.shapes = tuple(stages), None, {}
        self.names, self.dropped = [], []  # of each stage's parameters; the shapes that dropout works on
        shape = self.image
        for stage in self.stages:
            if isinstance(stage, Dropout):
                self.dropped.append(shape)
            self.names.append(tuple(stage.shapes(shape)))
            self.shapes |= stage.shapes(shape)
            made = stage.made_of(shape)
            if min(made) < 1:
                raise ValueError(f"image is {self.image} but too small: {type(stage).__name__} makes {made} of {shape}")
            shape = made
        if len(shape) != 1:
            raise ValueError(f"stages end in pictures {shape} but must leave one row a case")
        if any(isinstance(stage, BatchNorm) for stage in self.stages):
            self.couples_cases = True

    def init(self, rng: np.random.Generator, initialization: str = "uniform", dtype=np.float64) -> Parameters:
        """Torch7's: U(-1/√n, 1/√n), n the inputs of a unit, for weights and biases; with "he" a convolution's weights
        are N(0, 2/(k² O)) and its biases zero.  A batch norm's gamma is U(0, 1), its beta zero.
        """
        require_choice("initialization", initialization, INITIALIZATIONS)
        theta = Parameters.zeros(self.shapes, dtype)
        for stage, names in zip(self.stages, self.names):
            if isinstance(stage, BatchNorm):
                theta[names[0]] = rng.uniform(0, 1, self.shapes[names[0]])
            elif isinstance(stage, Convolution) and initialization == "he":
                theta[names[0]] = (2 / (stage.size**2 * stage.filters)) ** 0.5 * rng.standard_normal(
                    self.shapes[names[0]])
            elif names:
                bound = 1 / prod(self.shapes[names[0]][:-1]) ** 0.5
                for name in names:
                    theta[name] = rng.uniform(-bound, bound, self.shapes[name])
        return theta

    def masks(self, seed: int, step: int, N: int) -> list[Array]:
        """Which units stay, of each dropout stage, for N cases at this step: from the stream "dropout" of the seed."""
        rng = stream(seed, step, "dropout")
        kept = [stage.p for stage in self.stages if isinstance(stage, Dropout)]
        return [rng.random((N, *shape), np.float32) < p for p, shape in zip(kept, self.dropped)]

    def with_statistics(self, statistics: list[Statistics]) -> "ConvolutionalNetwork":
        """The network with the mean and variance of each batch norm held, first to last: its cases do not see each
        other.  Raises ValueError for another number of them.
        """
        n = sum(isinstance(stage, BatchNorm) for stage in self.stages)
        if len(statistics) != n:
            raise ValueError(f"statistics has {len(statistics)} entries but there are {n} batch norms")
        held = copy.copy(self)
        held.given = list(statistics)
        held.__dict__.pop("couples_cases", None)
        return held

    def statistics(self, cache: Cache) -> list[Statistics]:
        """Mean and variance of each batch norm's inputs in the batch of the cache, or as they were given."""
        return [(of_stage.mean, of_stage.variance) for stage, of_stage in zip(self.stages, cache.stages)
                if isinstance(stage, BatchNorm)]

    def forward(self, theta: Parameters, x: Array, *masks: Array) -> tuple[Array, Cache]:
        """Raises ValueError or TypeError where x, a mask or theta does not fit the network, or where a batch norm would
        take its statistics from one number.
        """
        y = self.require_inputs(theta, x, masks)
        masks, given = iter(masks or [None] * len(self.dropped)), iter(self.given or ())
        cache = Cache([], theta)
        for stage, names in zip(self.stages, self.names):
            options = stage.options()
            if isinstance(stage, Dropout):
                options["mask"] = next(masks)
            elif isinstance(stage, BatchNorm):
                if self.given is not None:
                    options["statistics"] = next(given)
                elif y[..., 0].size == 1:
                    raise ValueError(f"x is a batch of one case, and {stage.name} would normalise one number: batch "
                                     f"normalisation needs more cases, or statistics that are given")
            y, of_stage = stage.op.forward(y, *(theta[name] for name in names), **options)
            cache.stages.append(of_stage)
        return y, cache

    def backward(self, dz: Array, cache: Cache) -> Parameters:
        grad, dy = cache.theta.like(), dz
        for l in reversed(range(len(self.stages))):
            dy, *gradients = _tuple(self.stages[l].op.backward(dy, cache.stages[l], **_of_first(l)))
            for name, d in zip(self.names[l], gradients, strict=True):
                grad[name] = d
        return grad

    def r_forward(self, v: Parameters, cache: Cache) -> tuple[Array, list]:
        """Return Rz = J v and the R-caches of each stage; v Parameters, a direction."""
        self._require_parameters("v", v)
        Ry, r_cache = None, []  # x is data
        for stage, names, of_stage in zip(self.stages, self.names, cache.stages):
            Ry, r_of_stage = stage.op.r_forward(Ry, *(v[name] for name in names), of_stage)
            r_cache.append(r_of_stage)
        return Ry, r_cache

    def r_backward(self, Rdz: Array, dz: Array, cache: Cache, r_cache: list) -> Parameters:
        """Return R{gradient}: H v where dz and Rdz are the loss's gradient and its Hessian times Rz."""
        Rgrad, dy, Rdy = cache.theta.like(), dz, Rdz
        for l in reversed(range(len(self.stages))):
            op, of_stage = self.stages[l].op, cache.stages[l]
            Rd, *gradients = _tuple(op.r_backward(Rdy, dy, of_stage, r_cache[l], **_of_first(l)))
            for name, d in zip(self.names[l], gradients, strict=True):
                Rgrad[name] = d
            if l:
                dy, Rdy = _tuple(op.backward(dy, of_stage))[0], Rd
        return Rgrad

    def require_inputs(self, theta: Parameters, x: Array, masks: tuple = ()) -> Array:
        """x, where it, the masks and theta fit the network; ValueError or TypeError otherwise."""
        self._require_parameters("theta", theta)
        x = require_floats("x", x, finite=False)
        if x.ndim != 4 or x.shape[1:] != self.image:
            raise ValueError(f"x has shape {x.shape} but must be (N, {', '.join(map(str, self.image))}): one picture a "
                             f"case, channels last")
        if len(x) == 0:
            raise ValueError(f"x is an empty batch: it has shape {x.shape}")
        if x.dtype != theta.dtype:
            raise TypeError(f"x is {x.dtype} but theta is {theta.dtype}")
        if len(masks) not in (0, len(self.dropped)):
            raise ValueError(f"masks are {len(masks)} but there are {len(self.dropped)} stages of dropout")
        for number, (mask, shape) in enumerate(zip(masks, self.dropped)):
            if mask.shape != (len(x), *shape) or mask.dtype != bool:
                raise ValueError(f"mask {number} is {mask.dtype} {mask.shape} but must be bool {(len(x), *shape)}")
        return x

    _require_parameters = MLP._require_parameters


def _tuple(gradients: Array | tuple) -> tuple:
    """An op without parameters returns one array."""
    return gradients if isinstance(gradients, tuple) else (gradients,)


def _of_first(l: int) -> dict:
    """x is data: the first stage, a convolution or an affine layer, leaves dx out."""
    return {} if l else {"to_input": False}
