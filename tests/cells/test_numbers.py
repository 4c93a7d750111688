"""No NaN by construction: zeros, ones, the very small and the very large, in float32, through all four passes.

Each test names the published trouble that it stands for; the addresses are in the chapter on memories.
"""

import numpy as np
import pytest

from ref.checks.hygiene import leaves
from ref.memory import allocation, content, cosine, sharpening, writing
from tests.cells.problems import ARGUMENTS, DESIGNS, problem, random_like


def all_finite(*trees) -> bool:
    return all(np.isfinite(array).all() for tree in trees for _, array in leaves(tree)
               if np.asarray(array).dtype.kind == "f")


def four_passes(op, *arguments) -> tuple:
    """What the op's passes return, at random cotangents and directions."""
    rng = np.random.default_rng(0)
    y, cache = op.forward(*arguments)
    dy, Rdy = rng.standard_normal((2, *y.shape)).astype(y.dtype)
    Ry, r_cache = op.r_forward(*(rng.standard_normal(a.shape).astype(a.dtype) for a in arguments), cache)
    return y, op.backward(dy, cache), Ry, op.r_backward(Rdy, dy, cache, r_cache)


def of_sequence(p) -> tuple:
    y, cache = p.op.forward(p.x, p.weights, p.start, p.design)
    dy = np.random.default_rng(0).standard_normal(y.shape).astype(y.dtype)
    Rweights = type(p.weights)(*(None if w is None else d.astype(y.dtype)
                                 for w, d in zip(p.weights, random_like(p.weights, 1))))
    Rstart = type(p.start)(*(None if s is None else np.zeros_like(s) for s in p.start))
    Ry, r_cache = p.op.r_forward(None, Rweights, Rstart, cache)
    return y, p.op.backward(dy, cache), Ry, p.op.r_backward(dy, dy, cache, r_cache), p.op.trace(cache)


def altered(p, **changes):
    """The problem with other arrays in its start."""
    return p._replace(start=p.start._replace(**{name: change(getattr(p.start, name)).astype(p.x.dtype)
                                                for name, change in changes.items()}))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("size", [0, 1e-6, 1e6])
def test_memories_of_any_size(name, size, dtype):
    """Zero memory: 0/0 in a cosine whose epsilon stands outside the root, the most reported NaN of NTM codes."""
    p = altered(problem(name, dtype=dtype), M=lambda M: size * np.sign(M))
    results = of_sequence(p)
    assert all_finite(*results)
    assert all(array.dtype == dtype for _, array in leaves(results) if isinstance(array, np.ndarray))


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("scale", [0, 30, 1e4])
def test_controllers_that_say_anything(name, scale):
    """Keys of zero; strengths and sharpenings of 1e4 and more, at which exp(beta s) and w^gamma leave float32."""
    p = problem(name, dtype=np.float32)
    loud = p.weights._replace(P=(scale * p.weights.P).astype(np.float32), q=(scale * p.weights.q).astype(np.float32))
    assert all_finite(*of_sequence(p._replace(weights=loud)))


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("weights", ["one-hot", "uniform"])
def test_weights_at_the_ends(name, weights):
    """Weights that are zero: their logarithm in sharpening, and erasing all of a row that is then divided by zero."""
    def change(w):
        return np.eye(w.shape[-1])[np.zeros(w.shape[:-1], int)] if weights == "one-hot" else 0 * w + 1 / w.shape[-1]

    p = altered(problem(name, dtype=np.float32), w_read=change, w_write=change)
    assert all_finite(*of_sequence(p))


@pytest.mark.parametrize("name, options", [("ntm", {"n_read_heads": 1, "n_write_heads": 1, "shifts": 0}),
                                           ("dnc", {"n_read_heads": 1})])
def test_one_row(name, options):
    p = problem(name)
    design = type(p.design)(n_locations=1, width=3, **options)
    arrays = ARGUMENTS[p.cell](design, 4, 2, 2, 3, "lstm", True, 0)
    p = p._replace(design=design, x=arrays["x"], weights=p.cell.Weights(*(arrays[of] for of in p.cell.Weights._fields)),
                   start=p.cell.State(*(arrays[f"{of}0"] for of in p.cell.State._fields)))
    results = of_sequence(p)
    assert all_finite(*results)
    if name == "ntm":
        assert (results[-1].w_read == 1).all(), "where there is one row, all the weight is on it"


def test_sharpening_of_128_uniform_weights():
    """(1/128)^22 is zero in float32, and 0/0 was NaN: at gamma = 100 uniform weights stay uniform."""
    uniform, gamma = np.full((1, 1, 128), 1 / 128, np.float32), np.full((1, 1), 100, np.float32)
    assert np.sum(uniform ** gamma[..., None]) == 0
    results = four_passes(sharpening, uniform, gamma)
    assert all_finite(*results)
    np.testing.assert_allclose(results[0], uniform, rtol=1e-5)


@pytest.mark.parametrize("gamma", [1, 100])
def test_sharpening_of_one_hot_weights(gamma):
    results = four_passes(sharpening, np.eye(1, 128, dtype=np.float32)[None], np.full((1, 1), gamma, np.float32))
    assert results[0][0, 0, 0] == 1 and np.abs(results[0][0, 0, 1:]).max() < 1e-29
    assert all_finite(results[0], results[1])


def test_strengths_of_1e4():
    """exp(88.8) overflows float32: the largest beta s goes out before the exponential."""
    s = np.linspace(-1, 1, 7, dtype=np.float32).reshape(1, 1, 7)
    results = four_passes(content, s, np.full((1, 1), 1e4, np.float32))
    assert all_finite(*results)
    np.testing.assert_array_equal(results[0], [[[0, 0, 0, 0, 0, 0, 1]]])


def test_zero_keys_and_rows_are_like_nothing():
    M, k = np.zeros((1, 3, 4)), np.zeros((1, 2, 4))
    M[0, 1] = 1
    results = four_passes(cosine, M, k)
    assert all_finite(*results)
    np.testing.assert_array_equal(results[0], 0)


def test_slopes_at_small_rows_are_bounded():
    """With epsilon outside the root the slope at rows of 1e-6 is 2e5; inside it is at most 1/sqrt(epsilon) = 1,000."""
    M, k = np.full((1, 3, 4), 1e-6), np.random.default_rng(0).standard_normal((1, 1, 4))
    dM, _ = cosine.backward(np.ones((1, 1, 3)), cosine.forward(M, k)[1])
    assert 100 < np.linalg.norm(dM[0, 0]) <= 1000


def test_erasing_everything():
    """w e = 1: a product over heads without one of them is not the whole divided by 1 - w e = 0."""
    M, w, e, a = np.ones((1, 2, 3)), np.zeros((1, 2, 2)), np.ones((1, 2, 3)), np.zeros((1, 2, 3))
    w[0, :, 0] = 1
    results = four_passes(writing, M, w, e, a)
    assert all_finite(*results)
    np.testing.assert_array_equal(results[0][0], [[0] * 3, [1] * 3])


def test_allocation_where_all_is_free_and_where_nothing_is():
    for u in (np.zeros((1, 64), np.float32), np.ones((1, 64), np.float32)):
        assert all_finite(*four_passes(allocation, u))
