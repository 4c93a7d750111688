"""ntm_threads: ntm on one thread and on two, each with half of the sequences; and ntm's memory against the steps.

Two threads need two cores that are otherwise idle, and the wall clock.  Memory is the peak of what a call allocates,
with the cached activations for the product; it must grow with T and no faster.
"""

import os

from benchmarks.compare import AGREEMENT, Settings
from benchmarks.report import Row, ratios, spread
from benchmarks.rounds import Program, require_agreement, take_turns
from benchmarks.workloads import ntm
from benchmarks.workloads.rnn_length import peak

FASTER, GROWTH = 1.6, 1.1
LENGTHS = (42, 84, 168, 336)
arrays, longhand = ntm.arrays, ntm.longhand


def two_threads(P, v, x, t):
    """ntm's program in a process that may use all cores; called before numba is loaded."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count()))
    os.environ["NUMBA_NUM_THREADS"] = "2"
    return ntm.longhand(P, v, x, t)


def threads(dtype: str, settings: Settings) -> tuple[list[Row], list[str]]:
    programs = [Program("ntm_threads", name, dtype) for name in ("longhand", "two_threads")]
    rows, notes = [], []
    for task in ntm.FLOPS:
        require_agreement(programs, task, ntm.NORMS[task], AGREEMENT[dtype])
        seconds = take_turns({program.name: (program, task) for program in programs}, settings.repeats, "wall")
        rows.append(ratios(f"{task} threads", dtype, "one thread / two", *seconds.values(), FASTER, ">="))
        notes.append(f"{task} {dtype}: seconds " + ", ".join(f"{name} {spread(values)}"
                                                             for name, values in seconds.items()))
    for program in programs:
        program.close()
    return rows, notes


def memory(dtype: str) -> tuple[list[Row], list[str]]:
    """The exponent of memory's growth between the shortest and the longest sequences."""
    import numpy as np

    rows, notes = [], []
    for task in ntm.FLOPS:
        peaks = []
        for T in LENGTHS:
            given = ntm.arrays(np.dtype(dtype), T)
            ntm.longhand(*given)[1][task]()  # compiles
            peaks.append(peak(lambda: ntm.longhand(*given)[1][task]()) / 2**20)
        growth = np.log(peaks[-1] / peaks[0]) / np.log(LENGTHS[-1] / LENGTHS[0])
        rows.append(Row(f"{task} length", dtype, "growth of MiB with T", [float(growth)], GROWTH))
        notes.append(f"{task} {dtype}: MiB " + ", ".join(f"T={T} {size:.1f}" for T, size in zip(LENGTHS, peaks)))
    return rows, notes


def run(settings: Settings):
    rows, notes = [], []
    for dtype in settings.dtypes:
        parts = [memory(dtype)]
        if (os.cpu_count() or 1) >= 2:
            parts.append(threads(dtype, settings))
        else:
            rows.append(Row("ntm_threads", dtype, "one thread / two", [], FASTER, ">="))
            notes.append("ntm_threads: NOT RUN: there is one core")
        for found, said in parts:
            rows += found
            notes += said
    return rows, notes
