"""Hessian-free optimisation: minimise a damped quadratic model of the objective by conjugate gradients, step after
step.

    M(d) = f + gᵀd + ½ dᵀ(G + lambda D) d        CG on (G + lambda D) d = -g, from decay times the last run's end
    theta <- theta + rate d                      d by CG-backtracking, rate by line search
    lambda                                       by Levenberg-Marquardt

Martens 2010; Martens & Sutskever 2012.  `step` is the whole algorithm; every line of it is a file of this package.
"""

from collections.abc import Callable
from math import nan
from time import perf_counter
from typing import NamedTuple

import numpy as np

from ref.hessian_free.backtracking import backtrack, take_last
from ref.hessian_free.damping import levenberg_marquardt, reduction_ratio, scale_sensitive
from ref.hessian_free.kronecker_preconditioner import KroneckerPreconditioner
from ref.hessian_free.line_search import Search, armijo
from ref.hessian_free.minibatches import Batches
from ref.hessian_free.preconditioner import fisher_preconditioner
from ref.hessian_free.structural_damping import structurally_damped
from ref.hessian_free.work import Counted
from ref.linalg.conjugate_gradient import conjugate_gradient
from ref.linalg.stopping import STOPS
from ref.parameters import Parameters
from ref.protocols import GivesSquares, require
from ref.validation import require_count, require_number
from ref.vectors import add_product, dot

Array = np.ndarray
State = dict


class HessianFree:
    """damping          lambda at the start (45 in Martens' released code for the autoencoders)
    adapt            whether Levenberg-Marquardt changes it
    max_iterations   of CG, and stop = "2010", "2012" or "fixed", its stopping rule
    decay            of the warm start: a number, or decay(step); 0 for a cold start.  0.95 in the released code
    preconditioner   "fisher", with its exponent; "kfac" or a KroneckerPreconditioner, for MLPs; or None
    backtracking     CG-backtracking, or the last iterate
    rate             None for the line search, or the fixed rate of Sutskever et al. 2013: a number, or rate(step)
    rho              "undamped" or "damped": which quadratic model rho compares f with (ref.hessian_free.damping)
    scale_mix        0 for Tikhonov damping; above, the share of the Fisher diagonal in scale-sensitive damping
    curvature        "gauss_newton" or "hessian"
    structural       mu of structural damping, for recurrent networks: lambda mu S'' joins the damping, and
                     Levenberg-Marquardt changes both together (ref.hessian_free.structural_damping); with rho="damped",
                     since the undamped M would need one product more

    Recurrent networks need preconditioner=None and scale_mix=0: their "fisher" does not come from one backward pass.

    Raises ValueError for negative damping, no CG iterations, unknown names, a decay, exponent or scale_mix outside [0,
    1].

    >>> import numpy as np
    >>> from ref import HessianFree, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(HessianFree(damping=1.0), objective, theta, same_batch(batch), n_steps=10)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(
        self,
        damping: float = 45.0,
        adapt: bool = True,
        max_iterations: int = 250,
        stop: str = "2010",
        decay: float | Callable[[int], float] = 0.95,
        preconditioner: str | KroneckerPreconditioner | None = "fisher",
        exponent: float = 0.75,
        backtracking: bool = True,
        rate: float | Callable[[int], float] | None = None,
        rho: str = "undamped",
        scale_mix: float = 0.0,
        curvature: str = "gauss_newton",
        structural: float = 0.0,
    ):
        self.damping = require_number("damping", damping, least=0)
        self.adapt, self._choose = adapt, backtrack if backtracking else take_last
        self.max_iterations = require_count("max_iterations", max_iterations)
        self.decay = _schedule("decay", decay, most=1)
        self.rate = None if rate is None else _schedule("rate", rate)
        self.exponent = require_number("exponent", exponent, least=0, most=1)
        self.scale_mix = require_number("scale_mix", scale_mix, least=0, most=1)
        self.kronecker = KroneckerPreconditioner() if preconditioner == "kfac" else None
        if isinstance(preconditioner, KroneckerPreconditioner):
            self.kronecker, preconditioner = preconditioner, "kfac"
        for name, value, known in (("stop", stop, STOPS), ("preconditioner", preconditioner, ("fisher", "kfac", None)),
                                   ("rho", rho, ("undamped", "damped")),
                                   ("curvature", curvature, ("gauss_newton", "hessian"))):
            if value not in known:
                raise ValueError(f"{name} is {value!r} but must be one of {', '.join(map(repr, known))}")
        self.stop, self.preconditioner, self.rho, self.curvature = STOPS[stop], preconditioner, rho, curvature
        self.structural = require_number("structural", structural, least=0)
        if structural and (curvature, rho) != ("gauss_newton", "damped"):
            raise ValueError(f"structural is {structural}, which needs curvature='gauss_newton' and rho='damped'; "
                             f"got {curvature!r} and {rho!r}")

    def init(self, theta: Parameters) -> State:
        state = {"damping": float(self.damping), "direction": np.zeros_like(theta.vector), "step": 0}
        return state | self.kronecker.init(theta) if self.kronecker else state

    def step(self, theta: Parameters, state: State, objective, batch: Batches) -> tuple[Parameters, State, dict]:
        """One update.  Return the new theta, the new state and what happened.  batch may also be one batch for
        everything.

        Where f is not finite nothing is done, and the report holds no more than the loss and its cost.
        """
        clock, work, batch = perf_counter(), Counted(objective), Batches.of(batch)
        step, damping = int(state["step"]), float(state["damping"])

        f, g, squares = self._gradient(theta, work, batch.gradient)
        if not np.isfinite(f):
            return theta, state, {"loss": f, "gradient_equivalents": work.equivalents}
        factors = self.kronecker.update(theta, state, work, batch.curvature, step + 1) if self.kronecker else {}
        lambda_D, P = self._damping_and_preconditioner(theta, squares, factors, work, damping)
        del squares  # a vector less beside CG's

        trial, decay, phis = Trial(theta, work), float(self.decay(step)), []
        A = work.curvature(theta, batch.curvature, self._product(objective, damping), lambda_D)
        x0 = decay * state["direction"] if decay and state["direction"].any() else None
        iterates = conjugate_gradient(A, -g.vector, x0, P, self.stop, self.max_iterations, phis=phis)
        del A, x0, P  # CG alone keeps them, until it ends
        d = self._choose(iterates, lambda x: trial.value(x, batch.backtracking))
        del iterates

        undamped = self.rho == "undamped"
        judge = batch.curvature if undamped else batch.rho
        model = d.phi - (0.5 * dot(d.x, lambda_D * d.x) if undamped else 0.0)
        rho = reduction_ratio(trial.value(d.x, judge), work.value(theta, judge), model)
        search = self._length(step, trial, batch, d.x, f, dot(g.vector, d.x))
        new = {
            "damping": levenberg_marquardt(damping, rho) if self.adapt else damping,
            "direction": d.last.x if search.rate else np.zeros_like(d.last.x),
            "step": step + 1, **factors,
        }
        report = {
            "loss": f, "loss_after": search.f, "rho": rho, "damping": damping, "decay": decay,
            "cg_iterations": d.last.i, "cg_end": d.last.why, "backtracked": d.i, "phi": d.phi, "phis": phis,
            "rate": search.rate, "gradient_norm": dot(g.vector, g.vector) ** 0.5,
            "norm": search.rate * dot(d.x, d.x) ** 0.5,
            "gradient_equivalents": work.equivalents, "seconds": perf_counter() - clock,
        }
        return trial.moved(d.x, search.rate), new, report

    def _gradient(self, theta: Parameters, work: Counted, data) -> tuple[float, Parameters, Parameters | None]:
        """f, ∇f and, where the preconditioner or the damping needs them, the mean squared gradients."""
        if self.preconditioner == "fisher" or self.scale_mix:
            require("objective", work.objective, GivesSquares)
            return work.gradient_and_squares(theta, data)
        return *work.value_and_gradient(theta, data), None

    def _damping_and_preconditioner(self, theta: Parameters, squares: Parameters | None, factors: dict, work: Counted,
                                    damping: float) -> tuple:
        """lambda D, a number or (P,), and the preconditioner: its diagonal (P,), what solves with it, or None."""
        lambda_D, P, decay = damping, None, work.objective.weight_decay
        if self.scale_mix and squares.vector.any():
            lambda_D = damping * scale_sensitive(squares.vector, self.scale_mix)
        if self.preconditioner == "fisher":
            P = fisher_preconditioner(squares.vector, lambda_D + decay, self.exponent)
        if self.preconditioner == "kfac":
            P = self.kronecker.solver(theta, factors, work, damping + decay)
        return lambda_D, P

    def _product(self, objective, damping: float) -> str | Callable:
        """Which curvature, for `Objective.curvature`."""
        return structurally_damped(objective.network, self.structural * damping) if self.structural else self.curvature

    def _length(self, step: int, trial: "Trial", batch: Batches, d: Array, f: float, slope: float) -> Search:
        """How far to go along d: by line search, or as the schedule says, and then f is not measured."""
        if self.rate is not None:
            return Search(float(self.rate(step)), nan, 0)
        f0 = f if batch.line_search is batch.gradient else trial.work.value(trial.theta, batch.line_search)
        return armijo(lambda rate: trial.value(d, batch.line_search, rate), f0, slope)


class Trial(NamedTuple):
    """What the objective would be elsewhere."""

    theta: Parameters
    work: Counted

    def moved(self, d: Array, rate: float = 1.0) -> Parameters:
        """theta + rate d"""
        trial = self.theta.copy()
        add_product(trial.vector, rate, d)
        return trial

    def value(self, d: Array, data, rate: float = 1.0) -> float:
        """f(theta + rate d); where the step is too long it is not finite, and the step will be refused."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.work.value(self.moved(d, rate), data)


def _schedule(name: str, value, most: float | None = None) -> Callable[[int], float]:
    """value itself where it is a function of the step, otherwise the function that is always value."""
    if callable(value):
        return value
    fixed = require_number(name, value, least=0, most=most)
    return lambda step: fixed
