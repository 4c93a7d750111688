"""Arrays that a kernel cannot read as they are: made ready, or refused with the argument's name; never read wrongly."""

import numpy as np
import pytest

from numba_kernels.cpu import elman, lstm, ntm
from numba_kernels.cpu.prepare import prepare
from ref.layers import elman as reference
from tests.kernels import elman_problem, lstm_problem, ntm_problem
from tests.kernels.problems import TWINS, assert_same, results


def strided(array: np.ndarray) -> np.ndarray:
    """The same numbers, every second one of a larger array."""
    wide = np.full((*array.shape[:-1], 2 * array.shape[-1]), np.nan, array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def backwards(array: np.ndarray) -> np.ndarray:
    return array[::-1].copy()[::-1]


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("laid", (np.asfortranarray, strided, backwards))
def test_arrays_in_another_order_give_the_same(laid, name):
    kernel, _, problem, _ = TWINS[name]
    a, variant = problem.arrays(4), next(iter(problem.VARIANTS))
    other = {key: laid(array) for key, array in a.items()}
    assert not all(array.flags.c_contiguous for array in other.values())
    assert_same(results(problem, kernel, other, variant), results(problem, kernel, a, variant), 0)


def forward(given: dict, op=elman, **changed):
    a = {**given, **changed}
    return op.forward(a["x"], a["U"], a["W"], a["b"], a["h0"], a.get("a"), a.get("phi", "tanh"))


def lstm_forward(a: dict, **changed):
    return lstm.forward(*lstm_problem.parameters({**a, **changed}, "peepholes"))


@pytest.mark.parametrize("changed, error, message", [
    (dict(W=np.zeros((4, 4), np.float32)), TypeError, "W is float32 but x is float64"),
    (dict(x=np.zeros((3, 5, 3), int)), TypeError, "x is int64 but must be an array of float32 or float64"),
    (dict(b=np.zeros(4, complex)), TypeError, "b is complex128 but must be"),
    (dict(h0=[0.0, 0.0, 0.0, 0.0]), TypeError, "h0 is list but must be an array"),
    (dict(x=np.zeros((0, 5, 3))), ValueError, r"x has shape \(0, 5, 3\): T must be at least 1"),
    (dict(x=np.zeros((3, 0, 3))), ValueError, r"x has shape \(3, 0, 3\): N must be at least 1"),
    (dict(x=np.zeros((3, 3))), ValueError, r"x has shape \(3, 3\) but must be \(T, N, D\)"),
    (dict(U=np.zeros((2, 4))), ValueError, r"U has shape \(2, 4\) but must be \(D, H\) with D = 3"),
    (dict(W=np.zeros((4, 3))), ValueError, r"W has shape \(4, 3\) but must be \(H, H\) with H = 4"),
    (dict(b=np.zeros((1, 4))), ValueError, r"b has shape \(1, 4\) but must be \(H\)"),
    (dict(phi="softmax"), ValueError, "phi is 'softmax' but must be one of identity, logistic, tanh, relu, softplus"),
    (dict(phi="oplu"), ValueError, "phi is 'oplu' but must be one of .*; ref.layers.elman has others"),
    (dict(phi="leaky_relu", a=np.zeros(4)), ValueError, "phi is 'leaky_relu' but must be one of identity"),
    (dict(a=np.zeros(4)), ValueError, r"a has shape \(4,\) but must be None for phi='tanh'"),
])
def test_forward_refuses(changed, error, message):
    with pytest.raises(error, match=message):
        forward(elman_problem.arrays(3), **changed)


@pytest.mark.parametrize("changed, error, message", [
    (dict(W=np.zeros((4, 16), np.float32)), TypeError, "W is float32 but x is float64"),
    (dict(W=np.zeros((4, 4))), ValueError, r"W has shape \(4, 4\) but must be \(H, 4H\) with H = 4"),
    (dict(U=np.zeros((3, 4))), ValueError, r"U has shape \(3, 4\) but must be \(D, 4H\) with H = 4"),
    (dict(b=np.zeros(15)), ValueError, r"b has shape \(15,\) but must be \(4H\) with H = 4"),
    (dict(c0=np.zeros(3)), ValueError, r"c0 has shape \(3,\) but must be \(H\) with H = 4"),
    (dict(c0=np.zeros((4, 4))), ValueError, r"c0 has shape \(4, 4\) but must be \(N, H\) with N = 5"),
    (dict(c0=np.zeros((1, 5, 4))), ValueError, r"c0 has shape \(1, 5, 4\) but must be \(H\) or \(N, H\)"),
    (dict(p=np.zeros((2, 4))), ValueError, r"p has shape \(2, 4\) but must be \(3, H\)$"),
    (dict(p=np.zeros((3, 5))), ValueError, r"p has shape \(3, 5\) but must be \(3, H\) with H = 4"),
    (dict(p=np.zeros((3, 4), np.float32)), TypeError, "p is float32 but x is float64"),
])
def test_the_lstm_s_forward_refuses(changed, error, message):
    with pytest.raises(error, match=message):
        lstm_forward(lstm_problem.arrays(3), **changed)


def test_the_lstm_s_other_passes_refuse():
    a = lstm_problem.arrays(3)
    _, cache = lstm_forward(a)
    directions = lstm_problem.directions(a, "peepholes")
    _, r_cache = lstm.r_forward(*directions, cache)
    for call, message in (
        (lambda: lstm.backward(a["dh"][:2], cache), r"dh has shape \(2, 5, 4\).* with T = 3"),
        (lambda: lstm.backward(a["dh"], cache._replace(gates=cache.gates[:, :, :4])),
         r"gates has shape .* \(T, N, 4H\)"),
        (lambda: lstm.backward(a["dh"], cache._replace(c=cache.c[1:])), r"c has shape .* \(T\+1, N, H\)"),
        (lambda: lstm.r_forward(a["Rx"][:, :2], *directions[1:], cache), "Rx has shape"),
        (lambda: lstm.r_forward(*directions[:-1], a["Rp"][:2], cache), "Rp has shape"),
        (lambda: lstm.r_backward(a["Rdh"][:, :, :3], a["dh"], cache, r_cache), "Rdh has shape"),
        (lambda: lstm.r_backward(a["Rdh"], a["dh"], cache, r_cache._replace(Rc=r_cache.Rc[1:])), "Rc has shape"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


ONE_HEAD, FEED_FORWARD = "one head of each kind", "feed-forward, no shifts"


def ntm_forward(a: dict, variant: str = ONE_HEAD, weights: dict | None = None, start: dict | None = None, **changed):
    x, given, first, design = ntm_problem.parameters({**a, **changed}, variant)
    return ntm.forward(x, given._replace(**(weights or {})), first._replace(**(start or {})), design)


@pytest.mark.parametrize("changed, error, message", [
    (dict(x=np.zeros((3, 5))), ValueError, r"x has shape \(3, 5\) but must be \(T, N, D\)"),
    (dict(x=np.zeros((3, 5, 3), int)), TypeError, "x is int64 but must be an array of float32 or float64"),
    (dict(x=np.zeros((3, 5, 2))), ValueError, r"U has shape \(9, 16\) but must be \(8, 4H\)"),
    (dict(weights=dict(W=np.zeros((4, 12)))), ValueError, r"W has shape \(4, 12\) but must be \(H, 4H\)"),
    (dict(weights=dict(b=np.zeros(16, np.float32))), TypeError, "b is float32 but x is float64"),
    (dict(weights=dict(P=np.zeros((4, 7)))), ValueError, r"P has shape \(4, 7\) but must be \(H, 36\)"),
    (dict(weights=dict(q=np.zeros(33))), ValueError, r"q has shape \(33,\) but must be \(36\)"),
    (dict(weights=dict(W=None)), ValueError, r"start.h has shape \(4,\) but must be None where the weights have no W"),
    (dict(start=dict(M=np.zeros((6, 5)))), ValueError, r"start.M has shape \(6, 5\) but must be \(5, 6\)"),
    (dict(start=dict(M=np.zeros((4, 5, 6)))), ValueError, r"start.M has shape \(4, 5, 6\) but must be \(N, 5, 6\)"),
    (dict(start=dict(w_read=np.zeros(5))), ValueError, r"start.w_read has shape \(5,\) but must be \(1, 5\) or"),
    (dict(start=dict(w_write=np.zeros((2, 5)))), ValueError, r"start.w_write has shape \(2, 5\) but must be \(1, 5\)"),
    (dict(start=dict(r=np.zeros((1, 5)))), ValueError, r"start.r has shape \(1, 5\) but must be \(1, 6\)"),
    (dict(start=dict(c=None)), TypeError, "start.c is NoneType but must be an array"),
    (dict(start=dict(h=np.zeros(3))), ValueError, r"start.h has shape \(3,\) but must be \(H\) with H = 4"),
])
def test_the_ntm_s_forward_refuses(changed, error, message):
    with pytest.raises(error, match=message):
        ntm_forward(ntm_problem.arrays(3), **changed)


def test_the_feed_forward_ntm_refuses_a_state_of_an_lstm():
    with pytest.raises(ValueError, match=r"start.c has shape \(4,\) but must be None where the weights have no W"):
        ntm_forward(ntm_problem.arrays(3), FEED_FORWARD, start=dict(c=np.zeros(4)))


def test_the_ntm_s_other_passes_refuse():
    a = ntm_problem.arrays(3)
    _, cache = ntm_forward(a)
    Rx, Rweights, Rstart = ntm_problem.directions(a, ONE_HEAD)
    _, r_cache = ntm.r_forward(Rx, Rweights, Rstart, cache)
    end = ntm_problem.options(a, ONE_HEAD)[", going on"]["dend"]
    for call, error, message in (
        (lambda: ntm.backward(a["dh"][:2], cache), ValueError, r"dy has shape \(2, 5, 10\).* with T = 3"),
        (lambda: ntm.backward(a["dh"][:, :, 1:], cache), ValueError, r"dy has shape \(3, 5, 9\).* \(T, N, 10\)"),
        (lambda: ntm.backward(a["dh"].astype(np.float32), cache), TypeError, "dy is float32 but x is float64"),
        (lambda: ntm.backward(a["dh"], cache, dend=end._replace(M=end.M[0])), ValueError,
         r"dend.M has shape \(5, 6\) but must be \(N, 5, 6\)"),
        (lambda: ntm.backward(a["dh"], cache, dend=end._replace(h=None)), TypeError, "dend.h is NoneType"),
        (lambda: ntm.backward(a["dh"], cache._replace(weights=cache.weights._replace(U=Rweights.U[1:]))), ValueError,
         "U has shape"),
        (lambda: ntm.r_forward(Rx[:, :2], Rweights, Rstart, cache), ValueError, "Rx has shape"),
        (lambda: ntm.r_forward(Rx, Rweights._replace(P=Rweights.P.T), Rstart, cache), ValueError, "RP has shape"),
        (lambda: ntm.r_forward(Rx, Rweights, Rstart._replace(r=Rstart.r[0]), cache), ValueError,
         r"Rstart.r has shape \(6,\)"),
        (lambda: ntm.r_backward(a["Rdh"][:2], a["dh"], cache, r_cache), ValueError, "Rdy has shape"),
        (lambda: ntm.r_backward(a["Rdh"], a["dh"], cache, r_cache, Rdend=end._replace(w_read=end.w_read[:2])),
         ValueError, "Rdend.w_read has shape"),
    ):
        with pytest.raises(error, match=message):
            call()


def test_the_other_passes_refuse():
    a, kernel = elman_problem.arrays(3), elman
    _, cache = forward(a)
    _, r_cache = kernel.r_forward(None, a["RU"], a["RW"], a["Rb"], a["Rh0"], None, cache)
    for call, error, message in (
        (lambda: kernel.backward(a["dh"].astype(np.float32), cache), TypeError, "dh is float32 but x is float64"),
        (lambda: kernel.backward(a["dh"][:2], cache), ValueError, r"dh has shape \(2, 5, 4\).* with T = 3"),
        (lambda: kernel.backward(a["dh"], cache, a["damped"][:, :4]), ValueError, r"damped has shape .* with N = 5"),
        (lambda: kernel.r_forward(a["Rx"][:2], a["RU"], a["RW"], a["Rb"], a["Rh0"], None, cache), ValueError,
         "Rx has shape"),
        (lambda: kernel.r_forward(None, a["RU"], a["RW"][:3], a["Rb"], a["Rh0"], None, cache), ValueError,
         "RW has shape"),
        (lambda: kernel.r_backward(a["Rdh"][:, :, :3], a["dh"], cache, r_cache), ValueError, "Rdh has shape"),
        (lambda: kernel.backward(a["dh"], cache._replace(h=cache.h[1:])), ValueError, r"h has shape .* \(T\+1, N, H\)"),
        (lambda: kernel.r_forward(None, a["RU"], a["RW"], a["Rb"], a["Rh0"], a["Rb"], cache), ValueError,
         "Ra has shape"),
        (lambda: kernel.backward(a["dh"], cache, dh_T=a["dh"]), ValueError, r"dh_T has shape .* but must be \(N, H\)"),
        (lambda: kernel.backward(a["dh"], cache, dh_T=a["dh_T"][:2]), ValueError, r"dh_T has shape .* with N = 5"),
        (lambda: kernel.backward(a["dh"], cache._replace(phi="oplu")), ValueError, "phi is 'oplu' but must be"),
        (lambda: kernel.r_backward(a["Rdh"], a["dh"], cache._replace(phi="oplu"), r_cache), ValueError,
         "phi is 'oplu'"),
    ):
        with pytest.raises(error, match=message):
            call()


def test_prepare_copies_only_what_it_must():
    x = np.zeros((3, 4))
    made = prepare({"x": "T N", "y": "N T"}, x=x, y=x.T)
    ready, turned = made.x, made.y
    assert ready is x and turned.flags.c_contiguous and not np.shares_memory(turned, x)


@pytest.mark.parametrize("phi", ("relu", "identity"))
def test_states_that_overflow_are_not_finite_as_in_the_reference(phi):
    a = elman_problem.arrays(5)
    a["W"] = 1e150 * np.abs(a["W"])  # whose sign a rectifier would cut off
    with np.errstate(over="ignore", invalid="ignore"):
        ours, theirs = forward(a, phi=phi)[0], forward(a, reference, phi=phi)[0]
    assert not np.isfinite(ours).all()
    np.testing.assert_array_equal(np.isfinite(ours), np.isfinite(theirs))
