"""rnn_threads: the network of rnn on one thread and on two, each thread with half of the sequences.

Two threads need two cores that are otherwise idle, and the wall clock.
"""

import os

from benchmarks.compare import AGREEMENT, Settings
from benchmarks.report import Row, ratios, spread
from benchmarks.rounds import Program, require_agreement, take_turns
from benchmarks.workloads import rnn

LIMIT = 1.6
arrays, longhand = rnn.arrays, rnn.longhand


def two_threads(P, v, x, t):
    """rnn's program in a process that may use all cores; called before numba is loaded."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count()))
    os.environ["NUMBA_NUM_THREADS"] = "2"
    return rnn.longhand(P, v, x, t)


def run(settings: Settings):
    if (os.cpu_count() or 1) < 2:
        return [Row("rnn_threads", "float64", "one thread / two", [], LIMIT,
                    ">=")], ["rnn_threads: NOT RUN: there is one core"]
    rows, notes = [], []
    for dtype in settings.dtypes:
        programs = [Program("rnn_threads", name, dtype) for name in ("longhand", "two_threads")]
        for task in rnn.FLOPS:
            require_agreement(programs, task, rnn.NORMS[task], AGREEMENT[dtype])
            seconds = take_turns({program.name: (program, task) for program in programs}, settings.repeats, "wall")
            rows.append(ratios(f"{task} threads", dtype, "one thread / two", *seconds.values(), LIMIT, ">="))
            notes.append(f"{task} {dtype}: seconds " + ", ".join(f"{name} {spread(values)}" for name,
                                                                 values in seconds.items()))
        for program in programs:
            program.close()
    return rows, notes
