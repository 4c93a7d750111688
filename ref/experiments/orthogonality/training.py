"""One part of an orthogonality experiment: one recurrent network on one task, trained for some updates and probed.

A part's configuration holds the run's settings, and of its own

    task, T         a name of ref.experiments.orthogonality.tasks and its length
    network         "factorized" (margin: a number, or None), "elman", "geodesic" (an Elman network whose W takes Cayley
                    steps) or "lstm";  activation;  scheme: of the transition's start;  input_range: of U's
    rate            of RMSprop: of all that is not named below
    orthogonal_rate of the Cayley steps, on W_U and W_V or on W;  side: "left", or "wrong" as in the released code
    spectrum        {"method": "rmsprop" | "descent", "rate"} of W_p, divided by 2m where the margin is m > 0
    soft, prior     strengths λ of |WᵀW - I|² and γ of Σ (s - 1)²;  weight_decay of U, W and V
    updates, minibatch, clip, evaluate_every, part_seed

and, where they are needed, until_goal (true: training ends at the evaluation that reaches the task's goal) and
kept_back (ref.experiments.orthogonality.tasks).

Rows hold the minibatch's loss and gradient norm at every update and, where the network is evaluated, the held-out
"test_loss" and the task's own measures (with kept_ before their names, those of the cases kept back), of the
transition's singular values mean, spread, extremes and quantiles, and "through_time", the norm of dL_T/dh_t at some of
the steps t, L_T the loss of the last output.
"""

from functools import partial

import numpy as np

from ref.batch import Batch
from ref.experiments.kernels import on_kernels
from ref.experiments.orthogonality.tasks import (
    PROBE,
    at_goal,
    best,
    held_out,
    kept_back,
    measure_of,
    measures,
    reached,
    task_of,
)
from ref.experiments.recording import FolderRecorder, measured
from ref.experiments.run import RunError
from ref.experiments.training import fresh_minibatches, processor_seconds
from ref.losses import Masked
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.lstm_rnn import LSTMRNN
from ref.objective import Objective
from ref.optimizers import GradientDescent, PerParameter, RMSprop
from ref.orthogonality import (
    CayleyDescent,
    CompositeDecay,
    FactorizedRNN,
    GaussianPrior,
    Penalized,
    SoftOrthogonality,
    cayley_step,
    gradient_norms,
    renormalized,
    spectrum_summary,
    wrong_side_step,
)
from ref.parameters import Parameters
from ref.protocols import HasStateGradients
from ref.training.train import train

Array = np.ndarray
SIDES = {"left": cayley_step, "wrong": wrong_side_step}
SHOWN_STEPS = 60  # of the gradient through time


def network_of(config: dict):
    """The network, compiled if asked."""
    task = task_of(config)
    sizes, kind = (task.n_inputs, config["n_hidden"], task.n_outputs), config["network"]
    if kind == "factorized":
        network = FactorizedRNN(*sizes, config["margin"], config["activation"], task.outputs, clip=config["clip"])
    elif kind in ("elman", "geodesic"):
        network = ElmanRNN(*sizes, config["activation"], task.outputs, clip=config["clip"])
    elif kind == "lstm":
        network = LSTMRNN(*sizes, task.outputs, clip=config["lstm_clip"])
    else:
        raise RunError(f"network is {kind!r} but must be factorized, elman, geodesic or lstm")
    return on_kernels(network, config["kernels"])


def start(config: dict, network) -> Parameters:
    """What a seed begins with; input and output weights are the same in factorised and Elman networks."""
    rng, dtype = np.random.default_rng(config["part_seed"]), np.dtype(config["dtype"])
    if isinstance(network, LSTMRNN):
        return network.init(rng, dtype=dtype)
    if isinstance(network, FactorizedRNN):
        return network.init(rng, config["scheme"], input_range=config["input_range"], dtype=dtype)
    factorized = FactorizedRNN(*network.sizes, None, network.activation)
    like = factorized.init(rng, config["scheme"], input_range=config["input_range"], dtype=dtype)
    W, _ = factorized.transition(like)
    return Parameters.from_arrays({name: W if name == "W" else like[name] for name in network.shapes})


def objective_of(config: dict, network):
    """Mean loss over all targets, and the penalties, where there are any."""
    plain = Objective(network, Masked(task_of(config).loss, "targets"), chunk=config["chunk"])
    penalties = {name: [CompositeDecay(config["weight_decay"])] for name in ("U", "W", "V") if config["weight_decay"]}
    if config["soft"]:
        penalties.setdefault("W", []).append(SoftOrthogonality(config["soft"]))
    if config["prior"]:
        penalties["W_p"] = [GaussianPrior(config["prior"], config["margin"])]
    return Penalized(plain, penalties) if penalties else plain


def optimizer_of(config: dict):
    """The paper's: Cayley steps without momentum for the bases, RMSprop for all else."""
    others, cayley = RMSprop(config["rate"]), CayleyDescent(config["orthogonal_rate"], step=SIDES[config["side"]])
    if config["network"] == "geodesic":
        return PerParameter({("W",): cayley}, others)
    if config["network"] != "factorized":
        return others
    spectrum = {"rmsprop": RMSprop, "descent": GradientDescent}[config["spectrum"]["method"]]
    rate = renormalized(config["spectrum"]["rate"], config["margin"])
    return PerParameter({("W_U", "W_V"): cayley, ("W_p",): spectrum(rate)}, others)


def through_time(network, loss, theta: Parameters, x: Array, t: Array) -> dict:
    """The gradient's norm at SHOWN_STEPS of the steps 1 .. T, the last among them."""
    norms = gradient_norms(network, loss, theta, x, t)
    steps = np.unique(np.linspace(0, len(norms) - 1, SHOWN_STEPS).round().astype(int))
    return {"through_time": norms[steps].tolist(), "steps_shown": (steps + 1).tolist()}


def evaluate(config: dict, network, theta: Parameters, held: Batch, kept: Batch | None = None) -> dict:
    """The measures of the held-out cases and of those kept back, and the probes that the network has."""
    row = measures(config, network, theta, held)
    if kept is not None:
        row |= {f"kept_{name}": value for name, value in measures(config, network, theta, kept).items()}
    if isinstance(network, FactorizedRNN):
        row |= spectrum_summary(network.transition(theta)[0])
    elif isinstance(network, ElmanRNN):
        row |= spectrum_summary(theta["W"])
    if isinstance(network, HasStateGradients):
        row |= through_time(network, task_of(config).loss, theta, *(array[:, :PROBE] for array in held[:2]))
    return row


def train_part(config: dict, recorder: FolderRecorder) -> dict:
    """Train to the end; the result says where it stood at its last evaluation, and at its best."""
    task, network, measure = task_of(config), network_of(config), measure_of(config)
    held, kept = held_out(config), kept_back(config)
    until = partial(at_goal, measure) if config.get("until_goal") else None
    result = train(
        optimizer_of(config), objective_of(config, network), start(config, network),
        fresh_minibatches(task, config["part_seed"], config["minibatch"]), n_steps=config["updates"],
        evaluate=lambda theta: evaluate(config, network, theta, held, kept), evaluate_every=config["evaluate_every"],
        until=until, recorder=recorder, label=f"{config['task']} {config['T']} {config['network']}",
    )
    rows = measured(result.rows, "test_loss")
    shown = ("test_loss", measure.name, "s_min", "s_max", "s_mean", "s_spread")
    last = {name: rows[-1][name] for name in shown if name in rows[-1]}
    return {**last, **best(measure, rows), "reached": reached(measure, rows), "stopped": result.stopped,
            "updates": result.step, "seconds": result.seconds, "processor_seconds": processor_seconds(result)}
