"""autograd (HIPS) on least recently used access by loops: values, gradients, R-operator and Hessian products of whole
sequences, with an oracle that shares no line with them.
"""

import autograd.numpy as np
import numpy
import pytest
from autograd import make_hvp, make_vjp

from ref.cells import lrua
from ref.cells.through_time import ThroughTime
from tests.cells import lrua_by_loops
from tests.cells.lrua_start import inputs, like, start, weights

MEMORY, T, N = ThroughTime(lrua), 3, 2


def flat(*trees) -> numpy.ndarray:
    """x, the weights, the start: all that is differentiated, in one vector."""
    return numpy.concatenate([array.ravel() for tree in trees for array in tree if array is not None])


def assert_close(got, expected):
    assert got.shape == expected.shape
    assert numpy.linalg.norm(got - expected) <= 1e-12 * numpy.linalg.norm(expected)


@pytest.mark.parametrize("kind", ["lstm", "feedforward"])
@pytest.mark.parametrize("design", [
    lrua.Design(4, 2), lrua.Design(4, 3, 2, 0.5, zeroes="all"),
    lrua.Design(5, 2, 2, strength="softplus", separate_add=True, spread="one each"),
    lrua.Design(3, 2, 3, strength="oneplus", contents="identity", spread="one each", zeroes="all")], ids=str)
def test_whole_sequences(design, kind):
    x, of, first = inputs(T, N), weights(design, kind), start(design, N, kind)
    Rx, Rof, Rfirst = inputs(T, N, seed=1), like(of, 2), like(first, 3)
    y, cache = MEMORY.forward(x, of, first, design)
    dy, Rdy = numpy.random.default_rng(4).standard_normal((2, *y.shape))

    given = (x, *of, *first._replace(u=None))

    def forward(vector):
        parts, at = [], 0
        for array in given:
            parts.append(None if array is None else np.reshape(vector[at : at + array.size], array.shape))
            at += 0 if array is None else array.size
        x, weights, state = parts[0], lrua.Weights(*parts[1:6]), lrua.State(*parts[6:])
        return lrua_by_loops.through_time(x, weights, state._replace(u=first.u), design)[0]

    point, direction = flat(given), flat((Rx,), Rof, Rfirst)
    assert_close(y, forward(point))
    vjp, _ = make_vjp(forward)(point)
    gradients = MEMORY.backward(dy, cache)
    assert_close(flat((gradients.dx,), gradients.dweights, gradients.dstart), vjp(dy))
    Ry, r_cache = MEMORY.r_forward(Rx, Rof, Rfirst, cache)
    for cotangent in (dy, Rdy):
        assert abs(numpy.sum(Ry * cotangent) - vjp(cotangent) @ direction) <= 1e-12 * numpy.linalg.norm(
            Ry) * numpy.linalg.norm(cotangent)
    R, dstart = MEMORY.r_backward(Rdy, dy, cache, r_cache)
    expected = vjp(Rdy) + make_hvp(lambda vector, dy: np.sum(forward(vector) * dy))(point, dy)[0](direction)
    assert_close(flat((R.dx,), R.dweights, R.dstart), expected)
    for got, same in zip(dstart, gradients.dstart):
        assert (got is None) == (same is None) and (got is None or numpy.allclose(got, same, rtol=1e-13, atol=1e-15))
