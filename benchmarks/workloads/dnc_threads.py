"""dnc_threads: the DNC of dnc on one thread and on two, each thread with half of the sequences.

Two threads need two cores that are otherwise idle, and the wall clock.
"""

import os

from benchmarks.compare import AGREEMENT, Settings
from benchmarks.report import Row, ratios, spread
from benchmarks.rounds import Program, require_agreement, take_turns
from benchmarks.workloads import dnc

LIMIT = 1.6
arrays, longhand = dnc.arrays, dnc.longhand


def two_threads(P, x, t):
    """dnc's program in a process that may use all cores; called before numba is loaded."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count()))
    os.environ["NUMBA_NUM_THREADS"] = "2"
    return dnc.longhand(P, x, t)


def run(settings: Settings):
    if (os.cpu_count() or 1) < 2:
        return [Row("dnc_threads", "float64", "one thread / two", [], LIMIT,
                    ">=")], ["dnc_threads: NOT RUN: there is one core"]
    rows, notes = [], []
    for dtype in settings.dtypes:
        programs = [Program("dnc_threads", name, dtype) for name in ("longhand", "two_threads")]
        for task in dnc.FLOPS:
            require_agreement(programs, task, dnc.NORMS.get(task), AGREEMENT[dtype])
            seconds = take_turns({program.name: (program, task) for program in programs}, settings.repeats, "wall")
            rows.append(ratios(f"{task} threads", dtype, "one thread / two", *seconds.values(), LIMIT, ">="))
            notes.append(f"{task} {dtype}: seconds " + ", ".join(f"{name} {spread(values)}" for name,
                                                                 values in seconds.items()))
        for program in programs:
            program.close()
    return rows, notes
