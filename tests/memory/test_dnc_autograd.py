"""autograd (HIPS) on the DNC's equations by loops: an oracle of every pass that shares no line with them."""

import importlib

import autograd.numpy as np
import numpy
import pytest
from autograd import make_hvp, make_vjp

from ref.checks.passes import as_tuple
from tests.derivatives.cases.case import normal, probabilities, unit_interval
from tests.memory import dnc_by_loops

TIED = numpy.array([[0.5, 0.5, 0.25, 0.5], [0, 0, 0, 0], [1, 0, 1, 0.5]])
FREED = {"wr": numpy.array([[[0, 1, 0, 0], [0, 1, 0, 0]]]), "f": numpy.ones((1, 2))}

POINTS = {
    "usage": ("usage", (unit_interval(2, 4), probabilities(2, 4, seed=1), probabilities(2, 3, 4, seed=2),
                        unit_interval(2, 3, seed=3))),
    "usage with a location freed twice": ("usage", (unit_interval(1, 4), probabilities(1, 4, seed=1), FREED["wr"],
                                                    FREED["f"])),
    "allocation": ("allocation", (unit_interval(3, 6),)),
    "allocation at ties, in the order of the indices": ("allocation", (TIED,)),
    "links": ("links", (normal(2, 4, 4), probabilities(2, 4, seed=1), probabilities(2, 4, seed=2))),
    "precedence": ("precedence", (probabilities(2, 4), 0.6 * probabilities(2, 4, seed=1))),
    "read modes": ("read_modes", (normal(2, 4, 4), probabilities(2, 3, 4, seed=1), probabilities(2, 3, 4, seed=2),
                                  probabilities(2, 3, 3, seed=3))),
}


def assert_close(got, expected):
    assert got.shape == expected.shape
    assert numpy.linalg.norm(got - expected) <= 1e-12 * numpy.linalg.norm(expected)


@pytest.mark.parametrize("name", POINTS)
def test_four_passes(name):
    """Values, vector-Jacobian products, and Hessian products of <dy, y>, which r_backward adds to Jᵀ Rdy."""
    module, arguments = POINTS[name]
    op, f = importlib.import_module(f"ref.memory.{module}"), getattr(dnc_by_loops, module)
    arguments = tuple(x.astype(float) for x in arguments)
    sizes = numpy.cumsum([x.size for x in arguments])[:-1]

    def flat(arrays):
        return numpy.concatenate([numpy.ravel(array) for array in arrays])

    def forward(vector):
        return f(*(np.reshape(part, x.shape) for part, x in zip(np.split(vector, sizes), arguments)))

    rng = numpy.random.default_rng(3)
    y, cache = op.forward(*arguments)
    dy, Rdy = rng.standard_normal((2, *y.shape))
    directions = tuple(rng.standard_normal(x.shape) for x in arguments)
    point, direction = flat(arguments), flat(directions)

    assert_close(y, forward(point))
    vjp, _ = make_vjp(forward)(point)
    assert_close(flat(as_tuple(op.backward(dy, cache))), vjp(dy))
    Ry, r_cache = op.r_forward(*directions, cache)
    assert_close(numpy.sum(Ry * Rdy), numpy.dot(vjp(Rdy), direction))
    bent = make_hvp(lambda vector: np.sum(forward(vector) * dy))(point)[0](direction)
    assert_close(flat(as_tuple(op.r_backward(Rdy, dy, cache, r_cache))), vjp(Rdy) + bent)
