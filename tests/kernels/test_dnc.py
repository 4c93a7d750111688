"""The compiled DNC's own: the order of usage, memory, and arrays that do not fit."""

import tracemalloc

import numpy as np
import pytest

from numba_kernels.cpu import dnc
from numba_kernels.cpu.dnc.arrays import shapes
from tests.kernels import dnc_problem

VARIANT = "many heads, starts of each case"


def order_of(u: np.ndarray) -> np.ndarray:
    """The order in which the compiled step allocates where the usages are u (N, L): free gates and writes leave them.
    """
    a = dnc_problem.arrays(1, u.dtype.type, N=len(u))
    x, weights, start, design = dnc_problem.parameters(a, VARIANT)
    zeros = {name: np.zeros_like(getattr(start, name)) for name in ("w_write", "w_read")}
    _, cache = dnc.forward(x, weights, start._replace(u=u, **zeros), design)
    np.testing.assert_array_equal(dnc.trace(cache).u[1], u)
    return cache.seen[0][0]


@pytest.mark.parametrize("dtype", (np.float64, np.float32))
def test_the_order_is_numpy_s_stable_one(dtype):
    """Mistakes caught: ties the other way round, the order of -0 and 0, NaN anywhere but at the end."""
    u = np.random.default_rng(0).integers(0, 4, (400, 6)).astype(dtype) / 4
    u[:20] = 0
    u[20:40, ::2] = -0.0
    u[40:60, 1] = np.nan
    u[60:80, [0, 4]] = np.nan
    u[80] = np.nan
    np.testing.assert_array_equal(order_of(u), np.argsort(u, axis=1, kind="stable"))


def test_memory_is_linear_in_time():
    """Mistake caught: a cache that keeps more of the past at each step."""
    sizes = []
    for T in (20, 40, 80):
        arguments = dnc_problem.parameters(dnc_problem.arrays(T), VARIANT)
        dnc.forward(*arguments)
        tracemalloc.start()
        kept = dnc.forward(*arguments)
        sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert kept[1].memory[1].shape == (T + 1, 5, *shapes(arguments[-1])["links"])
    assert sizes[2] - sizes[1] == pytest.approx(2 * (sizes[1] - sizes[0]), rel=0.02)


@pytest.mark.parametrize("changed, error, message", [
    (dict(W=np.zeros((4, 16), np.float32)), TypeError, "W is float32 but x is float64"),
    (dict(U=np.zeros((8, 16))), ValueError, r"U has shape \(8, 16\) but must be \(9, 4H\)"),
    (dict(P=np.zeros((4, 3))), ValueError, r"P has shape \(4, 3\) but must be \(H, 30\)"),
    (dict(q=np.zeros(31)), ValueError, r"q has shape \(31,\) but must be \(30\)"),
])
def test_weights_that_do_not_fit(changed, error, message):
    x, weights, start, design = dnc_problem.parameters(dnc_problem.arrays(2), VARIANT)
    with pytest.raises(error, match=message):
        dnc.forward(x, weights._replace(**changed), start, design)


@pytest.mark.parametrize("name, shape, message", [
    ("M", (5, 2, 6), r"start.M has shape \(5, 2, 6\) but must be \(N, 6, 2\)"),
    ("links", (6, 5), r"start.links has shape \(6, 5\) but must be \(6, 6\)"),
    ("links", (6,), r"start.links has shape \(6,\) but must be \(6, 6\) or \(N, 6, 6\)"),
    ("u", (4, 6), r"start.u has shape \(4, 6\) but must be \(N, 6\) with N = 5"),
    ("p", (5,), r"start.p has shape \(5,\) but must be \(6\)"),
    ("w_write", (1, 1, 6), r"start.w_write has shape \(1, 1, 6\) but must be \(6\) or \(N, 6\)"),
    ("w_read", (2, 6), r"start.w_read has shape \(2, 6\) but must be \(3, 6\)"),
    ("r", (3, 3), r"start.r has shape \(3, 3\) but must be \(3, 2\)"),
    ("h", (5,), r"start.h has shape \(5,\) but must be \(H\) with H = 4"),
])
def test_starts_that_do_not_fit(name, shape, message):
    x, weights, start, design = dnc_problem.parameters(dnc_problem.arrays(2), VARIANT)
    with pytest.raises(ValueError, match=message):
        dnc.forward(x, weights, start._replace(**{name: np.zeros(shape)}), design)


def test_the_other_passes_refuse():
    a = dnc_problem.arrays(3)
    x, weights, start, design = dnc_problem.parameters(a, VARIANT)
    _, cache = dnc.forward(x, weights, start, design)
    Rx, Rweights, Rstart = dnc_problem.directions(a, VARIANT)
    _, r_cache = dnc.r_forward(Rx, Rweights, Rstart, cache)
    end = dnc_problem.options(a, VARIANT)[", going on"]["dend"]
    for call, error, message in (
        (lambda: dnc.backward(a["dh"][:2], cache), ValueError, r"dy has shape \(2, 5, 10\).* with T = 3"),
        (lambda: dnc.backward(a["dh"][:, :, :9], cache), ValueError, r"dy has shape .* but must be \(T, N, 10\)"),
        (lambda: dnc.backward(a["dh"].astype(np.float32), cache), TypeError, "dy is float32 but x is float64"),
        (lambda: dnc.backward(a["dh"], cache, dend=end._replace(links=end.links[:, 1:])), ValueError,
         "dend.links has shape"),
        (lambda: dnc.backward(a["dh"], cache, dend=end._replace(u=end.u[0])), ValueError, "dend.u has shape"),
        (lambda: dnc.r_forward(Rx[:2], Rweights, Rstart, cache), ValueError, "Rx has shape"),
        (lambda: dnc.r_forward(Rx, Rweights._replace(P=Rweights.P.T), Rstart, cache), ValueError, "RP has shape"),
        (lambda: dnc.r_forward(Rx, Rweights, Rstart._replace(M=Rstart.M[:, 1:]), cache), ValueError,
         "Rstart.M has shape"),
        (lambda: dnc.r_backward(a["Rdh"][:, 1:], a["dh"], cache, r_cache), ValueError, "Rdy has shape"),
        (lambda: dnc.r_backward(a["Rdh"], a["dh"], cache, r_cache, dend=end, Rdend=end._replace(c=end.c[0])),
         ValueError, "Rdend.c has shape"),
    ):
        with pytest.raises(error, match=message):
            call()


def test_a_feed_forward_controller_has_no_state():
    x, weights, start, design = dnc_problem.parameters(dnc_problem.arrays(2), "feed-forward")
    with pytest.raises(ValueError, match=r"start.h has shape \(4,\) but must be None where the weights have no W"):
        dnc.forward(x, weights, start._replace(h=np.zeros(4)), design)
