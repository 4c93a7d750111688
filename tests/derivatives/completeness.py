"""Find every derivative of the tree by reading its source, and hold the cases against what was found."""

import ast
import functools
import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from ref.checks import CheckFailure
from tests.derivatives.cases.case import Case

ROOT = Path(__file__).parents[2]
PACKAGES = ("ref", "numba_kernels")
OUTSIDE = ("ref.checks", "ref.experiments", "ref.protocols")  # the checker itself, what only calls others, and no code

WORDS = {"backward", "gradient", "gradients", "hessian", "gauss", "jacobian", "curvature", "squares", "fisher", "jvp",
         "vjp"}

# Named like a derivative, but none: each with the reason.
EXEMPT = {
    "ref.linalg.conjugate_gradient:conjugate_gradient": "solves a linear system; tested against numpy.linalg.solve",
    "ref.hessian_free.preconditioner:fisher_preconditioner": "a diagonal made of Objective.gradient_and_squares' "
                                                             "squares",
    "ref.hessian_free.optimizer:HessianFree._gradient": "chooses between two methods of Objective",
    "ref.optimizers.first_order:gradient_and_report": "hands on Objective.value_and_gradient",
    "ref.hessian_free.work:Counted.value_and_gradient": "hands on the objective's, and counts",
    "ref.hessian_free.work:Counted.gradient_and_squares": "hands on the objective's, and counts",
    "ref.hessian_free.work:Counted.curvature": "hands on the objective's, and counts",
}


def is_derivative(name: str) -> bool:
    words = name.strip("_").split("_")
    return name.startswith("r_") or not WORDS.isdisjoint(words)


def find_derivatives(root: Path, packages: Iterable[str] = PACKAGES) -> Iterator[str]:
    """module:qualified name of every function, method, or alias of one, that is named like a derivative."""
    for path in sorted(path for package in packages for path in (root / package).rglob("*.py")):
        module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        if not module.startswith(OUTSIDE):
            yield from (f"{module}:{name}" for name in _names(ast.parse(path.read_text(encoding="utf-8"))))


def _names(scope: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[str]:
    for node in scope.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and is_derivative(node.name):
            yield prefix + node.name
        elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute, ast.Call, ast.Lambda)):
            yield from (prefix + target.id for target in node.targets if isinstance(target, ast.Name)
                        and is_derivative(target.id))
        elif isinstance(node, ast.ClassDef):
            yield from _names(node, f"{prefix}{node.name}.")


def resolve(name: str) -> Callable:
    """The function of a module:qualified name."""
    module, _, qualified = name.partition(":")
    return functools.reduce(getattr, qualified.split("."), importlib.import_module(module))


def is_compiled(name: str) -> bool:
    """Whether it is machine code here: its body cannot be changed, so faults are planted where NUMBA_DISABLE_JIT is
    set.
    """
    return hasattr(resolve(name), "py_func")


def uncovered(found: Iterable[str], cases: Iterable[Case], exempt: Mapping[str, str] = EXEMPT) -> list[str]:
    """The derivatives that no case covers."""
    covered = {name for case in cases for name in case.covers}
    return [name for name in found if name not in covered and name not in exempt]


def vanished(tree):
    """A result with every number in it replaced by zero: what a derivative returns that is not there at all."""
    if isinstance(tree, tuple):
        return type(tree)(*map(vanished, tree)) if hasattr(tree, "_fields") else tuple(map(vanished, tree))
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return list(map(vanished, tree))
    if isinstance(tree, dict):
        return {name: vanished(part) for name, part in tree.items()}
    if hasattr(tree, "vector"):
        return tree.like(np.zeros_like(tree.vector))
    return tree if tree is None or isinstance(tree, str) else 0 * tree


def without(function: Callable) -> Callable:
    """A function that does the same work and returns zeros."""
    original = type(function)(function.__code__, function.__globals__, function.__name__, function.__defaults__,
                              function.__closure__)
    original.__kwdefaults__ = function.__kwdefaults__
    return lambda *args, **kwargs: vanished(original(*args, **kwargs))


def checks_nothing_of(case: Case, name: str, swap: Callable) -> bool:
    """Whether the case passes although the named function returns nothing but zeros."""
    with swap(name, without(resolve(name))):
        try:
            case.run()
        except CheckFailure:
            return False
    return True
