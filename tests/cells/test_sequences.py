"""Memories over a sequence: cut in two it is the whole; a case depends on no other, and on nothing that came before."""

import numpy as np
import pytest

from tests.cells.problems import DESIGNS, close, one_case, problem, random_like

KINDS = ("lstm", "feedforward")


def passes(p, steps: slice, start, Rstart, directions, cotangents, end=None, Rend=None):
    """Outputs and gradients of some steps, along directions and cotangents of them all."""
    (Rx, Rweights), (dy, Rdy) = directions, cotangents
    y, cache = p.op.forward(p.x[steps], p.weights, start, p.design)
    Ry, r_cache = p.op.r_forward(Rx[steps], Rweights, Rstart, cache)
    return y, Ry, cache, r_cache, lambda end, Rend: (
        p.op.backward(dy[steps], cache, dend=end),
        *p.op.r_backward(Rdy[steps], dy[steps], cache, r_cache, dend=end, Rdend=Rend))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", DESIGNS)
def test_cut_in_two(name, kind):
    p, rng = problem(name, kind, steps=5, seed=1), np.random.default_rng(2)
    shape = p.op.forward(p.x, p.weights, p.start, p.design)[0].shape
    directions = rng.standard_normal(p.x.shape), random_like(p.weights, 3)
    cotangents, Rstart = rng.standard_normal((2, *shape)), random_like(p.start, 4)
    end, Rend = random_like(p.start, 5), random_like(p.start, 6)

    y, Ry, cache, r_cache, back = passes(p, slice(None), p.start, Rstart, directions, cotangents)
    whole, Rwhole, dstart = back(end, Rend)
    y1, Ry1, cache1, r_cache1, back1 = passes(p, slice(2), p.start, Rstart, directions, cotangents)
    middle = one_case(p.op.trace(cache1), -1)
    y2, Ry2, cache2, r_cache2, back2 = passes(p, slice(2, None), middle, p.op.last_r(r_cache1), directions, cotangents)
    close(np.concatenate([y1, y2]), y)
    close(np.concatenate([Ry1, Ry2]), Ry)
    close(p.op.last_r(r_cache2), p.op.last_r(r_cache))

    second, Rsecond, dmiddle = back2(end, Rend)
    close(dmiddle, second.dstart)
    first, Rfirst, dstart1 = back1(second.dstart, Rsecond.dstart)
    close(dstart1, dstart)
    for parts, of_all in (((first, second), whole), ((Rfirst, Rsecond), Rwhole)):
        close(np.concatenate([part.dx for part in parts]), of_all.dx)
        close(parts[0].dstart, of_all.dstart)
        for name_of, one, two, both in zip(p.weights._fields, parts[0].dweights, parts[1].dweights, of_all.dweights):
            close(None if one is None else one + two, both), name_of


@pytest.mark.parametrize("name", DESIGNS)
def test_a_case_does_not_depend_on_its_batch(name):
    p = problem(name)
    y, cache = p.op.forward(p.x, p.weights, p.start, p.design)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    got = p.op.backward(dy, cache)
    for n in range(p.x.shape[1]):
        alone = slice(n, n + 1)
        y_n, cache_n = p.op.forward(p.x[:, alone], p.weights, one_case(p.start, alone), p.design)
        close(y_n, y[:, alone], 1e-14)
        of_n = p.op.backward(dy[:, alone], cache_n)
        close(of_n.dx, got.dx[:, alone])
        close(of_n.dstart, one_case(got.dstart, alone))


@pytest.mark.parametrize("name", DESIGNS)
def test_nothing_is_kept_between_sequences(name):
    p = problem(name)
    first, cache = p.op.forward(p.x, p.weights, p.start, p.design)
    p.op.backward(np.ones_like(first), cache)
    p.op.forward(p.x + 1, p.weights, p.start, p.design)
    again, _ = p.op.forward(p.x, p.weights, p.start, p.design)
    assert again.tobytes() == first.tobytes()


@pytest.mark.parametrize("name", DESIGNS)
def test_one_start_for_all_is_each_cases_own(name):
    p = problem(name)
    shared = one_case(p.start, 0)
    own = type(shared)(*(None if array is None else np.stack([array] * p.x.shape[1]) for array in shared))
    (y, cache), (y_own, cache_own) = (p.op.forward(p.x, p.weights, start, p.design) for start in (shared, own))
    close(y, y_own, 0)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    summed = p.op.backward(dy, cache_own).dstart
    close(p.op.backward(dy, cache).dstart,
          type(shared)(*(None if d is None else d.sum(axis=0) for d in summed)), 1e-14)


@pytest.mark.parametrize("name", DESIGNS)
def test_weights_stay_weights(name):
    """Every reading and writing is a mean, or less than one; usage is one; links and precedence sum to one at most."""
    p = problem(name, steps=12, seed=4)
    states = p.op.trace(p.op.forward(p.x, p.weights, p.start, p.design)[1])
    for weights in (states.w_read, states.w_write):
        assert weights.min() >= 0 and weights.sum(axis=-1).max() <= 1 + 1e-12
    if name.startswith("ntm"):
        np.testing.assert_allclose(states.w_read.sum(axis=-1), 1, rtol=1e-12)
    else:
        assert states.u.min() >= 0 and states.u.max() <= 1
        assert states.links.min() >= 0
        for axis in (-1, -2):
            assert states.links.sum(axis=axis).max() <= 1 + 1e-12
        assert np.einsum("tnii->tni", states.links[1:]).max() == 0
