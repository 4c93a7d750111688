"""Networks of each kind that the coming papers need, on the one Objective: pictures, noise, coupled cases, two outputs.
"""

import numpy as np
import pytest

from ref.batch import Batch
from ref.checks import check_network, check_objective, dense
from ref.hessian_free import HessianFree
from ref.losses import Masked, softmax_cross_entropy, squared_error
from ref.networks.elman_rnn import ElmanRNN
from ref.objective import Objective
from ref.optimizers import Adam
from ref.random import stream
from ref.training import minibatches, train
from tests.foundation.kinds import CoupledNetwork, GaussianError, ImageNetwork, NoisyNetwork, TwoOutputs

N = 6


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def one_hot(n, size):
    return np.eye(size)[np.arange(n) % size]


KINDS = {
    "image": (ImageNetwork(3, 2), squared_error, Batch((normal(N, 4, 5),), (normal(N, 2, seed=1),))),
    "sequence": (ElmanRNN(2, 4, 3), Masked(softmax_cross_entropy),
                 Batch((normal(2, N, 2),), (np.stack([one_hot(N, 3)] * 2), normal(2, N, seed=1) > 0), axis=1)),
    "coupled": (CoupledNetwork(3, 4, 2), squared_error, Batch((normal(N, 3),), (normal(N, 2, seed=1),))),
    "noise": (NoisyNetwork(3, 4, 2), squared_error,
              Batch((normal(N, 3), normal(N, 4, seed=2)), (normal(N, 2, seed=1),))),
    "two outputs": (TwoOutputs((3, 5, 4)), GaussianError(), Batch((normal(N, 3),), (normal(N, 2, seed=1),))),
}


@pytest.fixture(params=KINDS)
def kind(request):
    network, loss, batch = KINDS[request.param]
    theta = network.init(np.random.default_rng(3))
    return network, loss, batch, theta.like(theta.vector + 0.1 * normal(theta.size, seed=4))


def test_all_checks_of_the_network(kind):
    network, _, batch, theta = kind
    check_network(network, theta, batch.inputs)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "two outputs"])
def test_all_checks_of_the_objective(name):
    network, loss, batch = KINDS[name]
    check_objective(Objective(network, loss, 0.1), network.init(np.random.default_rng(3)), batch)


def test_two_outputs_beside_each_other():
    """The Gauss-Newton part is the Fisher information of the Gaussian: its split is not one that check_objective makes.
    """
    network, loss, batch = KINDS["two outputs"]
    theta, objective = network.init(np.random.default_rng(3), "glorot"), Objective(network, loss, chunk=4)
    H = dense(objective.curvature(theta, batch, "hessian").matvec, theta.size)
    numerical = [(objective.gradient(theta.like(theta.vector + e), batch).vector
                  - objective.gradient(theta.like(theta.vector - e), batch).vector) / 2e-5
                  for e in 1e-5 * np.eye(theta.size)]
    np.testing.assert_allclose(H, numerical, atol=1e-8)
    rng = np.random.default_rng(5)
    z, _ = network.forward(theta, *batch.inputs)
    drawn = [loss.gradient(z, z[:, :2] + np.exp(z[:, 2:] / 2) * rng.standard_normal((N, 2))) * N for _ in range(20_000)]
    Rz = normal(N, 4, seed=6)
    fisher = np.mean([g * np.sum(g * Rz, axis=1, keepdims=True) for g in drawn], axis=0) / N
    np.testing.assert_allclose(loss.gauss_newton_product(z, *batch.targets, Rz), fisher, atol=0.02)
    assert next(objective.predictions(theta, batch)).shape == (4, 2)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "coupled"])
def test_chunks_change_nothing(name):
    network, loss, batch = KINDS[name]
    theta = network.init(np.random.default_rng(3))
    whole, parts, v = Objective(network, loss, 0.1), Objective(network, loss, 0.1, chunk=4), normal(theta.size, seed=7)
    np.testing.assert_allclose(parts.value(theta, batch), whole.value(theta, batch), rtol=1e-12)
    np.testing.assert_allclose(parts.gradient(theta, batch).vector, whole.gradient(theta, batch).vector, atol=1e-13)
    for product in ("gauss_newton", "hessian"):
        np.testing.assert_allclose(parts.curvature(theta, batch, product) @ v,
                                   whole.curvature(theta, batch, product) @ v,
                                   atol=1e-12)


METHODS = {
    "value": lambda o, theta, batch: o.value(theta, batch),
    "gradient": lambda o, theta, batch: o.gradient(theta, batch),
    "value_and_gradient": lambda o, theta, batch: o.value_and_gradient(theta, batch),
    "curvature": lambda o, theta, batch: o.curvature(theta, batch) @ np.ones(theta.size),
    "outputs": lambda o, theta, batch: list(o.outputs(theta, batch)),
}


@pytest.mark.parametrize("method", METHODS)
def test_coupled_cases_are_never_chunked_in_silence(method):
    network, loss, batch = KINDS["coupled"]
    theta = network.init(np.random.default_rng(3))
    with pytest.raises(ValueError, match="batch has 6 cases but chunk is 4, and a CoupledNetwork couples the cases"):
        METHODS[method](Objective(network, loss, chunk=4), theta, batch)


def test_a_coupled_value_is_that_of_the_whole_batch():
    """Objective.value goes a quarter of a chunk at a time elsewhere; here that would be another function."""
    network, loss, batch = KINDS["coupled"]
    theta, objective = network.init(np.random.default_rng(3)), Objective(network, loss, chunk=N)
    z, _ = network.forward(theta, *batch.inputs)
    assert objective.value(theta, batch) == loss.value(z, *batch.targets) == objective.value_and_gradient(theta,
                                                                                                          batch)[0]
    halves = [loss.value(network.forward(theta, part.inputs[0])[0], *part.targets)
              for part in (batch.cases(slice(0, 3)), batch.cases(slice(3, 6)))]
    assert abs(np.mean(halves) - objective.value(theta, batch)) > 0.01


def test_inputs_are_checked_by_the_network_and_targets_by_the_loss():
    network, loss, batch = KINDS["noise"]
    objective, theta = Objective(network, loss), network.init(np.random.default_rng(3))
    x, noise, t = batch
    for bad, message in ((Batch((x, noise[:, 1:]), (t,)), r"noise has shape \(6, 3\) but must be \(6, 4\)"),
                         (Batch((x, noise), (t[:, 1:],)), "t has 1 columns but the network has 2 outputs")):
        with pytest.raises(ValueError, match=message):
            objective.value(theta, bad)
    with pytest.raises(ValueError, match=r"inputs\[1\] must be finite but inputs\[1\]\[0, 0\] is nan"):
        objective.value(theta, Batch((x, noise * np.nan), (t,)))
    network, loss, _ = KINDS["image"]
    with pytest.raises(ValueError, match=r"x has shape \(6, 3\) but must be \(N, R, C\)"):
        Objective(network, loss).value(network.init(np.random.default_rng(3)), (x, t))


def test_they_train(kind):
    network, loss, batch, theta = kind
    objective = Objective(network, loss, chunk=N)
    before = objective.value(theta, batch)
    after = train(Adam(0.01), objective, theta, minibatches(batch, N), 150, progress=False).theta
    assert objective.value(after, batch) < before - 0.1
    optimizer, state = HessianFree(1.0, preconditioner=None), None
    for _ in range(5):
        state = state or optimizer.init(theta)
        theta, state, _ = optimizer.step(theta, state, objective, batch)
    assert objective.value(theta, batch) < before - 0.1


def test_fresh_noise_at_every_step_from_a_stream_of_its_own():
    """What a variational network's batches will be: the cases by one stream, their noise by another."""
    network, loss, batch = KINDS["noise"]
    cases = minibatches(Batch(batch.inputs[:1], batch.targets), 3, seed=1)

    def batches(step):
        part = cases(step)
        return Batch((*part.inputs, stream(1, step, "noise").standard_normal((3, 4))), part.targets)

    for a, b in zip(batches(5), batches(5)):
        np.testing.assert_array_equal(a, b)
    assert (batches(5).inputs[1] != batches(6).inputs[1]).all()
    objective, theta = Objective(network, loss), network.init(np.random.default_rng(3))
    result = train(Adam(0.01), objective, theta, batches, 100, progress=False)
    assert result.stopped == "steps" and np.isfinite(result.theta.vector).all()
