"""Imports run downwards only, and the reference needs NumPy, SciPy and tqdm, nothing else."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# From the ground up.  A module imports from its own package and from lower levels.
LEVELS = [
    {"files", "validation", "vectors"},
    {"batch", "parameters", "random"},
    {"protocols"},
    {"layers", "linalg"},
    {"memory"},
    {"cells"},
    {"losses"},
    {"networks", "curvature", "tasks"},
    {"objective"},
    {"optimizers", "training"},
    {"hessian_free", "orthogonality", "loss_surfaces", "temporal_memory"},
    {"experiments"},
]
LEVEL = {name: level for level, names in enumerate(LEVELS) for name in names}
LAZY = {"matplotlib", "numba_kernels"}  # in experiments alone, and there inside functions
FILES = sorted((ROOT / "ref").rglob("*.py"))


def imports(file: Path) -> list[tuple[str, int, bool]]:
    """(absolute dotted name, line, whether inside a function) of every import; `from a import b` gives a.b."""
    tree = ast.parse(file.read_text(), filename=str(file))
    lazy = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
    }
    package = file.relative_to(ROOT).with_suffix("").parts[:-1]
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            base += [node.module] if node.module else []
            names = [".".join([*base, alias.name]) for alias in node.names]
        else:
            continue
        found += [(name, node.lineno, id(node) in lazy) for name in names]
    return found


def home(file: Path) -> str:
    """The package or module directly under ref/ that a file belongs to; "" for ref/__init__.py."""
    parts = file.relative_to(ROOT / "ref").with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_every_module_has_its_level():
    names = {home(file) for file in FILES} - {"", "checks"}
    assert names <= LEVEL.keys(), f"give {sorted(names - LEVEL.keys())} a place in LEVELS"


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_imports_run_downwards(file):
    importer = home(file)
    for name, line, _ in imports(file):
        parts = name.split(".")
        if parts[0] != "ref" or len(parts) == 1:
            continue
        where, imported = f"{relative(file)}:{line} imports {name}", parts[1]
        if importer == "checks":
            assert imported == "checks", f"{where}: checks imports nothing of the others"
        elif imported == "checks":
            assert importer == "experiments", f"{where}: only experiments may use the checks"
        elif importer:
            assert imported == importer or LEVEL[imported] < LEVEL[importer], f"{where}: that is not downwards"
        else:
            assert LEVEL[imported] == 0, f"{where}: ref/__init__.py stays at the ground level"


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_the_reference_needs_numpy_scipy_and_tqdm(file):
    allowed = {"ref", "numpy", "scipy", "tqdm"} | set(sys.stdlib_module_names)
    for name, line, lazy in imports(file):
        where, root = f"{relative(file)}:{line} imports {name}", name.split(".")[0]
        if root in LAZY:
            assert home(file) == "experiments" and lazy, f"{where}: only in experiments, inside a function"
        else:
            assert root in allowed, where


OF_THE_REFERENCE = {"Cache", "RCache", "Gradients", "Design", "State", "Weights", "EPSILON", "TINY", "of_start",
                    "interface", "Windows", "Statistics"}


def test_kernels_take_only_types_and_constants_from_the_reference():
    """And of a cell, how its interface is cut and what a start's gradient is."""
    for file in sorted((ROOT / "numba_kernels").rglob("*.py")):
        for name, line, _ in imports(file):
            parts = name.split(".")
            taken = parts[0] != "ref" or (parts[1] in ("layers", "cells", "memory") and parts[-1] in OF_THE_REFERENCE)
            assert taken, f"{relative(file)}:{line} imports {name}"


def test_nothing_imports_from_outside_the_tree():
    files = [f for part in ("ref", "numba_kernels", "chapters", "everywhere", "tests", "benchmarks")
             for f in (ROOT / part).rglob("*.py")]
    assert len(files) > len(FILES)
    for file in files:
        for name, line, _ in imports(file):
            assert name.split(".")[0] not in {"shared", "peers"}, f"{relative(file)}:{line} imports {name}"


def test_the_whole_reference_imports_without_numba_matplotlib_and_the_test_tools():
    names = [relative(file).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in FILES]
    program = f"""
import importlib, sys
for absent in ("numba", "matplotlib", "numba_kernels", "autograd", "hypothesis", "pytest", "jupytext"):
    sys.modules[absent] = None
for name in {names!r}:
    importlib.import_module(name)
print(len({names!r}))
"""
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) == len(FILES)
