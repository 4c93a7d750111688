"""Training written to a folder, so that a killed run goes on where it stood.

    metrics.jsonl     a JSON object a step: the same bytes, however often the run was killed on its way
    timings.jsonl     seconds and the like, line for line beside it: they differ from run to run
    checkpoint.npz    parameters, optimiser state, counters, and how many of the lines belong to them

A row is written whole or, by a kill, in part; whatever comes after the checkpoint's lines is cut off when training
goes on, and written again.  Numbers that are not finite are null in the files and NaN when they are read.
"""

import json
import math
import os
import time
from pathlib import Path

import numpy as np

from ref.experiments.run import RunError
from ref.files import write_atomically
from ref.training.recorder import Checkpoint, Row

try:
    import fcntl
except ImportError:  # not on Windows: there nothing keeps two processes from one folder
    fcntl = None

METRICS, TIMINGS, CHECKPOINT = "metrics.jsonl", "timings.jsonl", "checkpoint.npz"


class FolderRecorder:
    """A recorder (ref.training.recorder) in an existing folder, for one process at a time:

        with FolderRecorder(folder) as recorder:
            train(..., recorder=recorder)

    Raises RunError where another process holds the folder for longer than `wait` seconds.
    """

    def __init__(self, folder, wait: float = 5.0):
        self.folder = Path(folder)
        self._files = {}
        try:
            for name in (METRICS, TIMINGS):
                self._files[name] = open(self.folder / name, "ab")
        except OSError as error:
            raise RunError(f"{self.folder} cannot be written: {error}") from error
        self._hold(wait)
        for left in self.folder.glob(f".{CHECKPOINT}.*.partial"):  # by a process killed while it wrote
            left.unlink(missing_ok=True)

    def __enter__(self) -> "FolderRecorder":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def load(self) -> Checkpoint | None:
        checkpoint = read_checkpoint(self.folder)
        rows = checkpoint.rows if checkpoint else 0
        ends = {name: _end_of_line(self.folder / name, rows) for name in self._files}
        for name, file in self._files.items():
            file.truncate(ends[name])
        return checkpoint

    def append(self, row: Row, timing: Row) -> None:
        for name, values in ((METRICS, row), (TIMINGS, timing)):
            line = json.dumps({key: _plain(key, value) for key, value in values.items()}, allow_nan=False)
            self._files[name].write(line.encode() + b"\n")
            self._files[name].flush()

    def save(self, checkpoint: Checkpoint) -> None:
        for file in self._files.values():
            os.fsync(file.fileno())  # the checkpoint must not outlive the rows that it counts
        write_checkpoint(self.folder, checkpoint)

    def rows(self) -> list[Row]:
        return read_rows(self.folder)

    def _hold(self, wait: float) -> None:
        until = time.monotonic() + wait
        while fcntl:
            try:
                return fcntl.flock(self._files[METRICS], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    self.close()
                    raise RunError(f"{self.folder} is being written by another process: "
                                   "wait until it has ended, or end it; then resume") from None
                time.sleep(0.05)
            except OSError:  # a file system that knows no locks
                return


def write_checkpoint(folder, checkpoint: Checkpoint) -> None:
    """Arrays go into the file as they are, Python's numbers through JSON: both come back as they were."""
    arrays, numbers = {"theta": checkpoint.theta}, {}
    for name, value in checkpoint.state.items():
        if isinstance(value, (np.ndarray, np.generic)) and not value.dtype.hasobject:
            arrays[f"state/{name}"] = np.asarray(value)
        elif value is None or isinstance(value, (bool, int, float, str)):
            numbers[name] = value
        else:
            raise TypeError(f"state[{name!r}] is a {type(value).__name__} but must be an array or a number")
    counters = {name: value for name, value in checkpoint._asdict().items() if name not in ("theta", "state")}
    arrays["numbers"] = np.array(json.dumps({"counters": counters, "state": numbers}))
    write_atomically(Path(folder) / CHECKPOINT, lambda file: np.savez(file, **arrays))


def read_checkpoint(folder) -> Checkpoint | None:
    """None where there is none yet.  Raises RunError where the file is damaged."""
    path = Path(folder) / CHECKPOINT
    try:
        with np.load(path, allow_pickle=False) as file:
            numbers = json.loads(str(file["numbers"]))
            state = {name.removeprefix("state/"): file[name] for name in file.files if name.startswith("state/")}
            state = {name: array[()] if array.ndim == 0 else array for name, array in state.items()}
            return Checkpoint(file["theta"], {**state, **numbers["state"]}, **numbers["counters"])
    except FileNotFoundError:
        return None
    except Exception as error:
        raise RunError(f"{path} cannot be read ({error}): it is damaged. Restore it from a copy, or delete it "
                       "to train from the first step again") from error


def read_rows(folder) -> list[Row]:
    """The rows, each with its timing; also of a run under way or killed.  Raises RunError where a line is not JSON."""
    metrics, timings = _lines(Path(folder) / METRICS), _lines(Path(folder) / TIMINGS)
    return [{**row, **timing} for row, timing in zip(metrics, timings)]


def measured(rows: list[Row], name: str) -> list[Row]:
    """The rows that have a value of this name: those after which the network was evaluated, for one."""
    return [row for row in rows if name in row]


def share_done(folder) -> float:
    """How much of its budget the training in this folder has spent, 0 to 1, as far as its last row says."""
    try:
        with open(Path(folder) / TIMINGS, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 1000))
            return min(1.0, float(json.loads(file.read().split(b"\n")[-2])["done"]))
    except (OSError, LookupError, ValueError):
        return 0.0


def _lines(path: Path) -> list[Row]:
    try:
        lines = path.read_bytes().split(b"\n")[:-1]  # what has no end of line yet is no row yet
    except FileNotFoundError:
        return []
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            rows.append({name: math.nan if value is None else value for name, value in row.items()})
        except (ValueError, AttributeError) as error:
            raise RunError(f"line {number} of {path} is not a row of metrics ({error}): restore the file from a copy, "
                           "or move its folder away to start anew") from error
    return rows


def _end_of_line(path: Path, number: int) -> int:
    """How many bytes the first `number` lines of the file have."""
    lines = path.read_bytes().split(b"\n")
    if len(lines) - 1 < number:
        raise RunError(f"{path} has {len(lines) - 1} rows but {CHECKPOINT} beside it counts {number}: rows were "
                       f"lost. Restore the file from a copy, or delete {CHECKPOINT} to train from the first step again")
    return sum(len(line) + 1 for line in lines[:number])


def _plain(name: str, value):
    """The value as JSON holds it."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(name, entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{name} is a {type(value).__name__} but a row of metrics holds numbers and text")
