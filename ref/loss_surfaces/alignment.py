"""Permutation alignment: which units of one network do what those of another do.

The units of a hidden layer have no order: where their incoming weights are permuted by p, and their outgoing ones too,
the network is the same function.  Between a network and its permuted copy there may be a barrier all the same.  So, of
all permutations (p_1, ..., p_L) of b, one for each group of units, those that bring b nearest to a:

    minimise |a - P b|²      that is   maximise a·P b = Σ_arrays <A, P B>        |P b| = |b|

For one group, with all others held, this is a linear assignment problem, solved exactly:

    maximise_p  Σ_i S[i, p(i)]        S[i, j] = Σ_places <slice i of A, slice j of B>        P b: unit i is b's p(i)

A place is an axis of an array along which the group's units stand: the columns of W_l, b_l and the rows of W_{l+1} of
a multilayer perceptron; the filters of a convolution, the gamma and beta of its batch norm, and the channels that the
next convolution reads.  Groups are taken in turn, first layer first, until none changes.  Each change makes a·P b
larger, and there are finitely many P, so that this ends; where it ends may be a local maximum: the whole problem is
NP-hard.

Inputs and outputs have an order of their own and stay.  Ainsworth, Hayase & Srinivasa 2023, weight matching.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from ref.loss_surfaces.between import require_alike
from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.stages import Affine, BatchNorm, Convolution, Flatten
from ref.networks.mlp import MLP
from ref.parameters import Parameters

Array = np.ndarray
ROUNDING = 1e-12  # of the largest entry of S: a gain below it is none
Permutations = list[Array]  # of each group, (units,): unit i of the new network is unit p[i] of the old one


class Place(NamedTuple):
    """The units stand along this axis of the parameter, `times` rows of them one after the other."""

    name: str
    axis: int
    times: int = 1


class Group(NamedTuple):
    units: int
    places: list[Place]


def groups_of(network) -> list[Group]:
    """The hidden units that may be permuted, group by group from the first layer on.

    Raises TypeError for a network whose groups are not known here.
    """
    if isinstance(network, MLP):
        return [Group(network.sizes[l], [Place(f"W{l}", 1), Place(f"b{l}", 0), Place(f"W{l + 1}", 0)])
                for l in network.layers[:-1]]
    if isinstance(network, ConvolutionalNetwork):
        return _of_stages(network)
    raise TypeError(f"network is a {type(network).__name__} but its units' groups are known for MLP and "
                    f"ConvolutionalNetwork")


def permuted(network, theta: Parameters, permutations: Permutations) -> Parameters:
    """The same function with its hidden units in another order.

    Raises ValueError for permutations that are not one of each group's units.
    """
    groups = groups_of(network)
    if len(permutations) != len(groups):
        raise ValueError(f"permutations are {len(permutations)} but there are {len(groups)} groups of hidden units")
    new = theta.copy()
    for number, (group, p) in enumerate(zip(groups, permutations)):
        if not np.array_equal(np.sort(p), np.arange(group.units)):
            raise ValueError(f"permutation {number} must have each of 0 to {group.units - 1} once")
        _permute(new, group, p)
    return new


def random_permutations(network, rng: np.random.Generator) -> Permutations:
    return [rng.permutation(group.units) for group in groups_of(network)]


def match(network, a: Parameters, b: Parameters) -> Permutations:
    """The permutations for which `permuted(network, b, ...)` is near a."""
    require_alike(a=a, b=b)
    groups, now = groups_of(network), b.copy()
    found = [np.arange(group.units) for group in groups]
    changed = True
    while changed:
        changed = False
        for number, group in enumerate(groups):
            S = sum(_slices(a, place) @ _slices(now, place).T for place in group.places)
            _, p = linear_sum_assignment(S, maximize=True)
            if S[np.arange(group.units), p].sum() - np.trace(S) > ROUNDING * np.abs(S).max():
                _permute(now, group, p)
                found[number], changed = found[number][p], True
    return found


def align(network, a: Parameters, b: Parameters) -> Parameters:
    """b's function, its hidden units in the order that brings it near a."""
    return permuted(network, b, match(network, a, b))


def _slices(theta: Parameters, place: Place) -> Array:
    """(units, the rest), float64."""
    units_last = np.moveaxis(theta[place.name].astype(np.float64), place.axis, -1)
    *rest, n = units_last.shape
    units_last = units_last.reshape(*rest, place.times, n // place.times)
    return units_last.reshape(-1, n // place.times).T


def _permute(theta: Parameters, group: Group, p: Array) -> None:
    """In place."""
    for place in group.places:
        rows = (group.units * np.arange(place.times)[:, None] + p).ravel()
        theta[place.name] = np.take(theta[place.name], rows, axis=place.axis)


def _of_stages(network: ConvolutionalNetwork) -> list[Group]:
    groups, times = [], 1  # times: how many places of a picture the next dense layer sees, one after the other
    shape = network.image
    for stage, names in zip(network.stages, network.names):
        if isinstance(stage, Flatten):
            times = shape[0] * shape[1]
        if isinstance(stage, (Convolution, Affine)):
            if groups:
                groups[-1].places.append(Place(names[0], -2, times))
            units, times = network.shapes[names[1]][0], 1
            groups.append(Group(units, [Place(names[0], -1), Place(names[1], 0)]))
        elif isinstance(stage, BatchNorm):
            groups[-1].places.extend(Place(name, 0) for name in names)
        shape = stage.made_of(shape)
    return groups[:-1]
