"""One part of a memory experiment: one network on one task, trained for some updates and tried on harder sequences.

A part's configuration holds the run's settings, what ref.experiments.memory.models and tasks need, and

    model           a name of ref.experiments.memory.models.MODELS
    forget_bias     where the forget gates' biases of an LSTM begin that controls a memory; a plain one has 1
    rate, falls     Adam's rate, and whether it falls to zero along a straight line
    clip            the largest norm of the gradient that Adam sees
    updates, minibatch, evaluate_every, part_seed
    goal            reached where so little is paid above the optimum, in bits a sequence
    n_validation, n_test, n_harder      how many sequences are held out of each kind;  chunk: how many run at once

Rows hold the minibatch's loss (per answered vector, in nats) and gradient norm at every update and, where the network
is evaluated, the measures of the validation sequences.  Test sequences are looked at once, after training, with the
parameters of the last update.
"""

import numpy as np

from ref.experiments.kernels import on_kernels
from ref.experiments.memory.models import MODELS, size
from ref.experiments.memory.tasks import TEST, VALIDATION, baseline, held_out, measures, task_of
from ref.experiments.recording import FolderRecorder, measured
from ref.experiments.training import ended, fresh_minibatches, processor_seconds
from ref.losses import Masked
from ref.networks.memory_rnn import MemoryRNN
from ref.objective import Objective
from ref.optimizers import Adam, Annealed, Clipped, falling
from ref.parameters import Parameters
from ref.training.train import train


def network_of(config: dict):
    """The network, compiled if asked."""
    task = task_of(config)
    return on_kernels(MODELS[config["model"]].make((task.n_inputs, task.n_outputs), config), config["kernels"])


def start(config: dict, network) -> Parameters:
    """Of the seed.  A controller that forgets has to use its memory, which a plain LSTM does not have."""
    own = {"forget_bias": config["forget_bias"]} if isinstance(network, MemoryRNN) else {}
    return network.init(np.random.default_rng(config["part_seed"]), dtype=np.dtype(config["dtype"]), **own)


def optimizer_of(config: dict) -> Clipped:
    rate = config["rate"]
    return Clipped(Annealed(Adam, falling(rate, config["updates"])) if config["falls"] else Adam(rate), config["clip"])


def train_part(config: dict, recorder: FolderRecorder) -> dict:
    """Train to the end; the result says where it stood there, on all that was held out."""
    task, network = task_of(config), network_of(config)
    validation = held_out(config, VALIDATION, config["n_validation"])
    result = train(
        optimizer_of(config), Objective(network, Masked(task.loss, "targets")),
        start(config, network), fresh_minibatches(task, config["part_seed"], config["minibatch"]),
        n_steps=config["updates"], evaluate=lambda theta: measures(config, network, theta, validation),
        evaluate_every=config["evaluate_every"], recorder=recorder, label=f"{config['task']} {config['model']}",
    )
    rows = measured(result.rows, "excess")
    tests = {TEST: config["n_test"], **dict.fromkeys(config["harder"], config["n_harder"])}
    found = {which: {**measures(config, network, result.theta, held_out(config, which, n)),
                     "baseline": baseline(config, which)} for which, n in tests.items()}
    return {"tests": found, VALIDATION: rows[-1]["excess"], "reached": reached(config, rows), "rate": config["rate"],
            "n_hidden": network.sizes[1], "n_parameters": size(network), **ended(result),
            "processor_seconds": processor_seconds(result)}


def reached(config: dict, rows: list[dict]) -> int | None:
    """How many sequences had been seen at the first evaluation at the goal."""
    return next((row["step"] * config["minibatch"] for row in rows if row["excess"] < config["goal"]), None)
