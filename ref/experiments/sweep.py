"""A run in parts: independent trainings, each in a folder of its own, side by side in worker processes.

    def part(config, recorder):                           a function of a module: workers import it by its name
        return {"loss": train(..., recorder=recorder).rows[-1]["loss"]}

    results = sweep(part, {"adam-0.01": {...}, "adam-0.1": {...}}, folder, workers=2)

Any concurrent.futures executor will do: processes here, mpi4py.futures.MPIPoolExecutor on a cluster that shares its
files.  An experiment is handed the sweep bound to the run's folder and to that, as a `Sweep`:

    module.run(config, partial(sweep, folder=folder, executor=executor))
"""

import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ref.experiments.recording import FolderRecorder, share_done
from ref.experiments.run import RunError, finish, finished, open_folder
from ref.experiments.threads import threads_of_workers
from ref.files import write_atomically
from ref.validation import require_count

ERROR = "error.txt"
Part = Callable[[dict, FolderRecorder], dict | None]
Sweep = Callable[[Part, Mapping[str, dict]], dict[str, dict]]  # sweep(part, configs) of one run


class PartsFailed(RunError):
    """Some parts ended in an error.  results: name -> result of those that did not; errors: name -> one line."""

    def __init__(self, folder: Path, results: dict[str, dict], errors: dict[str, str]):
        self.results, self.errors = results, errors
        which = "\n".join(f"  {name}: {error}" for name, error in errors.items())
        super().__init__(f"{len(errors)} of {len(results) + len(errors)} parts of {folder} failed:\n{which}\n"
                         f"Each has an {ERROR} in its folder. The others are kept; resume the run to try these again.")


def sweep(part: Part, configs: Mapping[str, dict], folder, workers: int = 2, executor: Executor | None = None,
          threads: int = 1, progress: bool | None = None) -> dict[str, dict]:
    """Run part(config, recorder) for each name -> config in folder/NAME, and return name -> result.

    Parts that are finished are not run again; those begun go on from their checkpoints; one that fails leaves the
    others alone.
    workers: processes, of `threads` threads each; 0: one after the other in this process.  executor: used instead.
    progress: None shows one bar for all parts where the error stream is a terminal.
    Raises PartsFailed when all have ended and some failed; RunError, before any starts, for a folder of another
    configuration.
    """
    require_count("workers", workers, least=0)
    folder = Path(folder)
    for name, config in configs.items():
        if not re.fullmatch(r"[\w=+-][\w.=+-]*", name) or name == "figures":
            raise ValueError(f"{name!r} cannot be a part's name: that is made of letters, digits and . _ = + -, "
                             "and 'figures' is taken")
        open_folder(folder / name, config)

    outcomes = {name: run_part(part, config, folder / name) for name, config in configs.items()
                if (workers == 0 and executor is None) or finished(folder / name) is not None}
    waiting = {name: config for name, config in configs.items() if name not in outcomes}
    with ExitStack() as stack:
        if waiting and executor is None:
            stack.enter_context(threads_of_workers(threads))
            executor = stack.enter_context(_processes(min(workers, len(waiting))))
        futures = {name: executor.submit(run_part, part, config, folder / name) for name, config in waiting.items()}
        stack.callback(lambda: [future.cancel() for future in futures.values()])
        _watch(futures, len(outcomes), folder, progress)
        outcomes |= {name: _outcome(future) for name, future in futures.items()}

    results = {name: result for name, (result, error) in outcomes.items() if not error}
    errors = {name: error for name, (_, error) in outcomes.items() if error}
    if errors:
        raise PartsFailed(folder, results, errors)
    return results


def run_part(part: Part, config: dict, folder: Path) -> tuple[dict | None, str]:
    """Run one part in its folder, or take its result from there.  Return (result, "") or (None, the error)."""
    try:
        config = open_folder(folder, config)
        if finished(folder) is None:
            with FolderRecorder(folder) as recorder:
                finish(folder, part(config, recorder))
        (folder / ERROR).unlink(missing_ok=True)
        return finished(folder), ""
    except Exception as error:
        text = traceback.format_exc()
        try:
            write_atomically(folder / ERROR, lambda file: file.write(text.encode()))
        except OSError:  # the disk may be full, which may be the error itself: it is returned all the same
            pass
        return None, f"{type(error).__name__}: {error}"


def failed_parts(folder) -> dict[str, str]:
    """The parts of a run whose last attempt failed: name -> the last line of its error."""
    errors = sorted(Path(folder).glob(f"*/{ERROR}"))
    return {path.parent.name: path.read_text(encoding="utf-8").strip().splitlines()[-1] for path in errors}


@contextmanager
def _processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that end at once when this one is killed or interrupted: none writes beside a resumed run."""
    from multiprocessing import get_context

    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_end_when_closed, initargs=(theirs,))
    try:
        yield pool
        pool.shutdown()
    finally:
        ours.close()
        pool.shutdown(cancel_futures=True)
        theirs.close()


def _end_when_closed(pipe) -> None:
    """In a worker: end when the pipe's other end is closed, which the system does for a parent that was killed."""
    from multiprocessing import connection

    def watch() -> None:
        connection.wait([pipe])
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt from the keyboard reaches all: the parent decides
    threading.Thread(target=watch, daemon=True).start()


def _outcome(future: Future) -> tuple[dict | None, str]:
    try:
        return future.result()
    except BrokenExecutor:
        return None, "its worker process, or one beside it, was killed, perhaps for want of memory"
    except Exception as error:  # the part never started: its function or configuration could not be sent to a worker
        return None, f"{type(error).__name__}: {error}"


def _watch(futures: dict[str, Future], before: int, folder: Path, progress: bool | None) -> None:
    """Wait for all parts, with one bar that reads from their folders how far they are."""
    from tqdm import tqdm

    show = sys.stderr.isatty() if progress is None else progress
    form = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
    total = before + len(futures)
    with tqdm(total=total, initial=before, desc=folder.name, delay=2, disable=not show, bar_format=form) as bar:
        pending = set(futures.values())
        while pending:
            pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED).not_done
            shares = [1.0 if future.done() else share_done(folder / name) for name, future in futures.items()]
            bar.set_postfix_str(f"{total - len(pending)} of {total} parts", refresh=False)
            bar.update(before + sum(shares) - bar.n)
