"""K-FAC, KFRA and KFLR: the gradient preconditioned by Kronecker-factored blocks, then rescaled by the exact quadratic.

    factors     of each layer, on a part of the batch, as moving means: moving_factors
    U           the gradient solved for by the damped blocks: block_diagonal, eigenbasis or block_tridiagonal
    d           = -alpha U + mu d_before, the minimum of the exact quadratic on the batch: span
    theta       <- theta + d
    lambda      by Levenberg-Marquardt every T1 = 5 steps, by factors omega1 = (19/20)^T1; the model's decrease is ½ gᵀd
    gamma       √(lambda + decay) at first; every T2 = 20 steps the best for the quadratic of three: gamma, omega2 gamma
                but not below √decay, and gamma/omega2 but not above 1, with omega2 = √(19/20)^T2
    inverse     of the damped blocks, every T3 = 20 steps and in the first three

The factors only choose a direction; its length comes from the exact curvature, as if Hessian-free took one well
preconditioned CG iteration.  Martens & Grosse 2015, constants as in Martens' released code; KFRA and KFLR: Botev,
Ritter & Barber 2017.
"""

from math import nan
from time import perf_counter

import numpy as np

from ref.batch import Batch
from ref.hessian_free.damping import levenberg_marquardt, reduction_ratio
from ref.hessian_free.kfac import block_diagonal, block_tridiagonal, cost, eigenbasis
from ref.hessian_free.kfac.factored_damping import neighbours
from ref.hessian_free.kfac.kronecker import Block, state_arrays
from ref.hessian_free.kfac.moving_factors import MovingFactors, moving_mean
from ref.hessian_free.kfac.span import rescaled
from ref.hessian_free.work import Counted
from ref.optimizers.first_order import State, Step, require_parameters, state_count, state_vector
from ref.parameters import Parameters
from ref.protocols import HasChunks, HasLayerFactors, require
from ref.validation import require_count, require_number
from ref.vectors import dot

Array = np.ndarray
INVERSES = {"block-diagonal": block_diagonal, "eigenbasis": eigenbasis, "block-tridiagonal": block_tridiagonal}


class KFAC:
    """factors       "kfac", "kflr" or "kfra": how each G_l is estimated
    damping       lambda at the start: 150 in Martens' released code for the autoencoders, about 1 for classifiers
    adapt_every   T1, or None: lambda stays
    search_every  T2, or None: gamma = √(lambda + decay) always
    refresh_every T3
    share         the fraction of the batch on which the factors are estimated; its cases, and the targets, are drawn
                  anew at every step
    seed          of these draws
    kept          the largest share of the past in the factors' moving means
    inverse       "block-diagonal"; "eigenbasis", the same blocks with Tikhonov damping that is not factored; or
                  "block-tridiagonal", which the released code has on and "kfra" does not have
    momentum      whether the previous step is the quadratic's second direction
    averaging     0, or the largest fraction of the past in a moving mean of theta, see `average`; 0.99 in the
                  released code
    average_from  the step at which that mean begins; 200 in the released code

    The state holds each layer's factors and their inverse beside the previous step: 2 Σ (D+1)² + H² numbers and more.
    Raises ValueError for unknown factors or inverses, a damping that is not positive, shares outside (0, 1], counts
    below one.

    >>> import numpy as np
    >>> from ref import KFAC, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(KFAC(damping=1.0), objective, theta, same_batch(batch), n_steps=10)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(
        self,
        factors: str = "kfac",
        damping: float = 150.0,
        adapt_every: int | None = 5,
        search_every: int | None = 20,
        refresh_every: int = 20,
        share: float = 1 / 8,
        kept: float = 0.95,
        inverse: str = "block-diagonal",
        momentum: bool = True,
        averaging: float = 0.0,
        average_from: int = 200,
        seed: int = 0,
    ):
        if inverse not in INVERSES:
            raise ValueError(f"inverse is {inverse!r} but must be one of {', '.join(map(repr, INVERSES))}")
        self.inverse, self._inverse, self.momentum = inverse, INVERSES[inverse], momentum
        self.factors = MovingFactors(factors, share, kept, self._inverse.CROSSED, seed)
        if self.factors.crossed and factors == "kfra":
            raise ValueError(f"inverse is {inverse!r}, but factors 'kfra' have no blocks between layers")
        self.damping = require_number("damping", damping, above=0)
        self.adapt_every = None if adapt_every is None else require_count("adapt_every", adapt_every)
        self.search_every = None if search_every is None else require_count("search_every", search_every)
        self.refresh_every = require_count("refresh_every", refresh_every)
        self.averaging = require_number("averaging", averaging, least=0, below=1)
        self.average_from = require_count("average_from", average_from)

    def init(self, theta: Parameters) -> State:
        """Raises ValueError where theta is not an MLP's."""
        require_parameters(theta)
        state = {"step": 0, "damping": self.damping, "gamma": 0.0, "direction": np.zeros_like(theta.vector),
                 **self.factors.init(theta), **_behind("inverse_", self._inverse.zero_inverse(theta))}
        return {**state, "average": theta.vector.copy()} if self.averaging else state

    def average(self, theta: Parameters, state: State) -> Parameters:
        """The moving mean of theta, which is what to evaluate where averaging is on."""
        return theta.like(state_vector(state, "average", theta))

    def step(self, theta: Parameters, state: State, objective, batch) -> Step:
        """One update.  Where f is not finite nothing is done, and the report holds no more than the loss and its cost.

        Raises TypeError for a network that is no MLP, or an objective that is more than one network's loss.
        """
        clock, work, batch = perf_counter(), Counted(require("objective", objective, HasChunks)), Batch.of(batch)
        require("network", objective.network, HasLayerFactors)
        before, k = state_vector(state, "direction", theta), state_count(state, "step") + 1
        damping = float(state["damping"])

        f, g = work.value_and_gradient(theta, batch)
        if not np.isfinite(f):
            return theta, state, {"loss": f, "gradient_equivalents": work.equivalents}
        blocks = self.factors.update(theta, state, work, batch, k)
        inverses = self._inverses(theta, state, work, blocks, k)  # by gamma
        directions = [-self._inverse.solve(inverse, g).vector for inverse in inverses.values()]
        work.thirds += cost.thirds(theta, len(inverses) * cost.solution(theta, self.inverse))

        previous = before if self.momentum and before.any() else None
        steps = rescaled(objective, theta, batch, g.vector, directions, previous, damping)
        # forward, and R-forward of each direction
        work.count("value", batch, times=1 + 2 * (len(directions) + (previous is not None)))
        gamma, best = min(zip(inverses, steps), key=lambda pair: pair[1].model)
        after = theta.like(theta.vector + best.d)

        adapting = self.adapt_every is not None and k % self.adapt_every == 0
        f_after, rho = nan, nan
        if adapting:
            with np.errstate(over="ignore", invalid="ignore"):  # a step too long: lambda grows
                f_after = work.value(after, batch)
            rho = reduction_ratio(f_after, f, best.model)
        new = {
            "step": k, "gamma": gamma,
            "damping": levenberg_marquardt(damping, rho, (20 / 19) ** self.adapt_every) if adapting else damping,
            "direction": best.d, **self.factors.packed(blocks, theta), **_behind("inverse_", inverses[gamma]),
            **self._averaged(theta, state, after, k),
        }
        report = {
            "loss": f, "loss_after": f_after, "rho": rho, "damping": damping, "gamma": gamma, "rate": best.alpha,
            "momentum": best.mu, "model": best.model, "gradient_norm": dot(g.vector, g.vector) ** 0.5,
            "norm": dot(best.d, best.d) ** 0.5, "gradient_equivalents": work.equivalents,
            "seconds": perf_counter() - clock,
        }
        return after, new, report

    def _inverses(self, theta: Parameters, state: State, work: Counted, blocks: list[Block], k: int) -> dict:
        """gamma -> the inverse of the damped blocks, for each gamma that this step tries."""
        gamma, decay = float(state["gamma"]), work.objective.weight_decay
        if k == 1 or self.search_every is None:
            gamma = (float(state["damping"]) + decay) ** 0.5
        if self.search_every is not None and k % self.search_every == 0:
            gammas = neighbours(gamma, (19 / 20) ** (self.search_every / 2), decay)
        elif k <= 3 or k % self.refresh_every == 0:
            gammas = [gamma]
        else:
            return {float(state["gamma"]): state_arrays(state, "inverse_", self._inverse.zero_inverse(theta))}
        found = self._inverse.inverses(blocks, gammas)
        work.thirds += cost.thirds(theta, cost.inversion(theta, len(found), self.inverse))
        return found

    def _averaged(self, theta: Parameters, state: State, after: Parameters, k: int) -> State:
        """The moving mean of theta, where there is one."""
        if not self.averaging:
            return {}
        mean, since = state_vector(state, "average", theta), max(1, k - self.average_from + 1)
        return {"average": moving_mean(mean, after.vector, since, self.averaging)}


def _behind(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    return {prefix + name: array for name, array in arrays.items()}
