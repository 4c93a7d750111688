"""One Hessian-free step on dense matrices, written again from the description of the method, without ref.

CG runs on the system transformed by the preconditioner's root, every iterate is kept, the walk back and the line search
are done over what was kept.
"""

from math import ceil, nan

import numpy as np


def cg_iterates(B, b, x0, P, ends, most):
    """All iterates x_0, x_1, ... of plain CG on P^(-1/2) B P^(-1/2) x' = P^(-1/2) b, taken back to x, and their phi."""
    root = np.sqrt(P)
    A, c, x = B / np.outer(root, root), b / root, x0 * root
    r = c - A @ x
    p = r
    phi = lambda x: 0.5 * x @ A @ x - c @ x
    xs, phis = [x / root], [phi(x)]
    for _ in range(most):
        Ap = A @ p
        if not p @ Ap > 0:
            break
        alpha = r @ r / (p @ Ap)
        x, r_before = x + alpha * p, r
        r = r - alpha * Ap
        p = r + (r @ r) / (r_before @ r_before) * p
        xs.append(x / root)
        phis.append(phi(x))
        if ends(phis):
            break
    return xs, phis


def ends_2010(phis):
    i = len(phis) - 1
    k = max(10, i // 10)
    return i > k and phis[i] < 0 and (phis[i] - phis[i - k]) / phis[i] < k * 0.0005


def ends_2012(phis):
    i = len(phis) - 1
    k = max(10, i // 10)
    return i > k and (phis[i] - phis[i - k]) / (phis[i] - phis[0]) < 0.0001


ENDS = {"2010": ends_2010, "2012": ends_2012, "fixed": lambda phis: False}


def smaller(a, b):
    """a < b, where it is more than the last bits that decide: nearly converged iterates have no order to agree on."""
    assert abs(a - b) > 1e-13 * abs(b), f"a tie of {a!r} and {b!r}: this comparison needs another problem"
    return a < b


def step(
    on, theta, state, batches, decay_in_objective=0.0, *, adapt=True, max_iterations=250, stop="2010", decay=0.95,
    preconditioner="fisher", exponent=0.75, backtracking=True, rate=None, rho="undamped", scale_mix=0.0,
    curvature="gauss_newton",
):
    """on(batch) is a Dense; theta (P,).  Return the new theta, the new state and a report, under ref's names."""
    lam, n = state["damping"], len(theta)
    data = on(batches.gradient)
    f0, g = data.value(theta), data.gradient(theta)
    squares = (data.case_gradients(theta) ** 2).mean(axis=0)
    D = scale_mix * squares / squares.mean() + (1 - scale_mix)
    minibatch = on(batches.curvature)
    undamped = minibatch.gauss_newton(theta) if curvature == "gauss_newton" else minibatch.hessian(theta)
    B = undamped + lam * np.diag(D)
    P = (squares + lam * D + decay_in_objective) ** exponent if preconditioner else np.ones(n)
    xs, phis = cg_iterates(B, -g, decay * state["direction"], P, ENDS[stop], max_iterations)

    last = len(xs) - 1
    kept = sorted({ceil(1.3**j) for j in range(40) if ceil(1.3**j) <= last} | {last})
    m = len(kept) - 1
    if backtracking:
        judge = on(batches.backtracking).value
        while m > 0 and smaller(judge(theta + xs[kept[m - 1]]), judge(theta + xs[kept[m]])):
            m -= 1
    d = xs[kept[m]]

    M = g @ d + 0.5 * d @ (undamped if rho == "undamped" else B) @ d
    judge = on(batches.curvature if rho == "undamped" else batches.rho).value
    change = judge(theta + d) - judge(theta)
    ratio = -np.inf if change > 0 else change / M if M < 0 else nan

    if rate is None:
        f, rate = on(batches.line_search).value, 0.0
        for k in range(60):
            if f(theta + 0.8**k * d) <= f(theta) + 0.01 * 0.8**k * min(g @ d, 0):
                rate = 0.8**k
                break
    else:
        rate = rate(state["step"])
    if adapt and ratio > 0.75:
        lam = lam * 2 / 3
    elif adapt and not ratio >= 0.25:
        lam = lam * 3 / 2
    new = {"damping": lam, "direction": xs[last] if rate else np.zeros(n), "step": state["step"] + 1}
    report = {
        "loss": f0, "rho": ratio, "cg_iterations": last, "backtracked": kept[m], "phi": phis[kept[m]], "phis": phis,
        "rate": rate, "gradient_norm": np.linalg.norm(g), "norm": rate * np.linalg.norm(d),
    }
    return theta + rate * d, new, report
