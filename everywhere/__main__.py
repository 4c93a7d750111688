"""python -m everywhere list | chapters | tests: see the package's docstring."""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, product
from pathlib import Path

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from chapters.build import execute, name_of, read_source, sources, tracebacks, usual_seconds
from everywhere.variants import Variant, by_name, two_unlike_this, variants

NUDGE = "from everywhere import nudge\nnudge.install()"


def failures(source: Path, variant: Variant) -> list[str]:
    """What fails in a chapter on a machine, as its tracebacks.  No notebook is written."""
    notebook = read_source(source)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(NUDGE, id="nudge"))
    try:
        execute(notebook, f"{name_of(source)} on {variant.name}", variant.environment)
    except (CellTimeoutError, DeadKernelError) as error:
        return [*tracebacks(notebook), str(error)]
    return tracebacks(notebook)


def run_chapters(work: list[tuple[Path, Variant]], jobs: int) -> int:
    """Chapters, each on a machine, some at a time; the number of the builds in which something fails.

    A chapter with two threads goes alone: two of them at a time wait for each other (chapter 3: 443 s in place of 110).
    """
    work = sorted(work, key=lambda one: usual_seconds(one[0]), reverse=True)
    minutes = sum(usual_seconds(source) for source, _ in work) / jobs / 60
    print(f"{len(work)} builds of chapters, {jobs} at a time: "
          f"about {minutes:.0f} minutes on two cores", flush=True)
    failed = {}

    def run(source: Path, variant: Variant) -> None:
        start = time.perf_counter()
        found = failures(source, variant)
        said = "\n".join(found) if found else "holds"
        print(f"{variant.name:12} {name_of(source):40} {time.perf_counter() - start:6.1f} s  {said}", flush=True)
        if found:
            failed[name_of(source), variant.name] = len(found)

    alone = [(source, variant) for source, variant in work if "OPENBLAS_NUM_THREADS" in variant.environment]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda one: run(*one), (one for one in work if one not in alone)))
    for one in alone:
        run(*one)
    print(f"{len(work) - len(failed)} of {len(work)} builds hold")
    for (chapter, variant), cells in failed.items():
        print(f"fails: {chapter} on {variant}, in {cells} cells")
    return len(failed)


def run_tests(machines: list[Variant], arguments: list[str]) -> int:
    """The test suite on every machine that differs by more than a nudge; the number of those on which it fails."""
    failed = []
    for variant in (machine for machine in machines if machine.nudge is None):
        print(f"== {variant.name}: {variant.environment}", flush=True)
        if subprocess.call([sys.executable, "-m", "pytest", "-q", *arguments], env=os.environ | variant.environment):
            failed.append(variant.name)
    print(f"fails on: {', '.join(failed)}" if failed else "holds on all of them")
    return len(failed)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m everywhere", description="This machine as other machines.")
    parser.add_argument("what", choices=("list", "chapters", "tests"))
    parser.add_argument("--machines", nargs="*", default=[], metavar="NAME",
                        help="only these (default: all that this one can be)")
    parser.add_argument("--in-turn", action="store_true",
                        help="each chapter on one of two that differ from this one, as in continuous integration")
    parser.add_argument("--chapters", nargs="*", default=[], metavar="NAME", help="only these chapters")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1),
                        help="chapters at a time (default %(default)s)")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.what != "tests":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    if options.what == "list":
        print(*(f"{variant.name:12} {variant.environment}" for variant in variants()), sep="\n")
        return 0
    there = {name_of(source): source for source in sources()}
    if unknown := [name for name in options.chapters if name not in there]:
        parser.error(f"no chapter {unknown[0]!r}; there are: {', '.join(there)}")
    try:
        machines = list(two_unlike_this()) if options.in_turn else by_name(options.machines)
    except LookupError as error:
        parser.error(str(error))
    if options.what == "tests":
        return min(run_tests(machines, rest), 1)
    wanted = [there[name] for name in options.chapters or there]
    work = zip(wanted, cycle(machines)) if options.in_turn else product(wanted, machines)
    return min(run_chapters(list(work), options.jobs), 1)


if __name__ == "__main__":
    sys.exit(main())
