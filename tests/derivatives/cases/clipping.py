"""Clipped messages through time: no gradient, so held against a second definition, its slopes from differences."""

import numpy as np

from ref.checks import Row, require_equal, richardson
from ref.layers import elman, lstm
from ref.layers.logistic import sigma
from tests.derivatives.cases.case import Case, functions, normal

CLIP = 0.1
WHAT = "clipped step by step"


def held(name: str, names: tuple[str, ...], got: tuple, expected: tuple) -> list[Row]:
    return [Row(name, argument, WHAT, require_equal(WHAT, argument, g, e, 1e-8), 1e-8)
            for argument, g, e in zip(names, got, expected, strict=True)]


def clipped(ds):
    return np.minimum(np.maximum(ds, -CLIP), CLIP)


def require_some_clipped(ds) -> None:
    """Of each part, some entries and not all."""
    for part in ds:
        assert 0 < np.mean(np.abs(part) == CLIP) < 1


def over_time(a, ds):
    return np.einsum("tnd,tnh->dh", a, ds)


def elman_case(T: int) -> Case:
    name, N, D, H = f"layers.elman clipped T={T}", 5, 6, 3
    x, U, W, b = normal(T, N, D), 0.5 * normal(D, H, seed=1), normal(H, H, seed=2), normal(H, seed=3)
    h0, dh = normal(H, seed=4), normal(T, N, H, seed=7)

    def run() -> list[Row]:
        _, cache = elman.forward(x, U, W, b, h0)
        s, ds, back = x @ U + cache.h[:-1] @ W + b, np.empty((T, N, H)), 0
        for t in reversed(range(T)):
            ds[t] = clipped((dh[t] + back) * richardson(lambda step: np.tanh(s[t] + step)))
            back = ds[t] @ W.T
        require_some_clipped([ds])
        expected = ds @ U.T, over_time(x, ds), over_time(cache.h[:-1], ds), ds.sum((0, 1)), back.sum(0)
        return held(name, ("dx", "dU", "dW", "db", "dh0"), elman.backward(dh, cache, clip=CLIP)[:-1], expected)

    return Case(name, functions(elman, "backward"), run)


def lstm_case(T: int, peepholes: bool) -> Case:
    name, N, D, H = f"layers.lstm clipped T={T}" + (" with peepholes" if peepholes else ""), 5, 6, 3
    x, U, W, b = normal(T, N, D), 0.5 * normal(D, 4 * H, seed=1), normal(H, 4 * H, seed=2), normal(4 * H, seed=3)
    h0, c0, dh = normal(H, seed=4), normal(H, seed=5), normal(T, N, H, seed=7)
    p = normal(3, H, seed=6) if peepholes else None
    pi, pf, po = p if peepholes else np.zeros((3, H))

    def cell(si, sf, sg, c):
        return sigma(sf) * c + sigma(si) * np.tanh(sg)

    def run() -> list[Row]:
        _, cache = lstm.forward(x, U, W, b, h0, c0, p)
        h, c = cache.h, cache.c
        si, sf, sg, so = np.split(x @ U + h[:-1] @ W + b, 4, axis=2)
        si, sf, so = si + pi * c[:-1], sf + pf * c[:-1], so + po * c[1:]
        ds, back, back_c = np.empty((T, N, 4 * H)), 0, 0
        for t in reversed(range(T)):
            total, at = dh[t] + back, (si[t], sf[t], sg[t], c[t])
            dso = clipped(total * richardson(lambda step: sigma(so[t] + step) * np.tanh(c[t + 1])))
            dc = total * richardson(lambda step: sigma(so[t]) * np.tanh(c[t + 1] + step)) + po * dso + back_c
            slopes = (richardson(lambda step: cell(*at[:k], at[k] + step, *at[k + 1 :])) for k in range(4))
            dsi, dsf, dsg, to_c = (dc * slope for slope in slopes)
            ds[t] = np.concatenate([clipped(dsi), clipped(dsf), clipped(dsg), dso], axis=1)
            back = ds[t] @ W.T
            back_c = to_c + pi * clipped(dsi) + pf * clipped(dsf)
        require_some_clipped(np.split(ds, 4, axis=2))
        dsi, dsf, _, dso = np.split(ds, 4, axis=2)
        dp = np.stack([np.einsum("tnh,tnh->h", *pair) for pair in ((c[:-1], dsi), (c[:-1], dsf), (c[1:], dso))])
        expected = ds @ U.T, over_time(x, ds), over_time(h[:-1], ds), ds.sum((0, 1)), back.sum(0), back_c.sum(0), dp
        names = ("dx", "dU", "dW", "db", "dh0", "dc0", "dp") if peepholes else ("dx", "dU", "dW", "db", "dh0", "dc0")
        return held(name, names, lstm.backward(dh, cache, clip=CLIP)[: len(names)], expected[: len(names)])

    return Case(name, functions(lstm, "backward"), run)


CLIPPED = [elman_case(3), lstm_case(3, True), lstm_case(2, False)]
