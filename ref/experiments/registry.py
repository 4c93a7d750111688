"""The experiments by name.  Each module is imported when it is asked for; see ref.experiments for what it offers."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from ref.experiments.run import RunError

EXPERIMENTS: dict[str, str] = {  # name on the command line -> module
    "hf-curves": "ref.experiments.hessian_free.curves",
    "hf-mnist": "ref.experiments.hessian_free.mnist",
    "kfac-curves": "ref.experiments.kfac.curves",
    "hf-pathological": "ref.experiments.hessian_free.pathological",
    "ortho-copy": "ref.experiments.orthogonality.copy",
    "ortho-adding": "ref.experiments.orthogonality.adding",
    "ortho-images": "ref.experiments.orthogonality.images",
    "ortho-text": "ref.experiments.orthogonality.text",
    "ortho-soft": "ref.experiments.orthogonality.soft",
}


def experiment(name: str) -> ModuleType:
    """The experiment's module.  Raises RunError for a name that is not registered."""
    if name not in EXPERIMENTS:
        raise RunError(f"no experiment is named {name!r}; there are: {', '.join(EXPERIMENTS)}")
    return import_module(EXPERIMENTS[name])


def summary(name: str) -> str:
    """The experiment's SUMMARY, a string literal, read from the source: to import every module would take a second."""
    source = Path(find_spec(EXPERIMENTS[name]).origin).read_text(encoding="utf-8")
    assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    return next(ast.literal_eval(node.value) for node in assigned if ast.unparse(node.targets[0]) == "SUMMARY")
