"""Plant faults in every derivative and run its cases: each fault must be caught.  `make mutants` prints the table.

    python -m tests.derivatives.mutants                                 all of them
    python -m tests.derivatives.mutants ref.layers ref.losses           those of these modules
    python -m tests.derivatives.mutants --sample 10 --changed HEAD~20   every tenth, and all of the files changed since
"""

import argparse
import inspect
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import NamedTuple

import numpy as np

from ref.checks import CheckFailure
from tests.derivatives.cases import CASES
from tests.derivatives.cases.case import Case
from tests.derivatives.completeness import is_compiled, resolve
from tests.derivatives.mutations import Mutant, mutants

EITHER_SIGN = "A and -A are factors of the same A A'"
SQUARED = "only its square is used"
SHIFT = "softmax(x) = softmax(x + c): the shift only prevents overflow, which tests/foundation holds at |z| = 1e4"
RATIO = "the same factor stands in numerator and denominator"
TURNED = "the rows in another order, counted from the last: each once all the same"
LARGER = "only which of the two is larger is used"
AT_ONCE = "how many steps' rows are summed at once changes the time, not the sum"
BETWEEN = "the middle one of -clip, ds and clip, however they are given"

# Mutants that compute the same: (function, before, after, reason).  A mutant that is not listed here must be killed.
EQUIVALENT = [
    ("ref.vectors:add_product", "len(total)", "len(total) + 1", "a block that starts at the end is empty"),
    ("ref.layers.softmax:forward", "np.exp(x - x.max(axis=-1, keepdims=True))",
     "1.0001 * np.exp(x - x.max(axis=-1, keepdims=True))", RATIO),
    ("ref.layers.softmax:forward", "np.exp(x - x.max(axis=-1, keepdims=True))",
     "-np.exp(x - x.max(axis=-1, keepdims=True))", RATIO),
    ("ref.layers.softmax:forward", "x - x.max(axis=-1, keepdims=True)", "x + x.max(axis=-1, keepdims=True)", SHIFT),
    ("ref.layers.softmax:forward", "x - x.max(axis=-1, keepdims=True)", "x", SHIFT),
    ("ref.losses.softmax_cross_entropy:value", "largest = z.max(axis=-1, keepdims=True)",
     "largest = 1.0001 * z.max(axis=-1, keepdims=True)", SHIFT),
    ("ref.layers.oplu:forward", "x", "1.0001 * x", LARGER),
    ("ref.layers.oplu:_exchanged", "x = x.reshape(v.shape)", "x = 1.0001 * x.reshape(v.shape)", LARGER),
    *((f"ref.layers.{op}:backward", f"np.clip({ds}, -clip, clip, out={ds})", f"np.clip(-clip, {ds}, clip, out={ds})",
       BETWEEN)
      for op, ds in (("elman", "ds[t]"), ("lstm", "ds[t]"), ("lstm", "dso"))),
    ("ref.losses.squared_error:value", "z - t", "-(z - t)", SQUARED),
    ("ref.losses.logistic_squared_error:value", "prediction(z) - t", "-(prediction(z) - t)", SQUARED),
    ("ref.losses.logistic_squared_error:gauss_newton_product", "p * (1 - p)", "-(p * (1 - p))", SQUARED),
    ("ref.losses.logistic_squared_error:gauss_newton_product", "1 - p", "-(1 - p)", SQUARED),
    ("ref.losses.logistic_squared_error:mean_curvature", "p * (1 - p)", "-(p * (1 - p))", SQUARED),
    ("ref.losses.logistic_squared_error:mean_curvature", "1 - p", "-(1 - p)", SQUARED),
    ("ref.hessian_free.kfac.kronecker:with_ones", "np.hstack([y, np.ones((len(y), 1), y.dtype)])",
     "-np.hstack([y, np.ones((len(y), 1), y.dtype)])", SQUARED),
    ("ref.hessian_free.kfac.kronecker:paired", "len(factors) // 2", "-(len(factors) // 2)",
     "of 2L entries the first L end, and the last L begin, at -L too"),
    ("ref.hessian_free.kfac.kflr:kflr_blocks", "np.eye(z.shape[1], dtype=z.dtype)",
     "-np.eye(z.shape[1], dtype=z.dtype)", EITHER_SIGN),
    ("ref.hessian_free.kfac.kflr:kflr_blocks", "np.broadcast_to(e, z.shape)", "-np.broadcast_to(e, z.shape)",
     EITHER_SIGN),
    *((f"ref.losses.{loss}:curvature_factor", factor, negated, EITHER_SIGN) for loss, factor, negated in (
        ("squared_error", "xi / len(z) ** 0.5", "-(xi / len(z) ** 0.5)"),
        ("squared_error", "len(z) ** 0.5", "-len(z) ** 0.5"),
        ("logistic_cross_entropy", "np.sqrt(p * (1 - p) / len(z)) * xi", "-(np.sqrt(p * (1 - p) / len(z)) * xi)"),
        ("logistic_cross_entropy", "np.sqrt(p * (1 - p) / len(z))", "-np.sqrt(p * (1 - p) / len(z))"),
        ("softmax_cross_entropy", "np.sqrt(p)", "-np.sqrt(p)"),
        ("softmax_cross_entropy", "(root * xi - p * _sum(root * xi)) * np.sqrt(_sum(t) / len(z))",
         "-((root * xi - p * _sum(root * xi)) * np.sqrt(_sum(t) / len(z)))"),
        ("softmax_cross_entropy", "root * xi - p * _sum(root * xi)", "-(root * xi - p * _sum(root * xi))"),
        ("softmax_cross_entropy", "np.sqrt(_sum(t) / len(z))", "-np.sqrt(_sum(t) / len(z))"),
        ("logistic_squared_error", "p * (1 - p) * xi / len(z) ** 0.5", "-(p * (1 - p) * xi / len(z) ** 0.5)"),
        ("logistic_squared_error", "p * (1 - p) * xi", "-(p * (1 - p) * xi)"),
        ("logistic_squared_error", "p * (1 - p)", "-(p * (1 - p))"),
        ("logistic_squared_error", "1 - p", "-(1 - p)"),
        ("logistic_squared_error", "len(z) ** 0.5", "-len(z) ** 0.5"),
    )),
    ("ref.objective:Objective.value", "self.chunk // 4", "-(self.chunk // 4)",
     "the size of a chunk changes memory, not the value"),
    ("ref.objective:Objective.curvature_diagonal", "np.array([-1, 1], z.dtype)", "-np.array([-1, 1], z.dtype)",
     "the same two signs, each as likely"),
    *((f"ref.orthogonality.soft_constraints:SoftOrthogonality.{name}", "_r_gap(W, RW)", "_r_gap(RW, W)",
       "RWᵀW + WᵀRW either way")
      for name in ("hessian_product", "gauss_newton_product")),
    ("ref.orthogonality.probes:gradient_norms", "loss.gradient(z[-1], t[-1]) * x.shape[1]",
     "-(loss.gradient(z[-1], t[-1]) * x.shape[1])", "a norm does not know the sign"),
    *((f"numba_kernels.cpu.lstm_loops:{name}", "ROWS // N", "-(ROWS // N)", AT_ONCE)
      for name in ("backward_cases", "r_backward_cases")),
    *((f"numba_kernels.cpu.in_place:{name}", "n", "n - 1", TURNED) for name in ("add_to_rows", "add_rows")),
    *((f"numba_kernels.cpu.ntm_rows:{name}", "i", "i - 1", TURNED)
      for name in ("total_of", "fill", "subtract", "scale")),
    *(("numba_kernels.cpu.ntm_rows:subtract", "x[i] -= a", other, SHIFT)
      for other in ("pass", "x[i] += a", "x[i] -= 1.0001 * a")),
    *((f"numba_kernels.cpu.{name}", f"total = {a}.dtype.type(0)", f"total = 1.0001 * {a}.dtype.type(0)", "zero")
      for name, a in (("ntm_rows:dot", "a"), ("ntm_rows:total_of", "a"), ("ntm_memory:compare_row_backward", "m"))),
    ("numba_kernels.cpu.ntm_heads:backward_step", "0", "0 + 1", "another row of memory that may be written over"),
    ("numba_kernels.cpu.ntm_rows:softmax", "subtract(x, largest(x))", "pass", SHIFT),
]


# The kernels as plain Python, so that faults can be planted there too; their cases are taken in four parts.
PLAIN = {"NUMBA_DISABLE_JIT": "1", "NUMBA_NUM_THREADS": "4"}


class Outcome(NamedTuple):
    name: str
    mutant: Mutant
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


def run(functions: dict[str, list[Case]], every: int = 1) -> Iterator[Outcome]:
    """All mutants of the functions, or every so-many-th."""
    number = 0
    for name, cases in functions.items():
        for mutant in mutants(inspect.getsource(sys.modules[name.partition(":")[0]]), name.partition(":")[2]):
            number += 1
            if number % every == 0:
                yield Outcome(name, mutant, fate(mutant, name, cases))


def report(outcomes: list[Outcome]) -> str:
    names = list(dict.fromkeys(outcome.name for outcome in outcomes))
    width = max(map(len, names), default=len("all"))
    fates = ("caught", "crashed", "equivalent", "survived")
    lines = [f"{'op':<{width}}  mutants" + "".join(f"{fate:>12}" for fate in fates)]
    for name in [*names, "all"]:
        own = [outcome.fate for outcome in outcomes if name in ("all", outcome.name)]
        lines.append(f"{name:<{width}}  {len(own):7}" + "".join(f"{own.count(fate):12}" for fate in fates))
    lines += [f"equivalent in {name}: {before} -> {after}: {reason}" for name, before, after, reason in EQUIVALENT]
    lines += [f"SURVIVED {name} line {mutant.line} ({mutant.kind}): {mutant.before} -> {mutant.after}"
              for name, mutant, fate in outcomes if fate == "survived"]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.derivatives.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE",
                        help="modules or packages, such as ref.layers (default: all)")
    parser.add_argument("--sample", type=int, default=1, metavar="K", help="only every K-th fault")
    parser.add_argument("--changed", metavar="REVISION",
                        help="every fault of the files that differ from this revision's")
    options = parser.parse_args(arguments)
    if any(os.environ.get(name) != value for name, value in PLAIN.items()):
        command = [sys.executable, "-m", "tests.derivatives.mutants",
                   *(sys.argv[1:] if arguments is None else arguments)]
        return subprocess.call(command, env={**os.environ, **PLAIN})
    functions = covered_functions()
    try:
        changed = changed_modules(options.changed) if options.changed else set()
        sampled = chosen(functions, options.modules) if options.modules else functions
    except (LookupError, ValueError) as error:
        parser.error(str(error))
    if options.sample < 1:
        parser.error(f"--sample is {options.sample} but must be at least 1")
    whole = {name: cases for name, cases in sampled.items() if name.partition(":")[0] in changed}
    rest = {name: cases for name, cases in sampled.items() if name not in whole}
    start = time.perf_counter()
    with empty_is_nan():
        outcomes = [*run(whole), *run(rest, options.sample)]
    print(report(outcomes))
    share = "every fault" if options.sample == 1 else f"one fault in {options.sample}"
    print(f"every fault of {len(whole)} changed functions, {share} of {len(rest)} others: "
          f"{time.perf_counter() - start:.1f} s")
    return any(outcome.fate == "survived" for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(main())
