"""The three inverses of the damped blocks, against dense matrices."""


import numpy as np
import pytest
from scipy.linalg import LinAlgError

from ref.hessian_free import Block, block_diagonal, block_tridiagonal, eigenbasis, kfac_blocks, kflr_blocks
from ref.hessian_free.kfac.factored_damping import damped
from ref.hessian_free.kfac.kronecker import packed, unpacked, zero_blocks
from ref.parameters import Parameters
from tests.hessian_free.kfac.test_kronecker_factors import bias, layer
from tests.hessian_free.problems import problem

INVERSES = [block_diagonal, eigenbasis, block_tridiagonal]
by_inverse = pytest.mark.parametrize("inverse", INVERSES, ids=lambda module: module.__name__.rpartition(".")[2])


def blocks_of(p, crossed=False):
    return kflr_blocks(p.objective, p.theta, p.batch, crossed=crossed)


def solved(inverse, blocks, gamma, gradient):
    return inverse.solve(inverse.inverses(blocks, [gamma])[gamma], gradient)


def dense_chain(theta, blocks, gamma) -> np.ndarray:
    """The covariance of the chain, written down: the damped blocks, those between neighbours, and beyond them what
    predicting from layer to layer gives, F_{l,m} = Psi_l F_{l+1,m}.
    """
    L = (len(blocks) + 1) // 2
    F = np.zeros((theta.size, theta.size))
    at = [layer(theta, l) for l in range(1, L + 1)]
    for l in range(L):
        F[at[l], at[l]] = np.kron(*damped(blocks[l], gamma))
    for m in range(L):
        for l in reversed(range(m)):
            between = np.kron(*blocks[L + l])
            F[at[l], at[m]] = between @ np.linalg.solve(F[at[l + 1], at[l + 1]], F[at[l + 1], at[m]])
            F[at[m], at[l]] = F[at[l], at[m]].T
    return F


@pytest.mark.parametrize("gamma", [0.01, 0.3, 5.0])
@pytest.mark.parametrize("loss", ["squared_error", "softmax_cross_entropy"])
def test_u_solves_the_dense_damped_system(loss, gamma):
    p = problem(loss, sizes=(4, 5, 3))
    blocks, gradient = blocks_of(p), p.objective.gradient(p.theta, p.batch)
    factored, tikhonov = (solved(inverse, blocks, gamma, gradient) for inverse in (block_diagonal, eigenbasis))
    for l, (A, G) in enumerate(blocks, 1):
        pi = np.sqrt(np.trace(A) / len(A) * len(G) / np.trace(G))
        part = layer(p.theta, l)
        dense = np.kron(A + pi * gamma * np.eye(len(A)), G + gamma / pi * np.eye(len(G)))
        expected = np.linalg.solve(dense, gradient.vector[part])
        np.testing.assert_allclose(factored.vector[part], expected, rtol=1e-9, atol=1e-12)
        dense = np.kron(A, G) + gamma**2 * np.eye(len(dense))
        expected = np.linalg.solve(dense, gradient.vector[part])
        np.testing.assert_allclose(tikhonov.vector[part], expected, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("gamma", [0.03, 0.3, 5.0])
@pytest.mark.parametrize("loss, sizes", [("squared_error", (4, 5, 3)), ("softmax_cross_entropy", (4, 5, 3, 2)),
                                         ("logistic_cross_entropy", (3, 4, 2, 5, 3))])
def test_the_block_tridiagonal_inverse_is_that_of_the_dense_chain(loss, sizes, gamma):
    p = problem(loss, sizes=sizes)
    blocks, gradient = blocks_of(p, crossed=True), p.objective.gradient(p.theta, p.batch)
    F = dense_chain(p.theta, blocks, gamma)
    U = solved(block_tridiagonal, blocks, gamma, gradient)
    np.testing.assert_allclose(U.vector, np.linalg.solve(F, gradient.vector), rtol=1e-7, atol=1e-10)
    for l in range(1, len(sizes) - 2):  # and the inverse is block-tridiagonal
        far = np.linalg.inv(F)[layer(p.theta, l), layer(p.theta, l + 2)]
        assert abs(far).max() < 1e-8 * abs(np.linalg.inv(F)).max()
    plain = solved(block_diagonal, blocks[: len(sizes) - 1], gamma, gradient)
    assert np.linalg.norm(U.vector - plain.vector) > 0.005 * np.linalg.norm(U.vector), "neighbours matter here"


def test_without_blocks_between_layers_the_tridiagonal_inverse_is_the_diagonal_one():
    p = problem("logistic_cross_entropy", sizes=(4, 5, 3, 2))
    blocks, gradient = blocks_of(p), p.objective.gradient(p.theta, p.batch)
    between = zero_blocks(p.theta, crossed=True)[3:]
    expected = solved(block_diagonal, blocks, 0.1, gradient)
    np.testing.assert_allclose(solved(block_tridiagonal, blocks + between, 0.1, gradient).vector, expected.vector,
                               rtol=1e-10)
    one = problem(sizes=(4, 3))  # a network of one layer
    gradient = one.objective.gradient(one.theta, one.batch)
    expected = solved(block_diagonal, blocks_of(one), 0.1, gradient)
    np.testing.assert_allclose(solved(block_tridiagonal, blocks_of(one, crossed=True), 0.1, gradient).vector,
                               expected.vector, rtol=1e-10)


@pytest.mark.parametrize("N", [1, 7])
def test_the_blocks_between_neighbours(N):
    """KFLR's G is the dense matrix's, read between two biases; A is the loop over cases.  For one case both are exact.
    """
    p = problem("softmax_cross_entropy", "tanh", sizes=(4, 5, 3, 2), N=N, chunk=3)
    G = p.dense.gauss_newton(p.theta.vector)
    _, cache = p.objective.network.forward(p.theta, p.batch[0])
    inputs = [[np.append(y, 1) for y in layer_cache.x] for layer_cache in cache.affine]
    for l, block in enumerate(blocks_of(p, crossed=True)[3:], 1):
        np.testing.assert_allclose(block.G, G[bias(p.theta, l), bias(p.theta, l + 1)], rtol=1e-10, atol=1e-13)
        expected = sum(np.outer(a, b) for a, b in zip(inputs[l - 1], inputs[l])) / N
        np.testing.assert_allclose(block.A, expected, rtol=1e-12)
        if N == 1:
            dense = G[layer(p.theta, l), layer(p.theta, l + 1)]
            np.testing.assert_allclose(np.kron(*block), dense, rtol=1e-9, atol=1e-12)


def test_kfac_s_mean_over_draws_between_neighbours():
    p = problem("logistic_cross_entropy", "tanh", sizes=(3, 4, 3), N=4)
    exact, rng = blocks_of(p, crossed=True)[2], np.random.default_rng(0)
    many = tuple(np.tile(array, (50, 1)) for array in p.batch)
    G = np.array([kfac_blocks(p.objective, p.theta, many, rng, crossed=True)[2].G for _ in range(100)])
    error = G.std(axis=0, ddof=1) / 10
    assert (np.abs(G.mean(axis=0) - exact.G) <= 4.5 * error + 1e-12).all()
    assert np.linalg.norm(error) < 0.1 * np.linalg.norm(exact.G)


def test_the_chain_predicts_better_than_the_diagonal_on_one_case():
    """With one case all blocks are exact: then the direction by the chain lowers the damped model further."""
    for seed in range(3):
        p = problem("logistic_cross_entropy", "tanh", sizes=(4, 5, 3, 2), N=1, seed=seed)
        gradient = p.objective.gradient(p.theta, p.batch)
        B = p.dense.gauss_newton(p.theta.vector) + 0.01 * np.eye(p.theta.size)
        gains = []
        for inverse in (block_diagonal, block_tridiagonal):
            d = solved(inverse, blocks_of(p, inverse.CROSSED), 0.1, gradient).vector
            gains.append((gradient.vector @ d) ** 2 / (d @ B @ d))
        assert gains[1] > gains[0]


def test_cholesky_factors_are_lower_and_give_the_damped_factors_back():
    block = blocks_of(problem(sizes=(4, 5, 3)))[0]
    found = block_diagonal.inverse_at([block], 0.1)
    assert list(found) == ["L_A1", "L_G1"]
    for factor, expected in zip(found.values(), damped(block, 0.1)):
        assert np.array_equal(factor, np.tril(factor))
        np.testing.assert_allclose(factor @ factor.T, expected, rtol=1e-13)


def test_eigenbases_give_the_factors_back_and_nothing_below_zero():
    block = Block(np.diag([1.0, -1e-17, 2.0]), np.array([[2.0, 1.0], [1.0, 2.0]]))
    ((Q_A, a, Q_G, g),) = eigenbasis.eigenbases([block])
    assert a.min() == 0
    np.testing.assert_allclose(Q_A * a @ Q_A.T, np.diag([1.0, 0.0, 2.0]), atol=1e-15)
    np.testing.assert_allclose(Q_G * g @ Q_G.T, block.G, atol=1e-14)


@by_inverse
def test_several_gammas_at_once_are_each_by_itself(inverse):
    p = problem("softmax_cross_entropy", sizes=(4, 5, 3, 2))
    blocks, gradient = blocks_of(p, inverse.CROSSED), p.objective.gradient(p.theta, p.batch)
    together = inverse.inverses(blocks, [0.5, 0.05])
    assert list(together) == [0.5, 0.05]
    for gamma, found in together.items():
        np.testing.assert_array_equal(inverse.solve(found, gradient).vector,
                                      solved(inverse, blocks, gamma, gradient).vector)


@by_inverse
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_and_the_state_s_shapes(inverse, dtype):
    p = problem(sizes=(4, 5, 3, 2))
    theta, batch = p.theta.astype(dtype), tuple(array.astype(dtype) for array in p.batch)
    blocks = kflr_blocks(p.objective, theta, batch, crossed=inverse.CROSSED)
    found, zeros = inverse.inverses(blocks, [0.1])[0.1], inverse.zero_inverse(theta)
    assert {name: (array.shape, array.dtype) for name, array in found.items()} \
        == {name: (array.shape, np.dtype(dtype)) for name, array in zeros.items()}
    assert not any(array.any() for array in zeros.values())
    U = inverse.solve(found, p.objective.gradient(theta, batch))
    assert U.dtype == dtype and np.isfinite(U.vector).all()


@by_inverse
def test_a_layer_without_curvature(inverse):
    """All its units dead: its gradient is divided by the damping alone."""
    blocks = [Block(np.eye(3), np.zeros((2, 2)))]
    gradient = Parameters.zeros({"W1": (2, 2), "b1": (2,)})
    gradient.vector[:] = 1
    U = solved(inverse, blocks, 0.25, gradient)
    np.testing.assert_allclose(U.vector, 1 / (0.25**2 if inverse is eigenbasis else 1.25 * 0.25))


def test_gammas_at_which_rounding_leaves_no_cholesky_factor_are_left_out():
    indefinite = [Block(np.diag([1.0, -0.05]), np.eye(2))]
    with pytest.raises(LinAlgError):
        block_diagonal.inverse_at(indefinite, 0.01)
    assert set(block_diagonal.inverses(indefinite, [0.01, 1.0])) == {1.0}
    (gamma,) = block_diagonal.inverses(indefinite, [0.01, 0.02])
    assert gamma == 0.08, "doubled from the largest until the damped block is positive definite"
    (gamma,) = block_diagonal.inverses([Block(np.diag([1.0, 0.0]), np.eye(2))], [0.0])
    assert 0 < gamma < 1e-14


@by_inverse
def test_factors_that_are_not_finite_are_named(inverse):
    blocks = [Block(np.eye(2), np.eye(2)), Block(np.eye(3), np.array([[1.0, np.nan], [np.nan, 1.0]]))]
    with pytest.raises(ValueError, match="G2, a curvature factor of layer 2, is not finite"):
        inverse.inverses(blocks + blocks[:1], [0.1]) if inverse.CROSSED else inverse.inverses(blocks, [0.1])


def test_rounding_in_single_precision_never_divides_by_zero():
    """Two layers of which the second repeats the first: all that the damping leaves over is gamma's."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((3, 5)).astype(np.float32)
    block = Block(rows.T @ rows / 3, rows.T @ rows / 3)
    gradient = Parameters.zeros({"W1": (4, 5), "b1": (5,), "W2": (4, 5), "b2": (5,)}, np.float32)
    gradient.vector[:] = rng.standard_normal(gradient.size)
    for gamma in (1e-3, 1e-6, 1e-9):
        U = solved(block_tridiagonal, [block] * 3, gamma, gradient)
        assert np.isfinite(U.vector).all()


@pytest.mark.parametrize("crossed", [False, True])
def test_blocks_in_an_optimiser_s_state(crossed):
    p = problem(sizes=(4, 5, 3))
    blocks = blocks_of(p, crossed)
    state = packed(blocks, 2)
    assert list(state) == ["A1", "G1", "A2", "G2"] + ["A1_2", "G1_2"] * crossed
    for block, again in zip(blocks, unpacked(state, p.theta, crossed), strict=True):
        assert block.A is again.A and block.G is again.G
    with pytest.raises(ValueError, match="state has no 'A1'"):
        unpacked({}, p.theta)
    with pytest.raises(ValueError, match=r"state\['G1'\] has shape \(2, 2\) but theta needs \(5, 5\)"):
        unpacked({**state, "G1": np.eye(2)}, p.theta)
    with pytest.raises(TypeError, match=r"state\['G2'\] is float32 but theta is float64"):
        unpacked({**state, "G2": np.eye(3, dtype=np.float32)}, p.theta)


@pytest.mark.parametrize("shapes", [{"W": (2, 3)}, {"b1": (3,), "W1": (2, 3)},
                                    {"W1": (2, 3), "b1": (3,), "W2": (3, 3)}])
def test_only_an_mlp_s_parameters_have_blocks(shapes):
    with pytest.raises(ValueError, match="must hold W1, b1, W2, b2, ...: the parameters of an MLP"):
        zero_blocks(Parameters.zeros(shapes))
