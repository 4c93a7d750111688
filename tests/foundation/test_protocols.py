"""The protocols: what the house has fits them, what lacks a function is refused by name, and nothing probes by hasattr.
"""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ref import layers, losses, protocols
from ref.experiments.registry import EXPERIMENTS, experiment
from ref.hessian_free import KFAC, HessianFree, KrylovSubspaceDescent
from ref.layers import affine, elman, lstm, readout
from ref.losses import Masked, squared_error
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.lstm_rnn import LSTMRNN
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers import Adam, GradientDescent, Momentum, Nesterov, PerParameter, RMSprop
from ref.orthogonality import CayleyDescent, CompositeDecay, FactorizedRNN, Penalized
from ref.training import same_batch, train

ROOT = Path(__file__).parents[2]
NETWORK = MLP((3, 4, 2))
BATCH = np.random.default_rng(0).standard_normal((6, 3)), np.random.default_rng(1).standard_normal((6, 2))


def penalized():
    return Penalized(Objective(NETWORK, squared_error, 0.1, chunk=4), {"W1": [CompositeDecay(0.2)]})


@pytest.mark.parametrize("thing, protocol", [
    *((op, protocols.Op) for op in (affine, readout, elman, lstm, *layers.ACTIVATIONS.values())),
    *((getattr(losses, name), protocols.Loss) for name in losses.__all__ if name != "Masked"),
    (Masked(squared_error), protocols.Loss), (Masked(squared_error), protocols.WeighsChunks),
    *((network, protocols.Network) for network in (NETWORK, ElmanRNN(2, 3, 1), LSTMRNN(2, 3, 1),
                                                   FactorizedRNN(2, 3, 1))),
    *((experiment(name), protocols.Experiment) for name in EXPERIMENTS),
    (NETWORK, protocols.HasSquares), (NETWORK, protocols.HasLayerFactors),
    (ElmanRNN(2, 3, 1), protocols.HasHiddenStates), (FactorizedRNN(2, 3, 1), protocols.HasHiddenStates),
    (ElmanRNN(2, 3, 1), protocols.HasStateGradients), (FactorizedRNN(2, 3, 1), protocols.ComposesTransition),
    (Objective(NETWORK, squared_error), protocols.Objective), (penalized(), protocols.Objective),
    *((optimizer, protocols.Optimizer) for optimizer in (
        Adam(), GradientDescent(0.1), Momentum(0.1), Nesterov(0.1), RMSprop(0.1), CayleyDescent(0.1), HessianFree(),
        KFAC(),
        KrylovSubspaceDescent(), PerParameter({}, Adam()))),
    *((optimizer, protocols.Updates) for optimizer in (
        Adam(), GradientDescent(0.1), Momentum(0.1), RMSprop(0.1), CayleyDescent(0.1), PerParameter({}, Adam()))),
], ids=lambda one: getattr(one, "__name__", type(one).__name__))
def test_what_the_house_has_fits(thing, protocol):
    assert protocols.require("thing", thing, protocol) is thing


@pytest.mark.parametrize("thing, protocol", [
    (Nesterov(0.1), protocols.Updates), (NETWORK, protocols.HasHiddenStates), (NETWORK, protocols.CouplesCases),
    (squared_error, protocols.WeighsChunks), (losses.logistic_squared_error, protocols.SamplesTargets),
    (ElmanRNN(2, 3, 1), protocols.HasSquares), (penalized(), protocols.HasChunks),
])
def test_what_must_not_fit_does_not(thing, protocol):
    assert not isinstance(thing, protocol)


def test_what_is_missing_is_named():
    with pytest.raises(TypeError, match="network is a SimpleNamespace, which has no backward, r_backward, r_forward: "
                                        "see Network"):
        Objective(SimpleNamespace(shapes={}, init=1, forward=1), squared_error)
    with pytest.raises(TypeError, match="loss is a MLP, which has no gauss_newton_product, gradient"):
        Objective(NETWORK, NETWORK)


def test_nothing_in_the_reference_probes_by_hasattr():
    """The checks take whatever is there; all else asks for a protocol by name."""
    allowed = ("ref/checks/", "ref/protocols/")
    found = [path.relative_to(ROOT).as_posix() for path in (ROOT / "ref").rglob("*.py")
             if re.search(r"\bhasattr\(", path.read_text())]
    assert [path for path in found if not path.startswith(allowed)] == []


@pytest.mark.parametrize("optimizer", [HessianFree(1.0), HessianFree(1.0, preconditioner=None),
                                       KrylovSubspaceDescent(5), Adam(0.01)])
def test_a_penalized_objective_is_one_for_every_optimiser(optimizer):
    objective, theta = penalized(), NETWORK.init(np.random.default_rng(0), "glorot")
    before = objective.value(theta, BATCH)
    theta = train(optimizer, objective, theta, same_batch(BATCH), 20, progress=False).theta
    assert objective.value(theta, BATCH) < 0.9 * before


def test_but_for_kfac_whose_factors_know_nothing_of_penalties():
    theta = NETWORK.init(np.random.default_rng(0), "glorot")
    optimizer = KFAC("kfra")
    with pytest.raises(TypeError, match="objective is a Penalized, which has no mean: see HasChunks"):
        optimizer.step(theta, optimizer.init(theta), penalized(), BATCH)


def test_an_update_is_the_step_without_its_gradient():
    objective, theta = Objective(NETWORK, squared_error), NETWORK.init(np.random.default_rng(0), "glorot")
    for optimizer in (Adam(0.01), GradientDescent(0.1), Momentum(0.1, 0.5), RMSprop(0.01)):
        state, other = optimizer.init(theta), optimizer.init(theta)
        one = two = theta
        for _ in range(3):
            one, state, report = optimizer.step(one, state, objective, BATCH)
            two, other, more = optimizer.update(two, objective.gradient(two, BATCH).vector, other)
            np.testing.assert_array_equal(one.vector, two.vector)
            assert report.keys() == {"loss", "gradient_norm", "gradient_equivalents", *more}
