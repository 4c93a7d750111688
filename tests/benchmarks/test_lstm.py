"""The LSTM workload's bookkeeping: what it computes and counts.  No time is measured here."""

import numpy as np
import pytest

from benchmarks.worker import fingerprint
from benchmarks.workloads import lstm


def test_both_our_programs_compute_what_the_peers_compute(monkeypatch):
    from ref.objective import Objective

    calls, gradient = [], Objective.gradient
    monkeypatch.setattr(Objective, "gradient", lambda *arguments: calls.append(1) or gradient(*arguments))
    prints = []
    for program in (lstm.longhand, lstm.reference):
        _, tasks = program(*lstm.arrays(np.float64))
        assert list(tasks) == list(lstm.FLOPS) == list(lstm.NORMS)
        prints.append(fingerprint(tasks["lstm.grad"]()))
    assert calls == [1, 1]
    assert prints[0][0] == pytest.approx(lstm.NORMS["lstm.grad"], rel=1e-12)
    assert prints[0] == pytest.approx(prints[1], rel=1e-10)


def test_the_operations_are_those_of_the_products():
    """Of a step: (h, x) (N, H + D) times Q; its transpose times ds (N, 4H); ds times Wᵀ."""
    T, N, D, H = 3, 5, 2, 7
    z_Q, zt_ds, ds_Wt = (2 * N * (H + D) * 4 * H, 2 * (H + D) * N * 4 * H, 2 * N * 4 * H * H)
    assert lstm.flops(T, N, D, H) == T * (z_Q + zt_ds + ds_Wt)
