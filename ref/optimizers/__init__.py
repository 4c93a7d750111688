"""First-order optimisers over the flat vector of parameters.

Every optimiser, here and in the papers' packages, offers the same two pure functions:

    state = optimizer.init(theta)                                               a flat dict of arrays and numbers
    theta, state, report = optimizer.step(theta, state, objective, batch)       all new; the arguments stay as they are

report is a flat dict of numbers, always with "loss", f at the old theta on the batch (for Nesterov at the point where
its gradient is taken), and "gradient_equivalents", the step's work in gradients of single cases.
"""

from ref.optimizers.adadelta import Adadelta
from ref.optimizers.adam import Adam
from ref.optimizers.adam_runge_kutta import AdamRungeKutta
from ref.optimizers.damped_momentum import DampedMomentum
from ref.optimizers.gradient_descent import GradientDescent
from ref.optimizers.momentum import Momentum
from ref.optimizers.nesterov import Nesterov
from ref.optimizers.per_parameter import PerParameter
from ref.optimizers.rmsprop import RMSprop
from ref.optimizers.runge_kutta import RungeKutta
from ref.optimizers.schedules import rising

__all__ = ["Adadelta", "Adam", "AdamRungeKutta", "DampedMomentum", "GradientDescent", "Momentum", "Nesterov",
           "PerParameter", "RMSprop", "RungeKutta", "rising"]
