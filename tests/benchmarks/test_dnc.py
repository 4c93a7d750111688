"""The DNC workload's bookkeeping: what it computes and counts.  No time is measured here."""

import numpy as np
import pytest

from benchmarks.worker import fingerprint
from benchmarks.workloads import dnc
from ref.cells import interface
from ref.cells.dnc import Design


def test_both_our_programs_compute_what_the_peers_compute():
    prints = []
    for program in (dnc.longhand, dnc.reference):
        _, tasks = program(*dnc.arrays(np.float64))
        assert list(tasks) == list(dnc.FLOPS) == list(dnc.NORMS)
        prints.append(fingerprint(tasks["dnc.grad"]()))
    assert prints[0][0] == pytest.approx(dnc.NORMS["dnc.grad"], rel=1e-12)
    assert prints[0] == pytest.approx(prints[1], rel=1e-10)


def test_the_peers_cut_the_interface_as_the_reference_does():
    assert sum(dnc.interface(5, 3)) == interface.size(Design(7, 5, 3).pieces)
    assert dnc.interface(5, 3) == [int(np.prod(piece.shape)) for piece in Design(7, 5, 3).pieces]


def test_the_operations_are_those_of_the_products():
    """Of a step: (h, r) and x times the controller's weights, h times the heads', (h, r) times the readout's, keys and
    reads with the memory, weights along the links; each but x's twice more on the way back, x's once.
    """
    T, N, D, H, L, W, R, C = 3, 5, 2, 7, 6, 4, 2, 3
    I = interface.size(Design(L, W, R).pieces)
    once = [(H + R * W) * 4 * H, H * I, (H + R * W) * C, (R + 1) * W * L, R * L * W, R * L * L, R * L * L]
    assert dnc.flops(T, N, D, H, L, W, R, C) == 2 * T * N * (3 * sum(once) + 2 * D * 4 * H)
