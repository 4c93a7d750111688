"""The training loop that all experiments share.

    theta, state, report = optimizer.step(theta, state, objective, batches(step))      until something stops it

One row of metrics a step; evaluations and checkpoints now and then; budgets in steps, seconds and gradient-equivalents.
Everything but the seconds depends on the arguments alone: training that was killed and starts again from its last
checkpoint writes the same rows and ends at the same parameters, bit for bit (unless a budget of seconds ends it).
"""

import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any, NamedTuple

import numpy as np

from ref.parameters import Parameters
from ref.training.budgets import Budgets
from ref.training.recorder import Checkpoint, Memory, Recorder, Row
from ref.validation import require_count, require_floats, require_number

REACHED = "reached"  # until() held of an evaluation
NOT_FINITE = ("loss not finite", "parameters not finite")  # the reasons of an early end
BAR_AFTER = 2.0  # seconds


class Result(NamedTuple):
    theta: Parameters
    state: dict
    step: int
    gradient_equivalents: float
    seconds: float  # in the optimiser's steps and their batches; evaluations and checkpoints do not count
    stopped: str  # one of BUDGETS, REACHED or NOT_FINITE
    rows: list[Row]


def train(
    optimizer,
    objective,
    theta: Parameters,
    batches: Callable[[int], Any],
    n_steps: int,
    *,
    evaluate: Callable[[Parameters], dict] | None = None,
    evaluate_every: int = 1,
    until: Callable[[dict], bool] | None = None,
    max_seconds: float | None = None,
    max_gradient_equivalents: float | None = None,
    recorder: Recorder | None = None,
    checkpoint_every: int | None = None,
    checkpoint_seconds: float = 30.0,
    progress: bool | None = None,
    label: str = "",
) -> Result:
    """Train from theta, or go on from the recorder's checkpoint.

    batches          step -> batch, a function of the step's number alone: 0, 1, ...
    evaluate         theta -> numbers for the row; called at the start, every evaluate_every steps, and at the end
    until            an evaluation -> whether training has reached what it was for, and ends; asked from step 1 on
    max_...          budgets; the step that spends the rest of one is the last
    recorder         None: rows and checkpoints stay in memory
    checkpoint_...   a checkpoint every so many steps, if given, and whenever so many seconds have passed since the last
    progress         whether to show a bar once two seconds have passed; None: where the error stream is a terminal
                     and no parent process has a bar of its own

    A row holds "step", the report, the evaluation, and "gradient_equivalents" spent in all (the step's own are
    "step_gradient_equivalents"); its timing "seconds" spent in all, "step_seconds", "step_processor_seconds" (of all
    threads; they do not grow on a busy machine), and "done", the share of the budget spent.  The last row has
    "stopped", the reason.  A loss or parameters that are not finite end training; the result is then the last state
    that was still good: before the parameters that are not finite, or before those whose loss is not.  Training that
    had already ended is not taken up again: its result is returned as it is.

    >>> import numpy as np
    >>> from ref import Adam, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(Adam(0.01), objective, theta, same_batch(batch), n_steps=50)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    >>> result.stopped, result.step, len(result.rows)
    ('steps', 50, 50)
    """
    if until and not evaluate:
        raise ValueError("until judges evaluations, but evaluate is None")
    budgets = Budgets(n_steps, max_seconds, max_gradient_equivalents)
    require_count("evaluate_every", evaluate_every)
    if checkpoint_every is not None:
        require_count("checkpoint_every", checkpoint_every)
    require_number("checkpoint_seconds", checkpoint_seconds, least=0)

    recorder = Memory() if recorder is None else recorder
    now = _start(optimizer, theta, evaluate, recorder)
    before = now  # a step earlier: its loss is known to be finite, which that of `now` is not yet
    saved_step, saved_at = now.step, perf_counter()
    with _bar(progress, label) as bar:
        while not now.stopped:
            new, report, timing = _one_step(optimizer, theta, objective, batches, now)
            new = _judged(new, report, now, before, budgets)
            evaluation, fraction = {}, budgets.fraction(new._replace(step=now.step + 1))
            if evaluate and new.stopped not in NOT_FINITE and (new.stopped or new.step % evaluate_every == 0):
                evaluation = evaluate(theta.like(new.theta))
                if until and until(evaluation):
                    new = new._replace(stopped=REACHED)
            row, measured = _row(now.step + 1, report, new)
            recorder.append(_joined(row, evaluation), {**measured, **timing, "seconds": new.seconds, "done": fraction})
            before, now = now, new
            bar.set_postfix_str(f"step {row['step']}, loss {report['loss']:.4g}", refresh=False)
            bar.update(fraction - bar.n)

            due = checkpoint_every and before.step > saved_step and before.step % checkpoint_every == 0
            if now.stopped:
                recorder.save(now)
            elif due or perf_counter() - saved_at >= checkpoint_seconds:
                recorder.save(before)
                saved_step, saved_at = before.step, perf_counter()
    theta = theta.like(now.theta)
    return Result(theta, now.state, now.step, now.gradient_equivalents, now.seconds, now.stopped, recorder.rows())


def _start(optimizer, theta: Parameters, evaluate: Callable | None, recorder: Recorder) -> Checkpoint:
    """The recorder's checkpoint, or the first one, from theta, with the evaluation there as its row."""
    now = recorder.load()
    if now is None:
        require_floats("theta", theta.vector)
        now = Checkpoint(theta.vector, optimizer.init(theta))
        if evaluate:
            recorder.append({"step": 0, "gradient_equivalents": 0.0, **evaluate(theta)}, {"seconds": 0.0, "done": 0.0})
            now = now._replace(rows=1)
    elif (now.theta.shape, now.theta.dtype) != (theta.vector.shape, theta.dtype):
        raise ValueError(f"the checkpoint's parameters are {now.theta.shape} {now.theta.dtype} "
                         f"but theta is {theta.vector.shape} {theta.dtype}: it belongs to another network or dtype")
    return now


def _one_step(optimizer, theta: Parameters, objective, batches: Callable, now: Checkpoint) -> tuple[Checkpoint, dict,
                                                                                                    Row]:
    """Where a step leads, its report, and what it took."""
    began, worked = perf_counter(), process_time()
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite ends training: _judged
        after, state, report = optimizer.step(theta.like(now.theta), now.state, objective, batches(now.step))
    took, worked = perf_counter() - began, process_time() - worked
    new = Checkpoint(after.vector, state, now.step + 1, now.rows + 1,
                     now.gradient_equivalents + report["gradient_equivalents"], now.seconds + took)
    return new, report, {"step_seconds": took, "step_processor_seconds": worked}


def _judged(new: Checkpoint, report: dict, now: Checkpoint, before: Checkpoint, budgets: Budgets) -> Checkpoint:
    """The new checkpoint with the reason to stop, if there is one: back at the last good state where it is no good end.

    The report's loss is that at `now`: where it is not finite, `before` was the last good one.
    """
    if not np.isfinite(report["loss"]):
        return new._replace(theta=before.theta, state=before.state, step=before.step, stopped=NOT_FINITE[0])
    if not np.isfinite(new.theta).all():
        return new._replace(theta=now.theta, state=now.state, step=now.step, stopped=NOT_FINITE[1])
    return new._replace(stopped=budgets.spent(new))


def _row(step: int, report: dict, new: Checkpoint) -> tuple[Row, Row]:
    """The step's row and its timing: of the report, what is measured in seconds."""
    row, timing = {"step": step}, {}
    for name, value in report.items():
        if name == "seconds" or name.endswith("_seconds"):
            timing["step_seconds" if name == "seconds" else name] = value
        else:
            row["step_gradient_equivalents" if name == "gradient_equivalents" else name] = value
    row["gradient_equivalents"] = new.gradient_equivalents
    if new.stopped:
        row["stopped"] = new.stopped
    return row, timing


def _joined(row: Row, evaluation: dict) -> Row:
    twice = sorted(row.keys() & evaluation.keys())
    if twice:
        raise ValueError(f"evaluate gives {', '.join(twice)}, which the row has already: give it another name")
    return {**row, **evaluation}


def _bar(progress: bool | None, label: str):
    """A bar of the budget's share spent."""
    from multiprocessing import parent_process

    from tqdm import tqdm

    show = sys.stderr.isatty() and parent_process() is None if progress is None else progress
    form = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
    return tqdm(total=1.0, desc=label or "training", delay=BAR_AFTER, disable=not show, bar_format=form)
