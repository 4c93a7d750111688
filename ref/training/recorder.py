"""What the training loop writes down, and to whom: rows of metrics, timings beside them, and checkpoints.

A recorder is anything with the four methods of `Recorder`; `Memory` keeps everything in memory, ref.experiments has
one that keeps it in a folder.  The loop never asks a recorder for more, so that training needs no files.
"""

from typing import NamedTuple, Protocol

import numpy as np

Array = np.ndarray
Row = dict


class Checkpoint(NamedTuple):
    """Where training stands: all that it needs to go on as if it had never stopped."""

    theta: Array  # (P,)
    state: dict  # the optimiser's: a flat dict of arrays and numbers
    step: int = 0  # steps taken
    rows: int = 0  # rows of metrics that belong to these steps
    gradient_equivalents: float = 0.0  # spent so far
    seconds: float = 0.0  # spent in steps so far
    stopped: str = ""  # why training ended; "" while it has not


class Recorder(Protocol):
    def load(self) -> Checkpoint | None:
        """The last checkpoint saved, or None; and forget every row beyond it."""

    def append(self, row: Row, timing: Row) -> None:
        """Keep a step's row, and apart from it what differs from run to run: seconds and the like."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep the checkpoint in place of the last one."""

    def rows(self) -> list[Row]:
        """All rows so far, each with its timing."""


class Memory:
    """A recorder in memory: training ends with the process that runs it."""

    def __init__(self):
        self.checkpoint: Checkpoint | None = None
        self._rows: list[Row] = []

    def load(self) -> Checkpoint | None:
        del self._rows[self.checkpoint.rows if self.checkpoint else 0 :]
        return self.checkpoint

    def append(self, row: Row, timing: Row) -> None:
        self._rows.append({**row, **timing})

    def save(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint

    def rows(self) -> list[Row]:
        return list(self._rows)
