"""The experiments by name.  Each module is imported when it is asked for; see ref.experiments for what it offers."""

from importlib import import_module
from types import ModuleType

from ref.experiments.run import RunError

EXPERIMENTS: dict[str, str] = {  # name on the command line -> module
    "hf-curves": "ref.experiments.hf_curves",
    "hf-mnist": "ref.experiments.hf_mnist",
}


def experiment(name: str) -> ModuleType:
    """The experiment's module.  Raises RunError for a name that is not registered."""
    if name not in EXPERIMENTS:
        raise RunError(f"no experiment is named {name!r}; there are: {', '.join(EXPERIMENTS)}")
    return import_module(EXPERIMENTS[name])
