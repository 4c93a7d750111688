"""K-FAC's blocks as the preconditioner of Hessian-free, against dense matrices."""

import numpy as np
import pytest

from ref.hessian_free import Batches, HessianFree, KroneckerPreconditioner, kfac_blocks
from ref.hessian_free.kfac.factored_damping import damped
from ref.hessian_free.work import Counted
from ref.random import stream
from tests.hessian_free.counted import CountedNetwork
from tests.hessian_free.kfac.test_kronecker_factors import layer
from tests.hessian_free.problems import problem
from tests.hessian_free.recurrent_problems import recurrent_problem


def dense(blocks, theta, gamma) -> np.ndarray:
    P = np.zeros((theta.size, theta.size))
    for l, block in enumerate(blocks, 1):
        P[layer(theta, l), layer(theta, l)] = np.kron(*damped(block, gamma))
    return P


def drawn(p, k, batch=None, share=1.0):
    """What step k estimates, from the same draws."""
    rng, (x, t) = stream(0, k, "factors"), batch or p.batch
    if share < 1:
        chosen = np.sort(rng.choice(len(x), round(share * len(x)), replace=False))
        x, t = x[chosen], t[chosen]
    return kfac_blocks(p.objective, p.theta, (x, t), rng)


def test_it_solves_with_the_damped_blocks():
    p = problem("softmax_cross_entropy", sizes=(4, 5, 3), N=20)
    preconditioner, work = KroneckerPreconditioner(strength=0.5), Counted(p.objective)
    factors = preconditioner.update(p.theta, preconditioner.init(p.theta), work, p.batch, 1)
    r = np.random.default_rng(1).standard_normal(p.theta.size)
    expected = np.linalg.solve(dense(drawn(p, 1), p.theta, 0.5 * 0.3), r)
    found = preconditioner.solver(p.theta, factors, work, 0.09)(r)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("share", [1.0, 0.25])
def test_one_iteration_is_along_the_preconditioned_gradient(share):
    """One CG iteration from a cold start is the minimum along P⁻¹g, formed here in full, at the first step and at the
    second, where the factors are the mean of two estimates on the curvature's minibatch.
    """
    p = problem("softmax_cross_entropy", decay=0.1, N=40)
    half = tuple(array[:20] for array in p.batch)
    batches = Batches(p.batch, curvature=half)
    optimizer = HessianFree(damping=0.4, adapt=False, max_iterations=1, decay=0.0, rate=1.0,
                            preconditioner=KroneckerPreconditioner(share=share))
    theta, state, means = p.theta, optimizer.init(p.theta), None
    for k in (1, 2):
        at = p._replace(theta=theta)
        new = drawn(at, k, half, share)
        means = new if means is None else [type(a)((a.A + b.A) / 2, (a.G + b.G) / 2) for a, b in zip(means, new)]
        g = p.dense.gradient(theta.vector)
        B = p.on(half).gauss_newton(theta.vector) + 0.4 * np.eye(len(g))
        D = -np.linalg.solve(dense(means, theta, 0.5**0.5), g)
        expected = -(g @ D) / (D @ B @ D) * D
        after, state, _ = optimizer.step(theta, state, p.objective, batches)
        np.testing.assert_allclose(after.vector - theta.vector, expected, rtol=1e-8, atol=1e-11)
        theta = after


def test_the_name_is_the_default_object_and_a_step_is_pure():
    p = problem("logistic_cross_entropy", N=20)
    results = []
    for preconditioner in ("kfac", KroneckerPreconditioner(), KroneckerPreconditioner(strength=0.2)):
        optimizer = HessianFree(damping=0.5, preconditioner=preconditioner)
        state = optimizer.init(p.theta)
        kept = {name: np.copy(value) for name, value in state.items()}
        first, again = (optimizer.step(p.theta, state, p.objective, p.batch) for _ in range(2))
        assert np.array_equal(first[0].vector, again[0].vector) and first[1].keys() == state.keys()
        assert all(np.array_equal(state[name], kept[name]) for name in kept)
        assert all(np.array_equal(first[1][name], again[1][name]) for name in state)
        results.append(first[0].vector)
    np.testing.assert_array_equal(results[0], results[1])
    assert (results[0] != results[2]).any()


def test_float32_stays():
    p = problem("logistic_cross_entropy", N=20)
    theta, batch = p.theta.astype(np.float32), tuple(array.astype(np.float32) for array in p.batch)
    optimizer = HessianFree(damping=0.5, preconditioner="kfac")
    after, state, _ = optimizer.step(theta, optimizer.init(theta), p.objective, batch)
    assert after.dtype == np.float32 and (after.vector != theta.vector).any()
    assert all(value.dtype == np.float32 for value in state.values() if isinstance(value, np.ndarray))


def test_its_work_is_counted():
    """Sizes 4-5-3, 16 cases, a quarter of them for the factors, two CG iterations: what the network does is counted as
    it is done, the rest by hand.
    """
    p = problem("softmax_cross_entropy", sizes=(4, 5, 3), N=16)
    p.objective.network = network = CountedNetwork(p.objective.network)
    preconditioner = KroneckerPreconditioner(share=0.25)
    optimizer = HessianFree(damping=0.5, max_iterations=2, stop="fixed", preconditioner=preconditioner)
    weights = 4 * 5 + 5 * 3
    factors = 4 * weights + 4 * (5 * 5 + 6 * 6) + 4 * (5 * 5 + 3 * 3)  # sent back; ā āᵀ and g gᵀ
    cholesky = (5**3 + 5**3 + 6**3 + 3**3) / 6
    solution = (5 * 5 * 5 + 5 * 5 * 5) + (6 * 6 * 3 + 6 * 3 * 3)
    _, _, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, p.batch)
    total = network.thirds * weights + factors + cholesky + 3 * solution  # of r at the start and after each iteration
    assert report["gradient_equivalents"] == pytest.approx(total / (3 * weights), rel=1e-12)


def test_it_needs_fewer_iterations_than_the_fisher_diagonal():
    """Inputs that hang together and are of very different sizes: a rotated ellipsoid, which no diagonal sees."""
    needed = {}
    for seed in range(3):
        p = problem("logistic_cross_entropy", "tanh", sizes=(8, 7, 3), N=200, scale=0.5, seed=seed)
        rotation, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((8, 8)))
        batch = (p.batch[0] * np.geomspace(0.05, 5, 8)) @ rotation, p.batch[1]
        for name in (None, "fisher", "kfac"):
            optimizer = HessianFree(1e-4, max_iterations=300, stop="fixed", preconditioner=name, backtracking=False)
            _, _, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, batch)
            phis = np.array(report["phis"])
            needed.setdefault(name, []).append(int(np.argmax(phis <= 0.99 * phis.min())))
    for name in (None, "fisher"):  # 15, 7 and 14 against 21, 20, 22 and 23, 21, 24
        assert all(kfac < 0.85 * other for kfac, other in zip(needed["kfac"], needed[name])), needed


def test_bad_input():
    with pytest.raises(ValueError, match="strength is 0 but must be above 0"):
        KroneckerPreconditioner(strength=0)
    with pytest.raises(ValueError, match="share is 2 but must be at most 1"):
        KroneckerPreconditioner(share=2)
    recurrent = recurrent_problem()
    with pytest.raises(ValueError, match="the parameters of an MLP"):
        HessianFree(preconditioner="kfac").init(recurrent.theta)
    p = problem("logistic_squared_error")
    optimizer = HessianFree(preconditioner="kfac")
    with pytest.raises(ValueError, match="the loss of no distribution"):
        optimizer.step(p.theta, optimizer.init(p.theta), p.objective, p.batch)
    p = problem("squared_error")
    with pytest.raises(ValueError, match="state has no 'A1'"):
        optimizer.step(p.theta, HessianFree().init(p.theta), p.objective, p.batch)
    with pytest.raises(ValueError, match="damping is 0.0 but must be above 0"):
        optimizer = HessianFree(0.0, preconditioner="kfac")
        optimizer.step(p.theta, optimizer.init(p.theta), p.objective, p.batch)
