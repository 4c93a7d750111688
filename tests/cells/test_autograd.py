"""autograd (HIPS) on memories as a textbook has them: values, gradients and Hessian products of whole sequences."""

import autograd.numpy as np
import numpy
import pytest
from autograd import grad, make_hvp

from tests.cells import textbook
from tests.cells.problems import DESIGNS, close, one_case, problem, random_like


def flat(trees) -> numpy.ndarray:
    return numpy.concatenate([array.ravel() for tree in trees for array in tree if array is not None])


def rebuilt(vector, trees):
    """The inverse of flat, in the trees' shapes, which autograd can go through."""
    at, made = 0, []
    for tree in trees:
        arrays = []
        for array in tree:
            if array is None:
                arrays.append(None)
                continue
            arrays.append(np.reshape(vector[at : at + array.size], array.shape))
            at += array.size
        made.append(type(tree)(*arrays))
    return made


@pytest.mark.parametrize("name, kind", [*((name, "lstm") for name in DESIGNS), ("ntm", "feedforward"),
                                        ("dnc", "feedforward")])
def test_a_whole_sequence(name, kind):
    p = problem(name, kind, seed=3)
    written = getattr(textbook, name.split()[0])
    rng = numpy.random.default_rng(5)
    y, cache = p.op.forward(p.x, p.weights, p.start, p.design)
    dy = rng.standard_normal(y.shape)

    def f(vector):
        """<dy, y> of all cases; the parameters are the weights, then each case's start."""
        weights, *starts = rebuilt(vector, trees)
        return sum(np.sum(dy[:, n] * written(p.x[:, n], weights, one, p.design)) for n, one in enumerate(starts))

    trees = [p.weights, *(one_case(p.start, n) for n in range(p.x.shape[1]))]
    point = flat(trees)
    for n, one in enumerate(trees[1:]):
        close(y[:, n], written(p.x[:, n], p.weights, one, p.design), 1e-13)

    got = p.op.backward(dy, cache)
    ours = flat([got.dweights, *(one_case(got.dstart, n) for n in range(p.x.shape[1]))])
    expected = grad(f)(point)
    assert numpy.linalg.norm(ours - expected) <= 1e-12 * numpy.linalg.norm(expected)

    Rweights, Rstart = random_like(p.weights, 7), random_like(p.start, 8)
    v = flat([Rweights, *(one_case(Rstart, n) for n in range(p.x.shape[1]))])
    Ry, r_cache = p.op.r_forward(None, Rweights, Rstart, cache)
    R, dstart = p.op.r_backward(numpy.zeros_like(dy), dy, cache, r_cache)
    close(dstart, got.dstart)
    ours = flat([R.dweights, *(one_case(R.dstart, n) for n in range(p.x.shape[1]))])
    expected = make_hvp(f)(point)[0](v)
    assert numpy.linalg.norm(ours - expected) <= 1e-11 * numpy.linalg.norm(expected)
    assert abs(numpy.sum(dy * Ry) - grad(f)(point) @ v) <= 1e-11 * abs(grad(f)(point) @ v)
