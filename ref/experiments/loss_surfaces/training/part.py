"""One part of a loss-surface experiment: one network trained by one optimiser for some epochs, its path kept.

A part's configuration holds what ref.experiments.loss_surfaces.training.data needs, and

    network         nin-tiny, nin-digits, ...: a name of NETWORKS;  batch_norm, dropout: whether it has them
    initialization  "uniform" or "he" (ref.networks.images.convolutional)
    method, rate    a name of ref.experiments.loss_surfaces.training.methods, and its rate
    kernels         numpy, or cpu: what the network's ops run on
    epochs, minibatch, part_seed;  flips, shift: how minibatches are augmented
    kept            epochs after which parameters are kept, besides the first and the last
    evaluate_every  epochs
    begin           None, or {"part", "epoch"}: where another part of the run stood, from which this one goes on with a
                    fresh state, to the same last epoch, on the minibatches that were still to come

One seed gives every optimiser the same start, minibatches, augmentation and masks of dropout: all are functions of the
seed and the step.  Where an optimiser takes two gradients a step, both are of one minibatch with its masks, and so with
its batch's means and variances.

Rows hold the minibatch's loss and gradient norm at every step and, where the network is evaluated, loss and error of
the surface's images (of the training set, nothing dropped, not augmented) and of the validation images, and |theta|.
Means and variances of a network that is evaluated are recomputed over the surface's images.
"""

from collections.abc import Callable

import numpy as np

from ref import losses
from ref.batch import Batch
from ref.experiments.kernels import on_kernels
from ref.experiments.loss_surfaces.training.data import Data, data_of
from ref.experiments.loss_surfaces.training.methods import METHODS
from ref.experiments.loss_surfaces.training.path import Keeping, keep, kept
from ref.experiments.recording import FolderRecorder
from ref.experiments.training import ended, processor_seconds
from ref.loss_surfaces.batch_norm.policies import Recompute
from ref.loss_surfaces.distances import norm
from ref.loss_surfaces.surface import measurement
from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.nin import network_in_network, nin, nin_digits, nin_tiny
from ref.networks.images.vgg import vgg, vgg_digits
from ref.objective import Objective
from ref.parameters import Parameters
from ref.random import stream
from ref.tasks.images.augmentation import augmented
from ref.training.batches import minibatches
from ref.training.train import train

LOSS = losses.softmax_cross_entropy
CHUNK = 2000  # the most images that are worked on at once


def nin_small(image: tuple[int, ...], **options) -> ConvolutionalNetwork:
    """For pictures in colour of 16 x 16: 29,594 parameters, and those of batch norm."""
    return network_in_network(image, ((32, 32, 16), (32, 32, 32), (32, 32, 10)), (5, 5, 3), **options)


def nin_least(image: tuple[int, ...], **options) -> ConvolutionalNetwork:
    """For the digits: 1,348 parameters, and those of batch norm: all eigenvalues of its Hessian take seconds."""
    return network_in_network(image, ((8, 6, 4), (8, 8, 8), (8, 8, 10)), (3, 3, 3), **options)


NETWORKS: dict[str, Callable] = {"nin-least": nin_least, "nin-tiny": nin_tiny, "nin-digits": nin_digits,
                                 "nin-small": nin_small, "nin": nin, "vgg-digits": vgg_digits, "vgg": vgg}


def network_of(config: dict, image: tuple[int, ...]) -> ConvolutionalNetwork:
    network = NETWORKS[config["network"]](image, batch_norm=config["batch_norm"], dropout=config["dropout"])
    return on_kernels(network, config["kernels"])


def start(config: dict, network: ConvolutionalNetwork) -> Parameters:
    """Of the seed."""
    rng = stream(config["part_seed"], 0, "start")
    return network.init(rng, config["initialization"], np.dtype(config["dtype"]))


def batches_of(config: dict, network: ConvolutionalNetwork, training: Batch) -> Callable[[int], Batch]:
    """step -> the minibatch, augmented, and its masks: of the seed and the step alone."""
    seed, of_step = config["part_seed"], minibatches(training, config["minibatch"], config["part_seed"])

    def batches(step: int) -> Batch:
        x, t = of_step(step)
        x = augmented(x, seed, step, config["flips"], config["shift"])
        return Batch((x, *network.masks(seed, step, len(x))), (t,))

    return batches


def steps_of(config: dict, data: Data) -> int:
    """In an epoch."""
    return data.training.n_cases // config["minibatch"]


def train_part(config: dict, recorder: FolderRecorder) -> dict:
    """Train to the end; the result says where it stood there."""
    data = data_of(config)
    network = network_of(config, data.image)
    a, last = steps_of(config, data), steps_of(config, data) * config["epochs"]
    begin, theta = 0, start(config, network)
    if config["begin"]:
        begin = a * config["begin"]["epoch"]
        theta = kept(recorder.folder.parent / config["begin"]["part"], begin)
    batches, at = batches_of(config, network, data.training), {0, *(a * epoch - begin for epoch in config["kept"])}
    policy = Recompute(network, data.surface.inputs[0], CHUNK)
    measures = {name: measurement(Objective(network, LOSS, chunk=CHUNK), getattr(data, name), policy)
                for name in ("surface", "validation", "test")}

    def evaluate(theta: Parameters, names=("surface", "validation")) -> dict:
        found = {f"{name}_{what}": value for name in names for what, value in measures[name](theta, (1.0,)).items()}
        return {**found, "norm": norm(theta)}

    optimizer = Keeping(METHODS[config["method"]].make(config["rate"]), at, recorder.folder)
    result = train(optimizer, Objective(network, LOSS, chunk=CHUNK), theta, lambda step: batches(begin + step),
                   last - begin, evaluate=evaluate, evaluate_every=a * config["evaluate_every"], recorder=recorder,
                   label=f"{config['network']} {config['method']}")
    keep(result.theta, recorder.folder, last - begin)
    return {**evaluate(result.theta, tuple(measures)), "norm_weights": norm(result.theta, is_weight),
            "begin": begin, "last": last, "steps_an_epoch": a, "n_parameters": result.theta.size,
            "rate": config["rate"], **ended(result), "processor_seconds": processor_seconds(result)}


def is_weight(name: str) -> bool:
    """Of a convolution or a dense layer: no bias, nothing of a batch norm."""
    return name.endswith(("K", "W"))


def final(folder, result: dict) -> Parameters:
    """Where the part in this folder ended."""
    return kept(folder, result["last"] - result["begin"])


def first(folder) -> Parameters:
    return kept(folder, 0)
