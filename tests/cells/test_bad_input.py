"""What does not fit a memory is refused, and the error names it."""

import numpy as np
import pytest

from ref.cells import dnc, ntm
from ref.networks.dnc_rnn import DNCRNN
from ref.networks.ntm_rnn import NTMRNN
from tests.cells.problems import DESIGNS, problem

BAD_DESIGNS = [
    (ntm.Design, {"n_read_heads": 6}, "n_read_heads is 6 but must be at most 5"),
    (ntm.Design, {"n_write_heads": 6}, "n_write_heads is 6 but must be at most 5"),
    (ntm.Design, {"shifts": 3}, "shifts is 3 but the 7 shifts from -3 to 3 must be different in a memory of 5"),
    (ntm.Design, {"shifts": -1}, "shifts is -1"),
    (ntm.Design, {"order": "both"}, "order is 'both' but must be one of write first, read first"),
    (ntm.Design, {"strength": "exp"}, "strength is 'exp'"),
    (ntm.Design, {"contents": "relu"}, "contents is 'relu'"),
    (dnc.Design, {"n_read_heads": 6}, "n_read_heads is 6 but must be at most 5"),
    (dnc.Design, {"n_read_heads": 0}, "n_read_heads is 0 but must be at least 1"),
    (dnc.Design, {"usage_gradient": "half"}, "usage_gradient is 'half'"),
]


@pytest.mark.parametrize("design, options, message", BAD_DESIGNS)
def test_designs(design, options, message):
    with pytest.raises(ValueError, match=message):
        design(n_locations=5, width=3, **options)


def with_start(p, **arrays):
    return p._replace(start=p.start._replace(**arrays))


def with_weights(p, **arrays):
    return p._replace(weights=p.weights._replace(**arrays))


BAD = {
    "an empty sequence": (lambda p: p._replace(x=p.x[:0]), ValueError, "x has no steps"),
    "no cases": (lambda p: p._replace(x=p.x[:, :0]), ValueError, "x has no cases"),
    "one step alone": (lambda p: p._replace(x=p.x[0]), ValueError, r"x has shape .* but must be \(T, N, D\)"),
    "NaN in the inputs": (lambda p: p._replace(x=np.where(p.x > 0, np.nan, p.x)), ValueError, "x must be finite"),
    "inputs of another width": (lambda p: p._replace(x=p.x[..., :1]), ValueError, "U has shape"),
    "keys of another width": (lambda p: with_weights(p, P=p.weights.P[:, 1:]), ValueError, "P has shape"),
    "biases of another width": (lambda p: with_weights(p, q=p.weights.q[1:]), ValueError, "q has shape"),
    "a memory of another width": (lambda p: with_start(p, M=p.start.M[..., 1:]), ValueError, "start.M has shape"),
    "a memory with fewer rows": (lambda p: with_start(p, M=p.start.M[:, 1:]), ValueError, "start.M has shape"),
    "too few cases in a state": (lambda p: with_start(p, r=p.start.r[1:]), ValueError, "start.r has shape"),
    "no memory": (lambda p: with_start(p, M=None), TypeError, "start.M is NoneType"),
    "another dtype": (lambda p: with_start(p, M=p.start.M.astype(np.float32)), TypeError, "start.M is float32"),
    "a state of a feed-forward controller": (
        lambda p: with_weights(p, W=None, U=p.weights.U[:, :3], b=p.weights.b[:3]), TypeError, "start.h is given"),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("name", ["ntm", "dnc"])
def test_sequences(name, what):
    spoil, error, message = BAD[what]
    p = spoil(problem(name))
    with pytest.raises(error, match=message):
        p.op.forward(p.x, p.weights, p.start, p.design)


@pytest.mark.parametrize("usage", [-0.1, 1.1])
def test_usage_is_in_the_unit_interval(usage):
    p = problem("dnc")
    spoilt = p.start.u.copy()
    spoilt[0, 1] = usage
    p = with_start(p, u=spoilt)
    with pytest.raises(ValueError, match=r"start.u must be in \[0, 1\], a usage, but is from"):
        p.op.forward(p.x, p.weights, p.start, p.design)


@pytest.mark.parametrize("kind", [NTMRNN, DNCRNN])
def test_networks(kind):
    network = kind(2, 3, 2, 5, 3)
    theta = network.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="x has shape"):
        network.forward(theta, np.zeros((4, 2, 3)))
    with pytest.raises(ValueError, match="x must be finite"):
        network.forward(theta, np.full((4, 2, 2), np.nan))
    with pytest.raises(TypeError, match="x is float32 but theta is float64"):
        network.forward(theta, np.zeros((4, 2, 2), np.float32))
    for options, message in (({"controller": "gru"}, "controller is 'gru'"), ({"learnt": ("M", "u")}, "learnt is 'u'"),
                             ({"n_locations": 0}, "n_locations is 0"), ({"outputs": "first"}, "outputs is 'first'")):
        with pytest.raises(ValueError, match=message):
            kind(2, 3, 2, **options)


def test_weights_that_are_not_finite_say_so_in_the_outputs():
    """Training that diverges must end in a loss that is NaN, not in an error."""
    for name in DESIGNS:
        p = problem(name)
        y, _ = p.op.forward(p.x, with_weights(p, b=np.full_like(p.weights.b, np.nan)).weights, p.start, p.design)
        assert np.isnan(y).any()
