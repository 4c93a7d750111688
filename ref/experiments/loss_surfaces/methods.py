"""The optimisers of the loss-surface experiments, a line each, in Torch7's forms and with its constants.

    sgd        stochastic gradient descent, its rate falling as eps / (1 + 0.001 t)
    sgdm       momentum 0.9, gradients damped by as much
    rmsprop    the divisor's constant outside of the root
    adadelta   has no rate: what is tried is the constant that stands where a rate would
    adam
    rk2        Runge-Kutta of order two, both gradients on the same minibatch, with the same masks
    adam-rk2   Adam on its gradient; the definition is ours

The names are those of Im, Tao & Branson 2016, whose member of the Runge-Kutta family is not known (ours is Heun's).  A
step of the last two costs two gradients.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ref.optimizers import Adadelta, Adam, AdamRungeKutta, DampedMomentum, GradientDescent, RMSprop, RungeKutta


class Method(NamedTuple):
    title: str
    make: Callable  # rate -> optimiser
    rates: tuple[float, ...]  # that are tried where a run says nothing else


METHODS = {
    "sgd": Method("SGD", partial(GradientDescent, decay=1e-3), (0.1, 0.3, 1.0, 3.0)),
    "sgdm": Method("SGDM", DampedMomentum, (0.1, 0.3, 1.0, 3.0)),
    "rmsprop": Method("RMSprop", partial(RMSprop, rho=0.99, epsilon=1e-8, outside=True), (3e-4, 1e-3, 3e-3, 1e-2)),
    "adadelta": Method("Adadelta", lambda epsilon: Adadelta(epsilon=epsilon), (1e-6, 1e-5, 1e-4, 1e-3)),
    "adam": Method("Adam", Adam, (1e-3, 3e-3, 1e-2, 3e-2)),
    "rk2": Method("RK2", RungeKutta, (0.1, 0.3, 1.0, 3.0)),
    "adam-rk2": Method("Adam&RK2", AdamRungeKutta, (1e-3, 3e-3, 1e-2, 3e-2)),
}
ALL = tuple(METHODS)


def title(method: str) -> str:
    """"Adam"; of a switch, "adam+sgd=5": "Adam then SGD from 5"."""
    if "+" in method:
        first, _, rest = method.partition("+")
        second, _, epoch = rest.partition("=")
        return f"{title(first)} then {title(second)} from {epoch}"
    return METHODS[method].title
