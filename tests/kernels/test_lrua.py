"""The compiled LRUA's own: the order of usage, the usage's gradient, and arrays that do not fit."""

import numpy as np
import pytest

from numba_kernels.cpu import lrua
from tests.kernels import lrua_problem

VARIANT = "many heads, starts of each case"


@pytest.mark.parametrize("dtype", (np.float64, np.float32))
def test_the_least_used_are_the_first_of_numpy_s_stable_order(dtype):
    """Mistakes caught: ties the other way round, the order of -0 and 0, NaN anywhere but at the end."""
    u = np.random.default_rng(0).integers(0, 4, (400, 7)).astype(dtype) / 4
    u[:20] = 0
    u[20:40, ::2] = -0.0
    u[40:60, 1] = np.nan
    u[60:80, [0, 4, 5, 6, 2]] = np.nan
    u[80] = np.nan
    x, weights, start, design = lrua_problem.parameters(lrua_problem.arrays(1, dtype, N=len(u)), VARIANT)
    _, cache = lrua.forward(x, weights, start._replace(u=u), design)
    np.testing.assert_array_equal(cache.seen[0][0], np.argsort(u, axis=1, kind="stable")[:, :2])


def test_a_gradient_or_a_direction_of_the_usage_is_not_looked_at():
    a = lrua_problem.arrays(3)
    _, cache = lrua.forward(*lrua_problem.parameters(a, VARIANT))
    end, moved = lrua_problem.options(a, VARIANT)[", going on"]["dend"], np.ones((5, 7))
    without, with_one = (lrua.backward(a["dh"], cache, dend=dend) for dend in (end, end._replace(u=moved)))
    assert without.dstart.u is None and with_one.dstart.u is None
    np.testing.assert_array_equal(without.dstart.M, with_one.dstart.M)
    Rx, Rweights, Rstart = lrua_problem.directions(a, VARIANT)
    (Ry, r_cache), (same, _) = (lrua.r_forward(Rx, Rweights, Rstart._replace(u=u), cache) for u in (None, moved))
    assert lrua.last_r(r_cache).u is None
    np.testing.assert_array_equal(Ry, same)


@pytest.mark.parametrize("changed, error, message", [
    (dict(W=np.zeros((4, 16), np.float32)), TypeError, "W is float32 but x is float64"),
    (dict(U=np.zeros((8, 16))), ValueError, r"U has shape \(8, 16\) but must be \(9, 4H\)"),
    (dict(P=np.zeros((4, 3))), ValueError, r"P has shape \(4, 3\) but must be \(H, 8\)"),
    (dict(q=np.zeros(10)), ValueError, r"q has shape \(10,\) but must be \(8\)"),
])
def test_weights_that_do_not_fit(changed, error, message):
    x, weights, start, design = lrua_problem.parameters(lrua_problem.arrays(2), VARIANT)
    with pytest.raises(error, match=message):
        lrua.forward(x, weights._replace(**changed), start, design)


@pytest.mark.parametrize("name, shape, message", [
    ("M", (5, 3, 7), r"start.M has shape \(5, 3, 7\) but must be \(N, 7, 3\)"),
    ("u", (4, 7), r"start.u has shape \(4, 7\) but must be \(N, 7\) with N = 5"),
    ("u", (1, 1, 7), r"start.u has shape \(1, 1, 7\) but must be \(7\) or \(N, 7\)"),
    ("w_read", (3, 7), r"start.w_read has shape \(3, 7\) but must be \(2, 7\)"),
    ("r", (3, 2), r"start.r has shape \(3, 2\) but must be \(2, 3\)"),
    ("h", (5,), r"start.h has shape \(5,\) but must be \(H\) with H = 4"),
])
def test_starts_that_do_not_fit(name, shape, message):
    x, weights, start, design = lrua_problem.parameters(lrua_problem.arrays(2), VARIANT)
    with pytest.raises(ValueError, match=message):
        lrua.forward(x, weights, start._replace(**{name: np.zeros(shape)}), design)


def test_a_start_without_usage_is_refused():
    x, weights, start, design = lrua_problem.parameters(lrua_problem.arrays(2), VARIANT)
    with pytest.raises(TypeError, match="start.u is NoneType"):
        lrua.forward(x, weights, start._replace(u=None), design)


def test_the_other_passes_refuse():
    a = lrua_problem.arrays(3)
    _, cache = lrua.forward(*lrua_problem.parameters(a, VARIANT))
    Rx, Rweights, Rstart = lrua_problem.directions(a, VARIANT)
    _, r_cache = lrua.r_forward(Rx, Rweights, Rstart, cache)
    end = lrua_problem.options(a, VARIANT)[", going on"]["dend"]
    for call, error, message in (
        (lambda: lrua.backward(a["dh"][:2], cache), ValueError, r"dy has shape \(2, 5, 10\).* with T = 3"),
        (lambda: lrua.backward(a["dh"][:, :, :9], cache), ValueError, r"dy has shape .* but must be \(T, N, 10\)"),
        (lambda: lrua.backward(a["dh"].astype(np.float32), cache), TypeError, "dy is float32 but x is float64"),
        (lambda: lrua.backward(a["dh"], cache, dend=end._replace(M=end.M[:, 1:])), ValueError, "dend.M has shape"),
        (lambda: lrua.r_forward(Rx[:2], Rweights, Rstart, cache), ValueError, "Rx has shape"),
        (lambda: lrua.r_forward(Rx, Rweights._replace(P=Rweights.P.T), Rstart, cache), ValueError, "RP has shape"),
        (lambda: lrua.r_forward(Rx, Rweights, Rstart._replace(w_read=Rstart.w_read[:, 1:]), cache), ValueError,
         "Rstart.w_read has shape"),
        (lambda: lrua.r_backward(a["Rdh"][:, 1:], a["dh"], cache, r_cache), ValueError, "Rdy has shape"),
        (lambda: lrua.r_backward(a["Rdh"], a["dh"], cache, r_cache, dend=end, Rdend=end._replace(c=end.c[0])),
         ValueError, "Rdend.c has shape"),
    ):
        with pytest.raises(error, match=message):
            call()


def test_a_feed_forward_controller_has_no_state():
    x, weights, start, design = lrua_problem.parameters(lrua_problem.arrays(2), "feed-forward")
    with pytest.raises(ValueError, match=r"start.h has shape \(4,\) but must be None where the weights have no W"):
        lrua.forward(x, weights, start._replace(h=np.zeros(4)), design)
