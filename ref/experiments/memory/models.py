"""The networks of the memory experiments, a line each, and the plain LSTM that has as many parameters.

    ntm       neural Turing machine with an LSTM as its controller, of n_hidden units
    ntm-ff    the same with a feed-forward controller of as many units
    dnc       differentiable neural computer with an LSTM as its controller; it has one head that writes
    lrua      least recently used access with an LSTM as its controller; its heads read and write
    lstm      no memory; the number of units whose parameters are nearest in number to those of "ntm"

A configuration has n_hidden, n_locations, width and heads: so many that read, and as many that write; and learnt: what
is a parameter of where a memory and its controller begin.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ref.networks.dnc_rnn import DNCRNN
from ref.networks.lrua_rnn import LRUARNN
from ref.networks.lstm_rnn import LSTMRNN
from ref.networks.ntm_rnn import NTMRNN

Sizes = tuple[int, int]  # inputs and outputs of the task


class Model(NamedTuple):
    title: str
    make: Callable  # (sizes, config) -> network
    settings: dict = {}  # of its own, wherever it runs


def ntm(sizes: Sizes, config: dict, controller: str) -> NTMRNN:
    D, C = sizes
    heads = config["heads"]
    return NTMRNN(D, config["n_hidden"], C, config["n_locations"], config["width"], heads, heads, controller,
                  learnt=config["learnt"])


def other(sizes: Sizes, config: dict, network: type) -> DNCRNN | LRUARNN:
    D, C = sizes
    return network(D, config["n_hidden"], C, config["n_locations"], config["width"], config["heads"],
                   learnt=config["learnt"])


def lstm(sizes: Sizes, config: dict) -> LSTMRNN:
    """One hidden layer; its parameters grow with its units, so that the two numbers around the budget are enough."""
    (D, C), budget = sizes, size(ntm(sizes, config, "lstm"))
    H = 1
    while size(LSTMRNN(D, H + 1, C)) <= budget:
        H += 1
    return min((LSTMRNN(D, units, C) for units in (H, H + 1)), key=lambda network: abs(size(network) - budget))


MODELS = {
    "ntm": Model("NTM, LSTM controller", partial(ntm, controller="lstm")),
    "ntm-ff": Model("NTM, feed-forward controller", partial(ntm, controller="feedforward")),
    "dnc": Model("DNC, LSTM controller", partial(other, network=DNCRNN)),
    "lrua": Model("LRUA, LSTM controller", partial(other, network=LRUARNN)),
    "lstm": Model("LSTM, as many parameters", lstm),
}


def title(model: str) -> str:
    return MODELS[model].title


def size(network) -> int:
    """How many parameters it has."""
    total = 0
    for shape in network.shapes.values():
        count = 1
        for n in shape:
            count *= n
        total += count
    return total
