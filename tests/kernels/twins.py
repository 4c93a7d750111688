"""Find every compiled twin by reading the tree, and say what is wrong with one that is not a twin."""

import ast
import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ref.cells.through_time import ThroughTime

ROOT = Path(__file__).parents[2]
PASSES = ("forward", "backward", "r_forward", "r_backward")


def kernel_modules(root: Path = ROOT) -> list[str]:
    """Names of the modules of numba_kernels/cpu that define any of the four passes; the others are helpers."""
    def defined(path: Path) -> set[str]:
        return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body
                if isinstance(node, ast.FunctionDef)}

    folder = root / "numba_kernels" / "cpu"
    return sorted(name_of(path, folder) for path in folder.rglob("*.py") if defined(path) & set(PASSES))


def name_of(path: Path, folder: Path) -> str:
    """"images.conv2d" of FOLDER/images/conv2d.py, "ntm" of FOLDER/ntm/__init__.py."""
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def reference_modules(root: Path = ROOT) -> list[str]:
    """Ops of ref/layers, and cells of ref/cells, which run through time."""
    folders = [root / "ref" / name for name in ("layers", "cells")]
    return [name_of(path, folder) for folder in folders for path in sorted(folder.rglob("*.py"))]


def orphans(twins: dict, root: Path = ROOT) -> list[str]:
    """What is wrong: kernels without a reference, or not listed in twins; listed ones that are not there."""
    kernels, references = kernel_modules(root), reference_modules(root)
    return [*(f"{name} has no reference in ref/layers or ref/cells" for name in kernels if name not in references),
            *(f"{name} is not in TWINS" for name in kernels if name not in twins),
            *(f"{name} is in TWINS but has no file with passes" for name in twins if name not in kernels)]


def public(module: ModuleType) -> dict[str, Callable]:
    return {key: value for key, value in vars(module).items()
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not key.startswith("_")}


def without_types(function: Callable) -> inspect.Signature:
    """Only names and defaults: the types of its caches may be its own."""
    signature = inspect.signature(function)
    return signature.replace(return_annotation=inspect.Signature.empty, parameters=[
        parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()])


def differences(name: str) -> list[str]:
    """Where the public functions of a twin, and the four passes in any case, are not called like the reference's."""
    kernel = import_module(f"numba_kernels.cpu.{name}")
    if (ROOT / "ref" / "cells" / f"{name}.py").exists():
        reference = ThroughTime(import_module(f"ref.cells.{name}"))
        theirs = {key: without_types(getattr(reference, key)) for key, value in vars(ThroughTime).items()
                  if inspect.isfunction(value) and not key.startswith("_")}
        ours = {key: without_types(value) for key, value in public(kernel).items()}
    else:
        reference = import_module(f"ref.layers.{name}")
        own_caches = getattr(kernel, "Cache", None) is not getattr(reference, "Cache", None)
        ours, theirs = ({key: (without_types if own_caches else inspect.signature)(value)
                         for key, value in public(module).items()} for module in (kernel, reference))
    return [f"{key}: {ours.get(key)} and {theirs.get(key)}" for key in sorted(ours.keys() | set(PASSES))
            if ours.get(key) != theirs.get(key)]
