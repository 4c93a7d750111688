"""An optimiser put together from others, each for the arrays of its names.

    PerParameter({("U", "V"): CayleyDescent(1e-6), ("p",): RMSprop(renormalized(1e-4, margin))}, others=RMSprop(1e-4))

is that of Vorontsov, Trabelsi, Kadoury & Pal 2017, with the learning rates of its copy task.  The gradient is computed
once; each part updates its own arrays with its own piece of it.  A part can be any optimiser with an `update`
(ref.protocols.Updates); Nesterov's has none, since it needs the gradient elsewhere, and is refused.
"""

from collections.abc import Mapping

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step
from ref.parameters import Parameters
from ref.protocols import Updates, require

Array = np.ndarray
Names = tuple[str, ...]


class PerParameter(FirstOrder):
    """parts: tuple of names -> optimiser; others: the optimiser of every name that is in no part, if there are any.

    The state holds those of the parts, and the report what any of them reports.
    Raises TypeError for a part without `update`, ValueError for a name in two parts, and `init` for a name that theta
    lacks or that belongs to no part.

    >>> import numpy as np
    >>> from ref import Adam, GradientDescent, PerParameter, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> optimizer = PerParameter({("W1", "b1"): Adam(0.01)}, others=GradientDescent(0.1))
    >>> result = train(optimizer, objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, parts: Mapping[Names, Updates], others: Updates | None = None):
        self.parts = {tuple(names): require(f"parts[{names!r}]", part, Updates) for names, part in parts.items()}
        self.others = None if others is None else require("others", others, Updates)
        listed = [name for names in self.parts for name in names]
        twice = sorted({name for name in listed if listed.count(name) > 1})
        if twice:
            raise ValueError(f"parts has {', '.join(twice)} more than once")

    def init(self, theta: Parameters) -> State:
        return {f"{label}.{key}": value for label, names, part in self._parts(theta)
                for key, value in part.init(_piece(theta, names)).items()}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        gradient, new, new_state, report = theta.like(g), theta.like(), {}, {}
        for label, names, part in self._parts(theta):
            own = {key.removeprefix(f"{label}."): value for key, value in state.items() if key.startswith(f"{label}.")}
            piece, own, more = part.update(_piece(theta, names), _piece(gradient, names).vector, own)
            for name, array in piece.items():
                new[name] = array
            new_state |= {f"{label}.{key}": value for key, value in own.items()}
            report = {**more, **report}  # where two parts report the same, the first one's
        return new, new_state, report

    def _parts(self, theta: Parameters) -> list[tuple[str, Names, Updates]]:
        """(label, names, optimiser) of every part that has names."""
        listed = [name for names in self.parts for name in names]
        unknown = [name for name in listed if name not in theta]
        if unknown:
            raise ValueError(f"parts has {', '.join(unknown)} but theta holds {', '.join(theta)}")
        rest = tuple(name for name in theta if name not in listed)
        if rest and self.others is None:
            raise ValueError(f"theta holds {', '.join(rest)}, which no part has and others is None")
        parts = [(",".join(names), names, part) for names, part in self.parts.items()]
        return parts + [("others", rest, self.others)] * bool(rest)


def _piece(theta: Parameters, names: Names) -> Parameters:
    """The arrays of these names, copied into a vector of their own."""
    return Parameters.from_arrays({name: theta[name] for name in names})
