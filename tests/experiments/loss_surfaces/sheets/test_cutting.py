"""A surface in parts: neither the cut, nor the processes, nor a kill shows in a bit of it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ref.experiments.loss_surfaces.sheets.cutting import SAVE_EVERY, cut, evaluate_part, join
from ref.experiments.recording import FolderRecorder, read_rows
from ref.loss_surfaces.surface import Surface
from ref.parameters import Parameters
from ref.training.recorder import Memory
from tests.experiments.loss_surfaces.sheets import patch

ROOT = Path(__file__).resolve().parents[4]
LINE = Surface({}, lambda alpha: Parameters.from_vector(np.array([alpha]), {"at": (1,)}))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, np.ndarray]:
    return join("patch", patch.run(tmp_path_factory.mktemp("whole"), 1, workers=0))


def assert_same_bits(got: dict, expected: dict) -> None:
    assert got.keys() == expected.keys() == {"loss", "error"}
    assert all(got[name].tobytes() == expected[name].tobytes() for name in expected)


def test_the_cut_does_not_show(whole, tmp_path):
    assert whole["loss"].shape == (25,) and np.ptp(whole["loss"]) > 0.01
    assert_same_bits(join("patch", patch.run(tmp_path, 3, workers=0)), whole)


def test_processes_do_not_show(whole, tmp_path):
    assert_same_bits(join("patch", patch.run(tmp_path, 2, workers=2, progress=False)), whole)


@pytest.mark.skipif(sys.platform == "win32", reason="NOT RUN: this system has no SIGKILL")
def test_a_kill_does_not_show(whole, tmp_path):
    """After 13 points, of which SAVE_EVERY are safe and the others evaluated again."""
    assert SAVE_EVERY < 13
    done = subprocess.run([sys.executable, "-m", patch.__name__, str(tmp_path), "1"], cwd=ROOT, timeout=60,
                          env={**os.environ, "POINTS_BEFORE_THE_KILL": "13"})
    assert done.returncode == -9 and len(read_rows(tmp_path / "patch-0")) == 13
    assert_same_bits(join("patch", patch.run(tmp_path, 1, workers=0)), whole)
    assert len(read_rows(tmp_path / "patch-0")) == 25


def test_what_is_there_is_not_evaluated_again(tmp_path):
    asked, points = [], np.linspace(0, 1, 2 * SAVE_EVERY + 3)

    def measure(theta, shares):
        if len(asked) == SAVE_EVERY + 5:
            asked.append("error")
            raise ArithmeticError("on purpose")
        asked.append(theta["at"][0])
        return {"loss": float(theta["at"][0])}

    with FolderRecorder(tmp_path) as recorder, pytest.raises(ArithmeticError):
        evaluate_part(LINE, points, measure, recorder)
    first = asked[: asked.index("error")]
    del asked[:]
    with FolderRecorder(tmp_path) as recorder:
        assert evaluate_part(LINE, points, measure, recorder)["loss"] == points.tolist()
    assert first == points[: SAVE_EVERY + 5].tolist() and asked == points[SAVE_EVERY:].tolist()
    with FolderRecorder(tmp_path) as recorder:
        assert evaluate_part(LINE, points, None, recorder)["loss"] == points.tolist()


def test_losses_that_are_not_finite(tmp_path):
    def measure(theta, shares):
        return {"loss": np.inf if theta["at"][0] else 1.0}

    with FolderRecorder(tmp_path) as recorder:
        got = evaluate_part(LINE, [0.0, 1.0], measure, recorder)
    assert got["loss"][0] == 1 and np.isnan(got["loss"][1])


@pytest.mark.parametrize("n, lengths", [(1, [7]), (2, [4, 3]), (3, [3, 2, 2]), (20, [1] * 7)])
def test_parts_share_the_points_in_their_order(n, lengths):
    configs = cut("line", {"policy": "batch"}, np.arange(7), n)
    assert list(configs) == [f"line-{k}" for k in range(len(lengths))]
    assert [len(config["points"]) for config in configs.values()] == lengths
    assert sum((config["points"] for config in configs.values()), []) == [[k] for k in range(7)]
    assert all(config["policy"] == "batch" for config in configs.values())


def test_joined_in_the_order_of_their_numbers():
    results = {f"line-{k}": {"loss": [float(k)]} for k in (10, *range(10), 11)}
    results |= {"line-of-others-0": {"loss": [99.0]}}
    assert join("line", results)["loss"].tolist() == list(range(12))


@pytest.mark.parametrize("ask, message", [
    (lambda: cut("line", {}, [], 2), "points are empty"),
    (lambda: cut("line", {}, [0, 1], 0), "n is 0"),
    (lambda: join("line", {"other-0": {}}), r"results have the parts \[\] of line"),
    (lambda: join("line", {"line-0": {}, "line-2": {}}), r"results have the parts \[0, 2\] of line"),
    (lambda: evaluate_part(LINE, [], None, Memory()), "points are empty"),
])
def test_bad_input(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
