"""Plant faults in every derivative and run its cases: each fault must be caught.  `make mutants` prints the table.

    python -m tests.derivatives.mutants                                 all of them
    python -m tests.derivatives.mutants ref.layers ref.losses           those of these modules
    python -m tests.derivatives.mutants --sample 10 --changed HEAD~20   every tenth, and all of the files changed since
    python -m tests.derivatives.mutants --most 500                      500 of them at most, spread evenly
"""

import argparse
import inspect
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from multiprocessing import get_context
from operator import itemgetter
from types import CodeType
from typing import NamedTuple

import numpy as np

from ref.checks import CheckFailure
from tests.derivatives.cases import CASES
from tests.derivatives.cases.case import Case
from tests.derivatives.completeness import is_compiled, resolve
from tests.derivatives.equivalent import EQUIVALENT
from tests.derivatives.mutations import Mutant, mutants

# The kernels as plain Python, so that faults can be planted there too; their cases are taken in four parts.
PLAIN = {"NUMBA_DISABLE_JIT": "1", "NUMBA_NUM_THREADS": "4"}


class Outcome(NamedTuple):
    name: str
    kind: str  # the mutant's, as are line, before and after
    line: int
    before: str
    after: str
    fate: str  # "caught" by a check, "crashed" before one could tell, "equivalent" by rule, or "survived"


@contextmanager
def empty_is_nan() -> Iterator[None]:
    """np.empty and np.empty_like give NaN: otherwise the right numbers may still stand in memory that a fault leaves
    unwritten.
    """
    empty, empty_like = np.empty, np.empty_like

    def marked(array):
        if np.issubdtype(array.dtype, np.inexact):
            array[...] = np.nan
        return array

    np.empty, np.empty_like = (lambda *a, **k: marked(empty(*a, **k))), (lambda *a, **k: marked(empty_like(*a, **k)))
    try:
        yield
    finally:
        np.empty, np.empty_like = empty, empty_like


@contextmanager
def swapped(name: str, replacement: Callable | CodeType) -> Iterator[None]:
    """The named function runs other code, wherever it has been imported to: it keeps its identity and changes its body.
    """
    function = resolve(name)
    if isinstance(replacement, CodeType):
        code = replacement
    else:
        function.__globals__["_replacement"] = replacement
        # found in the function's globals
        code = (lambda *args, **kwargs: _replacement(*args, **kwargs)).__code__  # noqa: F821
    original, function.__code__ = function.__code__, code
    try:
        yield
    finally:
        function.__code__ = original
        function.__globals__.pop("_replacement", None)


def code_of(tree, filename: str, qualified: str) -> CodeType:
    """The code object of one function of a compiled module."""
    pending = [compile(tree, filename, "exec")]
    while pending:
        code = pending.pop()
        if code.co_qualname == qualified:
            return code
        pending += [const for const in code.co_consts if isinstance(const, CodeType)]
    raise LookupError(f"{filename} has no function {qualified}")


def fate(mutant: Mutant, name: str, cases: Iterable[Case]) -> str:
    function = resolve(name)
    if any((name, mutant.before, mutant.after) == rule[:3] for rule in EQUIVALENT):
        return "equivalent"
    with swapped(name, code_of(mutant.tree(), inspect.getsourcefile(function),
                               function.__qualname__)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in cases:
            try:
                case.run()
            except CheckFailure:
                return "caught"
            except Exception:
                return "crashed"
    return "survived"


def covered_functions(cases: Iterable[Case] = CASES) -> dict[str, list[Case]]:
    """Each covered function that is Python here once, under the name it was defined by, with its cases."""
    covering: dict[str, list[Case]] = {}
    for case in cases:
        for name in dict.fromkeys(f"{resolve(n).__module__}:{resolve(n).__qualname__}" for n in case.covers
                                  if not is_compiled(n)):
            covering.setdefault(name, []).append(case)
    return covering


def chosen(functions: dict[str, list[Case]], modules: Iterable[str]) -> dict[str, list[Case]]:
    """The functions of these modules or packages; LookupError for a name under which there is none."""
    names = [(name, name.partition(":")[0] + ".") for name in functions]
    for module in modules:
        if not any(within.startswith(module + ".") for _, within in names):
            raise LookupError(f"no covered function is in {module!r}")
    return {name: functions[name] for name, within in names
            if any(within.startswith(module + ".") for module in modules)}


def changed_modules(since: str) -> set[str]:
    """The modules whose files differ from a revision's; ValueError for what git does not know."""
    answer = subprocess.run(["git", "diff", "--name-only", since], capture_output=True, text=True)
    if answer.returncode:
        raise ValueError(f"--changed is {since!r}: {answer.stderr.strip()}")
    return {name.removesuffix(".py").replace("/", ".") for name in answer.stdout.split() if name.endswith(".py")}


def faults_of(name: str) -> list[Mutant]:
    module, _, qualified = name.partition(":")
    return list(mutants(inspect.getsource(sys.modules[module]), qualified))


def numbered(names: Iterable[str], every: int = 1) -> list[tuple[str, int]]:
    """(function, number of its fault) of all faults, or of every so-many-th."""
    return [(name, number) for name in names for number in range(len(faults_of(name)))][every - 1 :: every]


def run(faults: Iterable[tuple[str, int]], functions: dict[str, list[Case]] | None = None) -> list[Outcome]:
    """What becomes of these faults; functions: covered_functions() where there is None."""
    functions, outcomes = functions or covered_functions(), []
    for name, of_name in groupby(faults, itemgetter(0)):
        mutants_of_name = faults_of(name)
        with empty_is_nan():
            for _, number in of_name:
                mutant = mutants_of_name[number]
                outcomes.append(Outcome(name, *mutant[:4], fate(mutant, name, functions[name])))
    return outcomes


def run_in_parts(faults: list[tuple[str, int]], workers: int) -> list[Outcome]:
    """run, in so many processes, each with every so-many-th fault; the outcomes in the faults' order."""
    if workers == 1:
        return run(faults)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(run, (faults[k::workers] for k in range(workers))))
    return [parts[k % workers][k // workers] for k in range(len(faults))]


def report(outcomes: list[Outcome]) -> str:
    names = list(dict.fromkeys(outcome.name for outcome in outcomes))
    width = max(map(len, names), default=len("all"))
    fates = ("caught", "crashed", "equivalent", "survived")
    lines = [f"{'op':<{width}}  mutants" + "".join(f"{fate:>12}" for fate in fates)]
    for name in [*names, "all"]:
        own = [outcome.fate for outcome in outcomes if name in ("all", outcome.name)]
        lines.append(f"{name:<{width}}  {len(own):7}" + "".join(f"{own.count(fate):12}" for fate in fates))
    lines += [f"equivalent in {name}: {before} -> {after}: {reason}" for name, before, after, reason in EQUIVALENT]
    lines += [f"SURVIVED {one.name} line {one.line} ({one.kind}): {one.before} -> {one.after}"
              for one in outcomes if one.fate == "survived"]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.derivatives.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE",
                        help="modules or packages, such as ref.layers (default: all)")
    parser.add_argument("--sample", type=int, default=1, metavar="K", help="only every K-th fault")
    parser.add_argument("--changed", metavar="REVISION",
                        help="every fault of the files that differ from this revision's")
    parser.add_argument("--most", type=int, metavar="M", help="no more than M of these faults, spread evenly")
    parser.add_argument("--without", nargs="*", default=[], metavar="NAME", help="leave out modules that begin so")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), metavar="W", help="processes")
    options = parser.parse_args(arguments)
    if any(os.environ.get(name) != value for name, value in PLAIN.items()):
        command = [sys.executable, "-m", "tests.derivatives.mutants",
                   *(sys.argv[1:] if arguments is None else arguments)]
        return subprocess.call(command, env={**os.environ, **PLAIN})
    functions = {name: cases for name, cases in covered_functions().items()
                 if not name.startswith(tuple(options.without))}
    try:
        changed = changed_modules(options.changed) if options.changed else set()
        sampled = chosen(functions, options.modules) if options.modules else functions
    except (LookupError, ValueError) as error:
        parser.error(str(error))
    for name in ("sample", "most", "workers"):
        if getattr(options, name) is not None and getattr(options, name) < 1:
            parser.error(f"--{name} is {getattr(options, name)} but must be at least 1")
    whole = [name for name in sampled if name.partition(":")[0] in changed]
    rest = [name for name in sampled if name not in whole]
    faults = numbered(whole) + numbered(rest, options.sample)
    step = -(-len(faults) // options.most) if options.most else 1
    start = time.perf_counter()
    outcomes = run_in_parts(faults[::step], options.workers)
    print(report(outcomes))
    share = "every fault" if options.sample == 1 else f"one fault in {options.sample}"
    print(f"every fault of {len(whole)} changed functions, {share} of {len(rest)} others"
          + (f", one in {step} of all these" if step > 1 else "") + f": {time.perf_counter() - start:.1f} s")
    return any(outcome.fate == "survived" for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(main())
