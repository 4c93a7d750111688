"""The Kronecker factors of K-FAC, KFLR and KFRA against dense Gauss-Newton blocks and against loops over cases."""

from types import SimpleNamespace

import numpy as np
import pytest

from ref.hessian_free import kfac_blocks, kflr_blocks, kfra_blocks
from ref.objective import Objective
from tests.hessian_free.problems import ACTIVATION_NAMES, LOSS_NAMES, problem

DETERMINISTIC = [kflr_blocks, kfra_blocks]


def layer(theta, l: int) -> slice:
    """Where W_l and then b_l lie in the vector."""
    sizes = [theta[name].size for name in theta]
    return slice(sum(sizes[: 2 * l - 2]), sum(sizes[: 2 * l]))


def bias(theta, l: int) -> slice:
    return slice(layer(theta, l).stop - theta[f"b{l}"].size, layer(theta, l).stop)


def dense_blocks(p) -> list[np.ndarray]:
    """The Gauss-Newton matrix's diagonal blocks, by autograd, without the weight decay."""
    G = p.dense.gauss_newton(p.theta.vector) - p.dense.decay * np.eye(p.theta.size)
    return [G[layer(p.theta, l), layer(p.theta, l)] for l in p.objective.network.layers]


def distance(blocks, dense) -> list[float]:
    return [np.linalg.norm(np.kron(*block) - matrix) / np.linalg.norm(matrix) for block, matrix in zip(blocks, dense)]


@pytest.mark.parametrize("estimate", DETERMINISTIC)
@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_for_one_case_every_block_is_the_gauss_newton_block(loss, activation, estimate):
    p = problem(loss, activation, sizes=(4, 5, 3, 2), N=1, decay=0.3)
    assert max(distance(estimate(p.objective, p.theta, p.batch), dense_blocks(p))) < 1e-12


@pytest.mark.parametrize("estimate", DETERMINISTIC)
def test_for_a_linear_net_and_squared_error_every_block_is_the_gauss_newton_block(estimate):
    p = problem("squared_error", "identity", sizes=(4, 5, 3, 2), N=7)
    assert max(distance(estimate(p.objective, p.theta, p.batch), dense_blocks(p))) < 1e-12


@pytest.mark.parametrize("estimate", DETERMINISTIC)
def test_for_more_cases_the_blocks_are_an_approximation(estimate):
    """Which of the two above would otherwise be no test at all."""
    p = problem("logistic_cross_entropy", "tanh", sizes=(4, 5, 3, 2), N=7)
    assert all(1e-3 < error < 1 for error in distance(estimate(p.objective, p.theta, p.batch), dense_blocks(p)))


@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_kflr_is_the_exact_gauss_newton_matrix_of_the_pre_activations(loss, activation):
    """That is the biases' block of the dense matrix, for any number of cases; A is the loop over cases."""
    p = problem(loss, activation, sizes=(4, 5, 3, 2), N=7, chunk=3)
    G = p.dense.gauss_newton(p.theta.vector)
    _, cache = p.objective.network.forward(p.theta, p.batch[0])
    for l, block in enumerate(kflr_blocks(p.objective, p.theta, p.batch), 1):
        np.testing.assert_allclose(block.G, G[bias(p.theta, l), bias(p.theta, l)], rtol=1e-11, atol=1e-13)
        cases = [np.append(y, 1) for y in cache.affine[l - 1].x]
        np.testing.assert_allclose(block.A, sum(np.outer(a, a) for a in cases) / 7, rtol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_kfra_is_its_recursion_case_by_case(loss, activation):
    p = problem(loss, activation, sizes=(4, 5, 3, 2), N=7, chunk=3)
    x, t = p.batch
    slope = {"identity": lambda s: 1.0, "logistic": lambda s: np.exp(-s) / (1 + np.exp(-s)) ** 2,
             "tanh": lambda s: 1 / np.cosh(s) ** 2,
             "relu": lambda s: float(s > 0), "softplus": lambda s: 1 / (1 + np.exp(-s))}[activation]
    product = p.objective.loss.gauss_newton_product
    expected = np.zeros((2, 2))
    for n in range(7):
        z, _ = p.objective.network.forward(p.theta, x[[n]])
        expected += np.array([product(z, t[[n]], e[None])[0] for e in np.eye(2)]) / 7
    blocks = kfra_blocks(p.objective, p.theta, p.batch)
    np.testing.assert_allclose(blocks[-1].G, expected, rtol=1e-12)
    _, cache = p.objective.network.forward(p.theta, x)
    for l in (2, 1):
        W, above = p.theta[f"W{l + 1}"], expected
        s = cache.affine[l - 1].x @ p.theta[f"W{l}"] + p.theta[f"b{l}"]
        H = s.shape[1]
        expected = np.zeros((H, H))
        for i in range(H):
            for j in range(H):
                through = sum(W[i, a] * above[a, b] * W[j, b] for a in range(len(above)) for b in range(len(above)))
                expected[i, j] = through * sum(slope(s[n, i]) * slope(s[n, j]) for n in range(7)) / 7
        np.testing.assert_allclose(blocks[l - 1].G, expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("loss", ["squared_error", "logistic_cross_entropy", "softmax_cross_entropy"])
def test_kfac_s_mean_over_draws_is_kflr(loss):
    p = problem(loss, "tanh", sizes=(3, 4, 3), N=4)
    exact, rng = kflr_blocks(p.objective, p.theta, p.batch), np.random.default_rng(0)
    many = tuple(np.tile(array, (50, 1)) for array in p.batch)
    draws = [kfac_blocks(p.objective, p.theta, many, rng) for _ in range(100)]
    for l, block in enumerate(exact):
        G = np.array([drawn[l].G for drawn in draws])
        error = G.std(axis=0, ddof=1) / 10
        assert (np.abs(G.mean(axis=0) - block.G) <= 4.5 * error + 1e-12).all()
        assert np.linalg.norm(error) < 0.1 * np.linalg.norm(block.G)
        np.testing.assert_allclose(draws[0][l].A, block.A, rtol=1e-12)


def test_targets_of_the_data_would_give_another_matrix():
    """The empirical Fisher matrix: what K-FAC is not."""
    p = problem("logistic_cross_entropy", "tanh", sizes=(3, 4, 3), N=4)
    loss = SimpleNamespace(**vars(p.objective.loss) | {"sample_targets": lambda z, t, rng: t})
    empirical = kfac_blocks(Objective(p.objective.network, loss), p.theta, p.batch, None)
    exact = kflr_blocks(p.objective, p.theta, p.batch)
    assert all(np.linalg.norm(a.G - b.G) > 0.1 * np.linalg.norm(b.G) for a, b in zip(empirical, exact))


@pytest.mark.parametrize("estimate", [kfac_blocks, kflr_blocks, kfra_blocks])
def test_chunks_change_nothing_but_memory(estimate):
    whole, chunked = (problem("softmax_cross_entropy", sizes=(4, 5, 3), N=7, chunk=chunk) for chunk in (1000, 2))
    if estimate is kfac_blocks:  # the draws must not depend on the chunks here
        for p in (whole, chunked):
            p.objective.loss = SimpleNamespace(**vars(p.objective.loss) | {"sample_targets": lambda z, t, rng: t})
    for a, b in zip(*(estimate(p.objective, p.theta, p.batch, None) for p in (whole, chunked))):
        np.testing.assert_allclose(a.A, b.A, rtol=1e-12)
        np.testing.assert_allclose(a.G, b.G, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("estimate", [kfac_blocks, kflr_blocks, kfra_blocks])
def test_float32_stays_and_nothing_is_mutated(estimate):
    p = problem("softmax_cross_entropy", sizes=(4, 5, 3), N=7)
    theta, batch = p.theta.astype(np.float32), tuple(array.astype(np.float32) for array in p.batch)
    kept = theta.vector.copy(), *(array.copy() for array in batch)
    first, again = (estimate(p.objective, theta, batch, np.random.default_rng(0)) for _ in range(2))
    for block, other in zip(first, again):
        assert block.A.dtype == block.G.dtype == np.float32
        np.testing.assert_array_equal(block.A, other.A)
        np.testing.assert_array_equal(block.G, other.G)
    for was, now in zip(kept, (theta.vector, *batch)):
        np.testing.assert_array_equal(was, now)


def test_a_loss_without_a_distribution_is_refused_by_kfac_alone():
    p = problem("logistic_squared_error")
    with pytest.raises(ValueError, match=r"ref\.losses\.logistic_squared_error is the loss of no distribution.*'kfra' "
                                         r"or 'kflr'"):
        kfac_blocks(p.objective, p.theta, p.batch, np.random.default_rng(0))
