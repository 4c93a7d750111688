"""One part of hf-pathological: one task, one method, one seed, trained until it is solved or its budget is spent."""

from importlib import import_module

import numpy as np

from ref.experiments.recording import FolderRecorder
from ref.experiments.run import RunError
from ref.hessian_free import HessianFree, fresh_sequences
from ref.losses import Masked
from ref.networks.elman_rnn import ElmanRNN
from ref.objective import Objective
from ref.optimizers.adam import Adam
from ref.optimizers.gradient_descent import GradientDescent
from ref.optimizers.nesterov import Nesterov
from ref.optimizers.schedules import rising
from ref.parameters import Parameters
from ref.tasks.sequences.pathological import TASKS
from ref.tasks.sequences.sequence_task import SequenceTask
from ref.training.train import REACHED, train

TEST, MINIBATCHES = 1, 2  # second entries of the random generators' seeds: no draw is used for two purposes


def task_of(config: dict) -> SequenceTask:
    return TASKS[config["task"]](config["T"], np.dtype(config["dtype"]))


def objective_of(config: dict) -> Objective:
    """The network, compiled if asked, with the task's loss.  Raises RunError for kernels that it has no twin in."""
    task = task_of(config)
    network = ElmanRNN(task.n_inputs, config["n_hidden"], task.n_outputs)
    if config["kernels"] == "cpu":
        import numba_kernels

        network = numba_kernels.accelerate(network)
    elif config["kernels"] != "numpy":
        raise RunError(f"kernels is {config['kernels']!r} but recurrent networks run on numpy or cpu")
    return Objective(network, Masked(import_module(f"ref.losses.{task.loss}")), config["weight_decay"], config["chunk"])


def start(config: dict, objective: Objective) -> Parameters:
    return objective.network.init(np.random.default_rng(config["part_seed"]), config["initialisation"], dtype=np.dtype(config["dtype"]))


def held_out_sequences(config: dict, n: int | None = None) -> tuple:
    """The seed's fixed test sequences, or the first call's worth of n."""
    return task_of(config).sample(np.random.default_rng([config["part_seed"], 0, TEST]), n or config["n_test"])


def judge(task: SequenceTask, objective: Objective, theta: Parameters, batch: tuple) -> dict:
    """The fraction of wrong answers, and the loss without weight decay; each case of a task has equally many targets."""
    wrong = loss = 0.0
    N, chunk = batch[0].shape[1], objective.chunk
    for start in range(0, N, chunk):
        x, t, mask = (array[:, start : start + chunk] for array in batch)
        z, _ = objective.network.forward(theta, x)
        wrong += task.wrong(z, t, mask) * x.shape[1] / N
        loss += objective.loss.value(z, t, mask) * x.shape[1] / N
    return {"wrong": wrong, "test_loss": loss}


def optimizer_of(config: dict):
    method, rate = config["method"], config["rate"]
    if method == "gradient-descent":
        return GradientDescent(rate)
    if method == "nesterov":
        return Nesterov(rate, rising(config["momentum"]))
    if method == "adam":
        return Adam(rate)
    options = {**config["hf"], "structural": 0.0} if method == "hf-plain" else config["hf"]
    return HessianFree(preconditioner=None, rho="damped", **options)


def sequences_a_step(config: dict) -> int:
    """How many fresh sequences a step draws: for Hessian-free also those of backtracking and line search."""
    return (config["batches"] + 2) * config["sequences"] if config["method"].startswith("hf") else config["minibatch"]


def train_part(config: dict, recorder: FolderRecorder) -> dict:
    """Train to the end; what it returns is where it stood at its last evaluation."""
    task, objective, seed = task_of(config), objective_of(config), config["part_seed"]
    held_out, hessian_free = held_out_sequences(config), config["method"].startswith("hf")

    def batches(step: int):
        if hessian_free:
            return fresh_sequences(task, step, seed, config["sequences"], config["batches"])
        return task.sample(np.random.default_rng([seed, step, MINIBATCHES]), config["minibatch"])

    result = train(
        optimizer_of(config), objective, start(config, objective), batches, n_steps=10**7,
        evaluate=lambda theta: judge(task, objective, theta, held_out), evaluate_every=1 if hessian_free else config["evaluate_every"],
        until=lambda evaluation: evaluation["wrong"] < task.threshold, max_gradient_equivalents=config["budget"],
        recorder=recorder, label=f"{config['task']} {config['T']} {config['method']}",
    )
    last = [row for row in result.rows if "wrong" in row][-1]
    return {"solved": result.stopped == REACHED, "wrong": last["wrong"], "test_loss": last["test_loss"], "rate": config["rate"],
            "stopped": result.stopped, "steps": result.step, "sequences": result.step * sequences_a_step(config),
            "gradient_equivalents": result.gradient_equivalents, "seconds": result.seconds,
            "processor_seconds": sum(row.get("step_processor_seconds", 0.0) for row in result.rows)}
