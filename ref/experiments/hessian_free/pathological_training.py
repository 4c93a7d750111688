"""One part of hf-pathological: one task, one method, one seed, trained until it is solved or its budget is spent."""

import numpy as np

from ref.batch import Batch
from ref.experiments.kernels import on_kernels
from ref.experiments.recording import FolderRecorder, measured
from ref.experiments.training import (
    ended,
    first_order,
    fresh_minibatches,
    held_out,
    outputs,
    processor_seconds,
)
from ref.hessian_free import HessianFree, fresh_sequences
from ref.losses import Masked
from ref.networks.elman_rnn import ElmanRNN
from ref.objective import Objective
from ref.parameters import Parameters
from ref.tasks.sequences.pathological import TASKS
from ref.tasks.sequences.sequence_task import SequenceTask
from ref.training.train import REACHED, train


def seeds_of(config: dict, job: dict) -> dict[str, int]:
    """method -> its number of seeds, for the methods that the job has."""
    methods = ("hf", "hf-plain", *config["grid"])
    seeds = {method: job["seeds"].get(method, job["seeds"]["first-order"]) for method in methods}
    return {method: n for method, n in seeds.items() if n}


def task_of(config: dict) -> SequenceTask:
    return TASKS[config["task"]](config["T"], np.dtype(config["dtype"]))


def objective_of(config: dict) -> Objective:
    """The network, compiled if asked, with the task's loss."""
    task = task_of(config)
    network = on_kernels(ElmanRNN(task.n_inputs, config["n_hidden"], task.n_outputs), config["kernels"])
    return Objective(network, Masked(task.loss), config["weight_decay"], config["chunk"])


def start(config: dict, objective: Objective) -> Parameters:
    rng = np.random.default_rng(config["part_seed"])
    return objective.network.init(rng, config["initialisation"], dtype=np.dtype(config["dtype"]))


def judge(task: SequenceTask, objective: Objective, theta: Parameters, batch: Batch) -> dict:
    """The fraction of wrong answers, and the loss without weight decay; all cases have equally many targets."""
    wrong, loss, N = 0.0, 0.0, objective.count(batch)
    for z, t, mask in outputs(objective.network, theta, batch, objective.chunk):
        wrong += task.wrong(z, t, mask) * z.shape[1] / N
        loss += objective.loss.value(z, t, mask) * z.shape[1] / N
    return {"wrong": wrong, "test_loss": loss}


def optimizer_of(config: dict):
    if not config["method"].startswith("hf"):
        return first_order(config["method"], config["rate"], config["momentum"])
    plain = {"structural": 0.0} if config["method"] == "hf-plain" else {}
    return HessianFree(preconditioner=None, rho="damped", **{**config["hf"], **plain})


def sequences_a_step(config: dict) -> int:
    """How many fresh sequences a step draws: for Hessian-free also those of backtracking and line search."""
    hessian_free = config["method"].startswith("hf")
    return (config["batches"] + 2) * config["sequences"] if hessian_free else config["minibatch"]


def train_part(config: dict, recorder: FolderRecorder) -> dict:
    """Train to the end; the result says where it stood at its last evaluation."""
    task, objective, seed = task_of(config), objective_of(config), config["part_seed"]
    test, hessian_free = held_out(task, seed, config["n_test"]), config["method"].startswith("hf")

    def sequences(step: int):
        return fresh_sequences(task, step, seed, config["sequences"], config["batches"])

    result = train(
        optimizer_of(config), objective, start(config, objective),
        sequences if hessian_free else fresh_minibatches(task, seed, config["minibatch"]), n_steps=10**7,
        evaluate=lambda theta: judge(task, objective, theta, test),
        evaluate_every=1 if hessian_free else config["evaluate_every"],
        until=lambda evaluation: evaluation["wrong"] < task.threshold, max_gradient_equivalents=config["budget"],
        recorder=recorder, label=f"{config['task']} {config['T']} {config['method']}",
    )
    last = measured(result.rows, "wrong")[-1]
    return {"solved": result.stopped == REACHED, "wrong": last["wrong"], "test_loss": last["test_loss"],
            "rate": config["rate"], **ended(result), "sequences": result.step * sequences_a_step(config),
            "processor_seconds": processor_seconds(result)}
