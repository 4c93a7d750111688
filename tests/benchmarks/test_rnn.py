"""The recurrent workloads' bookkeeping: what they compute, count and draw.  No time is measured here."""

import numpy as np
import pytest

from benchmarks.compare import Settings
from benchmarks.worker import fingerprint
from benchmarks.workloads import rnn, rnn_length, rnn_sizes


@pytest.fixture(scope="module")
def tasks():
    return {name: getattr(rnn, name)(*rnn.arrays(np.float64))[1] for name in ("longhand", "reference")}


@pytest.mark.parametrize("task", rnn.FLOPS)
def test_both_our_programs_compute_what_the_peers_compute(task, tasks):
    prints = [fingerprint(programs[task]()) for programs in tasks.values()]
    assert prints[0][0] == pytest.approx(rnn.NORMS[task], rel=1e-12)
    assert prints[0] == pytest.approx(prints[1], rel=1e-10)


def test_a_gradient_is_computed_once(tasks, monkeypatch):
    from ref.objective import Objective

    calls, gradient = [], Objective.gradient
    monkeypatch.setattr(Objective, "gradient", lambda *arguments: calls.append(1) or gradient(*arguments))
    tasks["reference"]["rnn.grad"]()
    assert calls == [1]


def test_the_operations_grow_as_counted():
    one, longer, wider = rnn.flops(10, 5, 20), rnn.flops(30, 5, 20), rnn.flops(10, 5, 40)
    assert {task: 3 * count for task, count in one.items()} == longer
    inputs = 2 * 2 * 10 * 5 * rnn.D * 20
    assert wider["grad"] == 4 * (one["grad"] - inputs) + 2 * inputs == 3 * 2 * 10 * 5 * 40 * 40 + 2 * inputs


def test_every_size_is_a_task_of_both_programs():
    assert len(rnn_sizes.FLOPS) == 2 * len(rnn_sizes.SIZES) == len(rnn_sizes.LIMITS) / 2
    assert {T for T, _ in rnn_sizes.SIZES} >= {20, 1000} and {H for _, H in rnn_sizes.SIZES} >= {16, 512}
    small = {(T, H): rnn.arrays(np.float64, T, 3, H) for T, H in ((20, 16), (5, 4))}
    _, tasks = rnn_sizes.longhand(small)
    assert list(tasks) == ["rnn.grad T=20 H=16", "rnn.gnv T=20 H=16", "rnn.grad T=5 H=4", "rnn.gnv T=5 H=4"]
    assert tasks["rnn.grad T=5 H=4"]()[0].shape == (4, 4)


def test_growth_is_the_exponent_from_200_steps_on():
    assert rnn_length.growth([T**1.5 for T in rnn_length.LENGTHS]) == pytest.approx(1.5)
    assert rnn_length.growth([max(T, 200) for T in rnn_length.LENGTHS]) == pytest.approx(1)


def test_memory_grows_with_the_length_and_the_figure_is_drawn(monkeypatch, tmp_path):
    monkeypatch.setattr(rnn_length, "LENGTHS", (8, 32, 64, 128))
    monkeypatch.setattr(rnn_length, "FROM", 1)
    monkeypatch.setattr(rnn_length, "FIGURE", tmp_path / "length.png")
    rows, notes = rnn_length.run(Settings(("float64",), 1, "processor", ""))
    memory = [row for row in rows if "MiB" in row.what]
    assert [row.name for row in memory] == ["rnn.grad length", "rnn.gnv length"]
    assert all(0.6 < row.values[0] < 1.1 for row in memory), notes  # short sequences: the fixed part is not small yet
    assert (tmp_path / "length.png").stat().st_size > 5000 and "Slopes" in (tmp_path / "length.alt.txt").read_text()
