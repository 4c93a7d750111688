"""A sequence cut in two, the last states of the first part being the initial ones of the second, is the whole sequence.
"""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from numba_kernels import cpu
from ref.layers import elman, lstm

T, N, D, H = 7, 3, 2, 4
KINDS = {
    **{f"elman {phi}": (elman, phi) for phi in ("tanh", "softplus", "leaky_relu", "oplu")},
    "elman compiled": (cpu.elman, "logistic"),
    "lstm": (lstm, False), "lstm with peepholes": (lstm, True), "lstm compiled": (cpu.lstm, True),
}


def normal(*shape, seed):
    return 0.7 * np.random.default_rng(seed).standard_normal(shape)


def problem(kind: str, each: bool) -> SimpleNamespace:
    """The passes with the names of their states; x, the weights and initial states, their directions, all cotangents.

    each: whether every case has an initial state of its own.
    """
    op, variant = KINDS[kind]
    of_lstm = op in (lstm, cpu.lstm)
    width, states = (4 * H, ("h", "c")) if of_lstm else (H, ("h",))
    has_own = variant is True or variant == "leaky_relu"
    own = (3, H) if of_lstm else (H,)
    weights = [(D, width), (H, width), (width,)]
    point, direction = (SimpleNamespace(
        x=normal(T, N, D, seed=seed), weights=[normal(*shape, seed=seed + 1 + k) for k, shape in enumerate(weights)],
        states=[normal(*((N, H) if each else (H,)), seed=seed + 5 + k) for k in range(len(states))],
        own=normal(*own, seed=seed + 9) if has_own else None) for seed in (10, 20))
    return SimpleNamespace(
        op=op, forward=op.forward if of_lstm else partial(op.forward, phi=variant), names=states, point=point,
        direction=direction, dh=normal(T, N, H, seed=1), Rdh=normal(T, N, H, seed=2),
        last=[normal(N, H, seed=3 + k) for k in range(len(states))],
        Rlast=[normal(N, H, seed=5 + k) for k in range(len(states))])


def run(p, steps: slice, states, Rstates, data: bool = False):
    """Outputs, last states and caches of some of the steps."""
    at, along = p.point, p.direction
    h, cache = p.forward(at.x[steps], *at.weights, *states, at.own)
    Rx = None if data else along.x[steps]
    Rh, r_cache = p.op.r_forward(Rx, *along.weights, *Rstates, along.own, cache)
    return SimpleNamespace(h=h, Rh=Rh, cache=cache, r_cache=r_cache,
                           last=[getattr(cache, name)[-1] for name in p.names],
                           Rlast=[getattr(r_cache, f"R{name}")[-1] for name in p.names])


def named(prefix: str, p, last) -> dict:
    return {f"{prefix}{name}_T": d for name, d in zip(p.names, last)}


def summed(first: tuple, second: tuple, n_states: int) -> list:
    """Gradients of the whole from those of its parts: dx one after the other, weights' added, the first part's states.
    """
    together = [None if first[0] is None else np.concatenate([first[0], second[0]])]
    for k, (a, b) in enumerate(zip(first[1:], second[1:], strict=True)):
        together.append(None if a is None else a if 3 <= k < 3 + n_states else a + b)
    return together


def assert_same(got, expected):
    for a, b in zip(got, expected, strict=True):
        if b is None:
            assert a is None
        else:
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("cut", [1, 3, 6])
@pytest.mark.parametrize("each", [False, True], ids=["one state for all", "states of each case"])
@pytest.mark.parametrize("kind", KINDS)
def test_all_four_passes(kind, each, cut):
    p, S = problem(kind, each), len(problem(kind, each).names)
    for data in (False, True):
        whole = run(p, slice(None), p.point.states, p.direction.states, data)
        first = run(p, slice(0, cut), p.point.states, p.direction.states, data)
        second = run(p, slice(cut, T), first.last, first.Rlast, data)
        assert_same([np.concatenate([first.h, second.h]), np.concatenate([first.Rh, second.Rh]), *second.last,
                     *second.Rlast],
                    [whole.h, whole.Rh, *whole.last, *whole.Rlast])

        ways = [{}, {"clip": 0.05}] + [{"damped": normal(T, N, H, seed=4)}] * (kind in ("elman tanh", "elman compiled"))
        for way in ways:
            def of(steps, way=way):
                return {name: value[steps] if name == "damped" else value for name,
                        value in way.items()} | {"to_input": not data}

            expected = p.op.backward(p.dh, whole.cache, **of(slice(None)), **named("d", p, p.last))
            later = p.op.backward(p.dh[cut:], second.cache, **of(slice(cut, T)), **named("d", p, p.last))
            d_states = later[4 : 4 + S]
            earlier = p.op.backward(p.dh[:cut], first.cache, **of(slice(0, cut)), **named("d", p, d_states))
            assert_same(summed(earlier, later, S), expected)

        last = named("d", p, p.last) | named("Rd", p, p.Rlast)
        expected = p.op.r_backward(p.Rdh, p.dh, whole.cache, whole.r_cache, to_input=not data, **last)
        later = p.op.r_backward(p.Rdh[cut:], p.dh[cut:], second.cache, second.r_cache, to_input=not data, **last)
        d_states = p.op.backward(p.dh[cut:], second.cache, **named("d", p, p.last))[4 : 4 + S]
        last = named("d", p, d_states) | named("Rd", p, later[4 : 4 + S])
        earlier = p.op.r_backward(p.Rdh[:cut], p.dh[:cut], first.cache, first.r_cache, to_input=not data, **last)
        assert_same(summed(earlier, later, S), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_of_each_case_that_is_the_same_for_all_is_one_for_all(kind):
    """The one gradient is the sum of the others."""
    one, p = problem(kind, False), problem(kind, True)
    p.point.states = [np.tile(state, (N, 1)) for state in one.point.states]
    p.direction.states = [np.tile(state, (N, 1)) for state in one.direction.states]
    a, b = (run(q, slice(None), q.point.states, q.direction.states) for q in (one, p))
    assert_same([a.h, a.Rh], [b.h, b.Rh])
    S = len(p.names)
    for got, expected in ((one.op.backward(one.dh, a.cache), p.op.backward(p.dh, b.cache)),
                          (one.op.r_backward(one.Rdh, one.dh, a.cache, a.r_cache),
                           p.op.r_backward(p.Rdh, p.dh, b.cache, b.r_cache))):
        assert all(d.shape == (N, H) for d in expected[4 : 4 + S])
        expected = [d.sum(axis=0) if 4 <= k < 4 + S else d for k, d in enumerate(expected)]
        assert_same(got, expected)
