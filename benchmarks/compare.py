"""Our program beside the peers' and beside a plain matrix product, for every task of a workload."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

from benchmarks.report import Row, ratios, spread
from benchmarks.rounds import Program, require_agreement, take_turns
from benchmarks.workloads import gemm

AGREEMENT = {"float64": 1e-10, "float32": 1e-4}  # of fingerprints, relative to the norm


class Settings(NamedTuple):
    dtypes: tuple[str, ...]
    repeats: int
    clock: str  # "wall" or "processor"
    peers_python: str  # the interpreter that runs the peers' programs


class Limits(NamedTuple):
    """At most these multiples of the peers' times, and at least this share of the matrix product's rate."""

    peers: Mapping[str, float]
    gemm: float | None = None


def compare(workload: str, flops: Mapping[str, int], norms: Mapping[str, float], peers: tuple[str, ...],
            limits: Mapping[tuple[str, str], Limits], settings: Settings) -> tuple[list[Row], list[str]]:
    """Rows and notes for every dtype and task.  Raises ValueError where a program's result is not the others'.

    flops   task -> floating-point operations of the matrix products that it cannot do without
    norms   task -> the norm of its result, where it is known
    peers   names of the peers' programs in the workload's file; ours is `longhand`
    limits  (task, dtype) -> Limits, where there are any
    """
    rows, notes = [], []
    for dtype in settings.dtypes:
        with ExitStack() as stack:

            def start(*arguments) -> Program:
                program = Program(*arguments)
                stack.callback(program.close)
                return program

            programs = [start(workload, "longhand", dtype)]
            programs += [start(workload, peer, dtype, settings.peers_python) for peer in peers]
            machine = start("gemm", "gemm", dtype)
            for program in programs:
                if program.missing:
                    notes.append(f"{workload} {dtype}: PEER NOT RUN: {program.name}: {program.missing} is not "
                                 f"installed")
            for task in flops:
                able = [program for program in programs if task in program.fingerprints]
                require_agreement(able, task, norms.get(task), AGREEMENT[dtype])
                turns = {program.name: (program, task) for program in able} | {"gemm": (machine, "gemm")}
                seconds = take_turns(turns, settings.repeats, settings.clock)
                rows += _rows(task, dtype, seconds, flops[task], limits.get((task, dtype), Limits({})))
                rate = gemm.FLOPS / seconds["gemm"] / 1e9
                notes.append(f"{task} {dtype}: norm {able[0].fingerprints[task][0]:.15g}; gemm {spread(rate)} GFLOP/s; "
                             f"seconds "
                             + ", ".join(f"{p.name} ({p.version}) {spread(seconds[p.name])}" for p in able))
    return rows, notes


def _rows(task: str, dtype: str, seconds: Mapping, flops: int, limit: Limits) -> list[Row]:
    ours = seconds["longhand"]
    rows = [ratios(task, dtype, f"time / {peer}", ours, theirs, limit.peers.get(peer))
            for peer, theirs in seconds.items() if peer not in ("longhand", "gemm")]
    rows += [Row(task, dtype, f"time / {peer}", [], limit.peers[peer]) for peer in limit.peers if peer not in seconds]
    least = seconds["gemm"] * (flops / gemm.FLOPS)  # what the products alone would take at gemm's rate
    return [*rows, ratios(task, dtype, "products at gemm's rate / time", least, ours, limit.gemm, ">=")]
