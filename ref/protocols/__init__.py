"""What the parts of Longhand ask of each other, each written down once.

A class or a module is one of these where it has the functions; nothing is inherited.  Whoever writes an op, a loss, a
network, an objective, an optimiser or an experiment of their own finds here what it must offer.  The abilities below
them are optional: whoever needs one asks for it by name, isinstance(network, HasSquares), and can say what is missing.

Shapes: N cases, theta and everything like it `ref.parameters.Parameters` of P numbers.

>>> from ref import MLP, protocols
>>> isinstance(MLP((3, 2)), protocols.HasSquares), isinstance(MLP((3, 2)), protocols.HasHiddenStates)
(True, False)
"""

from ref.protocols.learning import (
    Experiment,
    GivesSquares,
    HasChunks,
    Objective,
    Optimizer,
    Updates,
)
from ref.protocols.models import (
    ComposesTransition,
    CouplesCases,
    HasHiddenStates,
    HasLayerFactors,
    HasSquares,
    HasStateGradients,
    Loss,
    Network,
    Op,
    SamplesTargets,
    WeighsChunks,
)

__all__ = [
    "ComposesTransition", "CouplesCases", "Experiment", "GivesSquares", "HasChunks", "HasHiddenStates",
    "HasLayerFactors", "HasSquares", "HasStateGradients", "Loss", "Network", "Objective", "Op", "Optimizer",
    "SamplesTargets", "Updates", "WeighsChunks", "require",
]


def require(name: str, thing, protocol):
    """The thing, or TypeError that says which parts of the protocol it lacks."""
    if not isinstance(thing, protocol):
        parts = {part for part in vars(protocol) if not part.startswith("_")} | set(protocol.__annotations__)
        missing = sorted(part for part in parts if not hasattr(thing, part))
        kind = getattr(thing, "__name__", None) or f"a {type(thing).__name__}"
        raise TypeError(f"{name} is {kind}, which has no {', '.join(missing)}: "
                        f"see {protocol.__name__} in ref.protocols")
    return thing
