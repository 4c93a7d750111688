"""The factorised network's workload: what it computes and counts.  No time is measured here."""

import numpy as np
import pytest

from benchmarks.worker import fingerprint
from benchmarks.workloads import factorized


@pytest.fixture(scope="module")
def tasks():
    return {name: getattr(factorized, name)(*factorized.arrays(np.float64))[1] for name in ("longhand", "reference")}


@pytest.mark.parametrize("task", factorized.FLOPS)
def test_both_our_programs_compute_what_the_peers_compute(task, tasks):
    prints = [fingerprint(programs[task]()) for programs in tasks.values()]
    assert prints[0][0] == pytest.approx(factorized.NORMS[task], rel=1e-12)
    assert prints[0] == pytest.approx(prints[1], rel=1e-10)


def test_a_step_is_a_whole_step(tasks, monkeypatch):
    """One gradient; every parameter moved by more than the tolerance in float32, the bases along their manifold."""
    from ref.objective import Objective
    from ref.orthogonality import defect

    calls, both = [], Objective.value_and_gradient
    monkeypatch.setattr(Objective, "value_and_gradient", lambda *arguments: calls.append(1) or both(*arguments))
    loss, *new = tasks["reference"]["factorized.tanh"]()
    assert calls == [1] and 0 < loss < 3
    P, x, t = factorized.arrays(np.float64)
    for name, array in zip(factorized.SHAPES, new, strict=True):
        assert np.linalg.norm(array - P[name]) > 20 * 1e-4 * factorized.NORMS["factorized.tanh"], name
    new = dict(zip(factorized.SHAPES, new))
    assert defect(new["W_U"]) < 1e-12 and defect(new["W_V"]) < 1e-12


def test_a_step_that_is_wrong_shows_in_float32(tasks, monkeypatch):
    """The tolerance of the comparison sees the released code's step, and one with the spectrum's rate not divided."""
    import ref.orthogonality as package
    from benchmarks.compare import AGREEMENT

    right = fingerprint(tasks["reference"]["factorized.tanh"]())
    tolerance = AGREEMENT["float32"] * right[0]

    def other():
        return fingerprint(factorized.reference(*factorized.arrays(np.float64))[1]["factorized.tanh"]())

    with monkeypatch.context() as patch:
        patch.setattr(package, "renormalized", lambda rate, margin: rate)
        assert abs(other()[1] - right[1]) > 10 * tolerance
    plain = package.CayleyDescent
    with monkeypatch.context() as patch:
        patch.setattr(package, "CayleyDescent", lambda rate: plain(rate, step=package.wrong_side_step))
        assert abs(other()[1] - right[1]) > 10 * tolerance


def test_inputs_and_targets_are_those_of_copy_memory():
    _, x, t = factorized.arrays(np.float32)
    assert x.dtype == t.dtype == np.float32 and x.shape == (200, 50, 10) and t.shape == (200, 50, 9)
    symbols, targets = x.argmax(axis=-1), t.argmax(axis=-1)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    np.testing.assert_array_equal(symbols[:10], targets[-10:])
    assert set(np.unique(symbols[:10])) == set(range(1, 9)) and (symbols[189] == 9).all()
    assert not symbols[10:189].any() and not symbols[190:].any() and not targets[:-10].any()


def test_the_operations_are_those_of_the_products():
    T, N, D, H, C = 3, 5, 2, 12, 4
    h_W, x_U, h_V = 2 * T * N * H * H, 2 * T * N * D * H, 2 * T * N * H * C
    square, factorisation, two_triangles = 2 * H**3, 2 * H**3 // 3, 2 * H**3
    expected = 3 * h_W + 2 * x_U + 3 * h_V + 3 * square + 2 * (2 * square + factorisation + two_triangles)
    assert factorized.flops(T, N, D, H, C) == expected
