"""The NTM workload's bookkeeping: what it computes and counts.  No time is measured here."""

import numpy as np
import pytest

from benchmarks.worker import fingerprint
from benchmarks.workloads import ntm


@pytest.fixture(scope="module")
def tasks():
    return [getattr(ntm, name)(*ntm.arrays(np.float64))[1] for name in ("longhand", "reference")]


@pytest.mark.parametrize("task", ntm.FLOPS)
def test_both_our_programs_compute_what_the_peers_compute(task, tasks):
    prints = [fingerprint(programs[task]()) for programs in tasks]
    assert prints[0][0] == pytest.approx(ntm.NORMS[task], rel=1e-12)
    assert prints[0] == pytest.approx(prints[1], rel=1e-10)


def test_the_operations_are_those_of_the_products():
    """Of a step: (h, r) times Q, h times P, (h, r) times V; each again for both gradients; x times U, and dU."""
    T, N = 3, 5
    products = 2 * N * ((ntm.H + ntm.W) * 4 * ntm.H + ntm.H * 92 + (ntm.H + ntm.W) * ntm.C)
    inputs = 2 * N * ntm.D * 4 * ntm.H
    assert ntm.flops(T, N) == {"grad": T * (3 * products + 2 * inputs), "gnv": T * (4 * products + 2 * inputs)}
