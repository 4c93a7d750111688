"""An optimiser put together from others, each for the arrays of its names.

    ByName({("U", "V"): CayleyDescent(1e-6), ("p",): RMSprop(renormalised(1e-4, margin))}, others=RMSprop(1e-4))

is the paper's, with the learning rates of its copy task.  The gradient is computed once and each part sees its share of
it, so that a part may be any optimiser that takes its gradient at theta; Nesterov's does not, and is refused.
"""

from collections.abc import Mapping

from ref.optimizers.first_order import State, Step, gradient_and_report, require_parameters
from ref.parameters import Parameters

Names = tuple[str, ...]


class Share:
    """An objective whose value and gradient at theta are known: what one part sees."""

    def __init__(self, theta: Parameters, loss: float, gradient: Parameters, count: int):
        self.theta, self.loss, self.gradient, self.cases = theta, loss, gradient, count

    def value_and_gradient(self, theta: Parameters, batch) -> tuple[float, Parameters]:
        if theta is not self.theta:
            raise TypeError("ByName has the gradient at theta alone but a part asked for it elsewhere, as Nesterov's")
        return self.loss, self.gradient

    def count(self, batch) -> int:
        return self.cases


class ByName:
    """parts: tuple of names -> optimiser; others: the optimiser of every name that is in no part, if there are any.

    The state holds those of the parts, and the report what any of them adds to a first-order step's.
    Raises ValueError for a name in two parts, and `init` for a name that theta lacks or that belongs to no part.
    """

    def __init__(self, parts: Mapping[Names, object], others=None):
        self.parts, self.others = {tuple(names): part for names, part in parts.items()}, others
        listed = [name for names in self.parts for name in names]
        twice = sorted({name for name in listed if listed.count(name) > 1})
        if twice:
            raise ValueError(f"parts has {', '.join(twice)} more than once")

    def init(self, theta: Parameters) -> State:
        return {f"{label}.{key}": value for label, names, part in self._parts(theta)
                for key, value in part.init(_share(theta, names)).items()}

    def step(self, theta: Parameters, state: State, objective, batch) -> Step:
        require_parameters(theta)
        g, report = gradient_and_report(theta, objective, batch)
        gradient, new, new_state = theta.like(g), theta.like(), {}
        for label, names, part in self._parts(theta):
            own = {key.removeprefix(f"{label}."): value for key, value in state.items() if key.startswith(f"{label}.")}
            at = _share(theta, names)
            known = Share(at, report["loss"], _share(gradient, names), report["gradient_equivalents"])
            moved, own, said = part.step(at, own, known, batch)
            for name, array in moved.items():
                new[name] = array
            new_state |= {f"{label}.{key}": value for key, value in own.items()}
            for key, value in said.items():
                report.setdefault(key, value)
        return new, new_state, report

    def _parts(self, theta: Parameters) -> list[tuple[str, Names, object]]:
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


def _share(theta: Parameters, names: Names) -> Parameters:
    """The arrays of these names, copied into a vector of their own."""
    return Parameters.from_arrays({name: theta[name] for name in names})
