"""Plain gradient descent on the Stiefel manifold, by a Cayley step for each matrix: no momentum, no running means.

    M_{t+1} = cayley_step(M_t, ∇f(M_t), eps)                 for every array M of theta
    M_{t+1} = restored(M_{t+1})                              at every so-many-th step
    M_{t+1} = polar_factor(M_t)                              where M_t is far off the manifold, and with project=True

The report's "defect" is the largest ||MᵀM - I|| of the matrices as the step finds them, so that drift is seen before
it is undone.  The paper's optimiser of U and V, or of W where the transition is one orthogonal matrix; to undo the
drift is our choice.  A start that is off the manifold is refused, or with project=True its first step is to the nearest
point, not along the gradient, which was taken elsewhere: training then begins with the second.
"""

from collections.abc import Callable

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step, state_count
from ref.orthogonality.cayley import cayley_step
from ref.orthogonality.drift import defect, polar_factor, restored
from ref.parameters import Parameters
from ref.validation import require_count, require_number

Array = np.ndarray
START = 1e-2  # the largest defect of a matrix that is taken for one with orthonormal columns


class CayleyDescent(FirstOrder):
    """learning_rate: eps; restore_every: so many steps, or None for never; step: cayley_step, geodesic_step or another;
    project: whether matrices without orthonormal columns are taken too, and moved to the nearest that has them.

    All arrays of theta are taken to be points of a Stiefel manifold; `PerParameter` gives it the ones that are.
    Raises ValueError for a learning rate that is not positive and finite or a restore_every below one.

    >>> import numpy as np
    >>> from ref import CayleyDescent, Parameters
    >>> theta = Parameters.from_arrays({"W": np.eye(3)})
    >>> optimizer, gradient = CayleyDescent(0.1), np.arange(9.0)
    >>> theta, state, report = optimizer.update(theta, gradient, optimizer.init(theta))
    >>> np.allclose(theta["W"].T @ theta["W"], np.eye(3)), np.allclose(theta["W"], np.eye(3))
    (True, False)
    """

    def __init__(self, learning_rate: float, restore_every: int | None = 100,
                 step: Callable[[Array, Array, float], Array] = cayley_step, project: bool = False):
        self.learning_rate = require_number("learning_rate", learning_rate, above=0)
        self.restore_every = None if restore_every is None else require_count("restore_every", restore_every)
        self._step, self.project = step, project

    def init(self, theta: Parameters) -> State:
        """Raises ValueError where an array of theta has no orthonormal columns; with project=True, dependent ones."""
        for name, M in theta.items():
            if M.ndim != 2 or M.shape[0] < M.shape[1]:
                raise ValueError(f"{name} has shape {M.shape} but must be (n, p) with n >= p, its columns orthonormal")
            if defect(M) <= START:
                continue
            if not self.project:
                raise ValueError(f"{name} must have orthonormal columns but ||MᵀM - I|| = {defect(M):.3g}: "
                                 f"ref.orthogonality.transition makes a start that has, project=True takes the nearest")
            if (rank := np.linalg.matrix_rank(M)) < M.shape[1]:
                raise ValueError(f"{name} has rank {rank} but must have {M.shape[1]}: no one matrix with orthonormal "
                                 f"columns is nearest to it")
        return {"t": 0}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        t = state_count(state, "t") + 1
        defects = {name: defect(M) for name, M in theta.items()}
        report = {"defect": max(defects.values())}
        if not np.isfinite(g).all():  # then the step is not finite either, which ends training
            return theta.like(np.full_like(theta.vector, np.nan)), {"t": t}, report
        gradient, new = theta.like(g), theta.like()
        for name, M in theta.items():
            if self.project and defects[name] > START:
                new[name] = polar_factor(M)
                continue
            M = self._step(M, gradient[name], self.learning_rate)
            new[name] = restored(M) if self.restore_every and t % self.restore_every == 0 else M
        return new, {"t": t}, report
