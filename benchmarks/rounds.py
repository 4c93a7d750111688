"""Programs that take turns: the same task by each of them in alternating rounds."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]


class Program:
    """One program of a workload in a process of its own (benchmarks.worker).

    version       of the library that it runs on, or None where that is not installed
    fingerprints  task -> numbers that all correct programs agree on
    """

    def __init__(self, workload: str, name: str, dtype: str, python: str = sys.executable):
        self.name = name
        self.process = subprocess.Popen(
            [python, "-m", "benchmarks.worker", workload, name, dtype],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )
        answer = self._read()
        self.missing = answer.get("missing")
        self.version, self.fingerprints = answer.get("version"), answer.get("fingerprints", {})

    def seconds(self, task: str) -> tuple[float, float]:
        """Run the task; return its wall-clock and processor seconds."""
        self.process.stdin.write(task + "\n")
        self.process.stdin.flush()
        wall, processor = self._read()
        return wall, processor

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the program {self.name!r} ended with exit status {self.process.wait()}; its message "
                               f"stands above")
        return json.loads(line)


def take_turns(turns: dict[str, tuple[Program, str]], repeats: int, clock: str = "wall") -> dict[str, np.ndarray]:
    """turns: label -> program and task.  Return label -> (repeats,) seconds.

    Every second round goes backwards, so that no program always follows another.
    """
    seconds = {label: [] for label in turns}
    for k in range(repeats):
        for label in turns if k % 2 == 0 else reversed(turns):
            program, task = turns[label]
            wall, processor = program.seconds(task)
            seconds[label].append(wall if clock == "wall" else processor)
    return {label: np.array(values) for label, values in seconds.items()}


def require_agreement(programs: list[Program], task: str, norm: float | None, tolerance: float) -> None:
    """Raise ValueError where a result does not have the norm, or two programs' fingerprints differ: one computes
    something else.

    norm: None where it is not known beforehand.
    """
    first = programs[0].fingerprints[task]
    norm = first[0] if norm is None else norm
    for program in programs:
        got = program.fingerprints[task]
        if not abs(got[0] - norm) <= tolerance * norm:
            raise ValueError(f"{task}: the norm of {program.name}'s result is {got[0]!r} but must be {norm!r}")
        if not max(abs(a - b) for a, b in zip(got, first)) <= tolerance * norm:
            raise ValueError(f"{task}: {program.name}'s result has the fingerprint {got} but {programs[0].name}'s "
                             f"{first}")
