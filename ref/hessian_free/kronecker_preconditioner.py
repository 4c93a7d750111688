"""K-FAC's blocks as the preconditioner of Hessian-free's conjugate gradients.

    P       = (A + pi gamma I) ⊗ (G + gamma/pi I)          of each layer, gamma = strength √(lambda + decay)
    y       = P⁻¹ r: A⁻¹ r̄ G⁻¹ of the damped factors, r̄ (D+1, H) the layer's part of r

The factors are moving means of estimates on the curvature's minibatch, one an update: they outlive the minibatch, which
the matrix of conjugate gradients does not.  gamma follows lambda, and P stays as it is during a run of conjugate
gradients.  K-FAC is one iteration of this at each update (Martens & Grosse 2015); to run more of them is our choice.
"""

from collections.abc import Callable

import numpy as np

from ref.hessian_free.kfac import block_diagonal, cost
from ref.hessian_free.kfac.kronecker import unpacked
from ref.hessian_free.kfac.moving_factors import MovingFactors
from ref.hessian_free.work import Counted
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class KroneckerPreconditioner:
    """strength  gamma's share of √(lambda + decay), above 0; the rest as in `MovingFactors`

    >>> import numpy as np
    >>> from ref import HessianFree, MLP, Objective, losses, same_batch, train
    >>> objective = Objective(MLP((3, 5, 2)), losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = objective.network.init(rng)
    >>> result = train(HessianFree(1.0, preconditioner="kfac"), objective, theta, same_batch(batch), n_steps=5)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, strength: float = 1.0, share: float = 1.0, kept: float = 0.95, seed: int = 0):
        self.strength = require_number("strength", strength, above=0)
        self.moving = MovingFactors("kfac", share, kept, crossed=False, seed=seed)

    def init(self, theta: Parameters) -> dict[str, Array]:
        """Entries of the optimiser's state.  Raises ValueError where theta is not an MLP's."""
        return self.moving.init(theta)

    def update(self, theta: Parameters, state, work: Counted, batch, k: int) -> dict[str, Array]:
        """The same entries after step k = 1, 2, ..."""
        return self.moving.packed(self.moving.update(theta, state, work, batch, k), theta)

    def solver(self, theta: Parameters, factors: dict[str, Array], work: Counted, damping: float) -> Callable:
        """r -> P⁻¹ r for vectors r like theta's; damping is lambda + decay, above 0.  The work counts itself."""
        require_number("damping", damping, above=0)
        (inverse,) = block_diagonal.inverses(unpacked(factors, theta), [self.strength * damping**0.5]).values()
        work.thirds += cost.thirds(theta, cost.inversion(theta, 1, "block-diagonal"))
        once = cost.thirds(theta, cost.solution(theta, "block-diagonal"))

        def solve(r: Array) -> Array:
            work.thirds += once
            return block_diagonal.solve(inverse, theta.like(r)).vector

        return solve
