"""Rows and checkpoints on disk: the same bits come back, and damage is named, not repaired in silence."""

import json
import math
import multiprocessing

import numpy as np
import pytest

from ref.experiments.recording import FolderRecorder, read_checkpoint, read_rows, share_done, write_checkpoint
from ref.experiments.run import RunError
from ref.training import Checkpoint

STATE = {
    "m": np.array([0.1, math.nan, -0.0], np.float32), "F": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "counts": np.array([2**60, 3]), "scalar": np.float64(0.3), "single": np.float32(0.3), "t": 7, "damping": 0.1,
    "rho": -math.inf, "accepted": True, "reason": "steps", "nothing": None, "big": 2**70,
}
CHECKPOINT = Checkpoint(np.array([1.0, 1e-300, -2.5]), STATE, 12, 2, 640.5, 1.25, "")


def append(recorder, *steps):
    for step in steps:
        recorder.append({"step": step, "loss": 1 / step}, {"seconds": 0.1 * step, "done": step / 10})


def test_a_checkpoint_comes_back_type_by_type_and_bit_by_bit(tmp_path):
    write_checkpoint(tmp_path, CHECKPOINT)
    back = read_checkpoint(tmp_path)
    assert back._replace(theta=0, state=0) == CHECKPOINT._replace(theta=0, state=0)
    assert back.theta.tobytes() == CHECKPOINT.theta.tobytes()
    assert back.state.keys() == STATE.keys()
    for name, value in STATE.items():
        assert type(back.state[name]) is type(value), name
        if isinstance(value, (np.ndarray, np.generic)):
            assert (back.state[name].dtype, back.state[name].tobytes("A")) == (value.dtype, value.tobytes("A"))
            assert back.state[name].flags.f_contiguous == value.flags.f_contiguous
        else:
            assert back.state[name] == value


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, np.array([object()]), 1j])
def test_a_state_that_cannot_be_written_is_refused_and_the_old_checkpoint_kept(tmp_path, value):
    write_checkpoint(tmp_path, CHECKPOINT)
    with pytest.raises(TypeError, match=r"state\['bad'\] is a \w+ but must be an array or a number"):
        write_checkpoint(tmp_path, CHECKPOINT._replace(state={"bad": value}))
    assert read_checkpoint(tmp_path).step == 12


def test_rows_come_back_with_their_timings(tmp_path):
    with FolderRecorder(tmp_path) as recorder:
        row = {"step": 1, "loss": 0.1 + 0.2, "rho": np.float32(0.1), "phis": [0.0, -math.inf], "why": "cap"}
        recorder.append({**row, "n": np.int64(3)}, {"seconds": 0.5})
        recorder.append({"step": 2, "loss": math.nan, "ok": True}, {"seconds": math.inf})
        rows = recorder.rows()
    assert rows == read_rows(tmp_path)
    assert rows[0] == {**row, "rho": float(np.float32(0.1)), "phis": [0.0, None], "n": 3, "seconds": 0.5}
    assert math.isnan(rows[1].pop("loss")) and math.isnan(rows[1].pop("seconds"))
    assert rows[1] == {"step": 2, "ok": True}
    for line in (tmp_path / "metrics.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_a_row_that_json_cannot_hold_is_named(tmp_path):
    with FolderRecorder(tmp_path) as recorder:
        with pytest.raises(TypeError, match="theta is a set but a row of metrics holds"):
            recorder.append({"step": 1, "theta": {1}}, {})
    assert read_rows(tmp_path) == []


def test_loading_cuts_off_what_came_after_the_checkpoint(tmp_path):
    with FolderRecorder(tmp_path) as recorder:
        assert recorder.load() is None
        append(recorder, 1, 2)
        recorder.save(CHECKPOINT)
        append(recorder, 3)
        recorder._files["metrics.jsonl"].write(b'{"step": 4, "lo')  # a kill in the middle of a row
    with FolderRecorder(tmp_path) as recorder:
        assert [row["step"] for row in read_rows(tmp_path)] == [1, 2, 3]
        assert recorder.load().step == 12
        append(recorder, 30)
    assert [row["step"] for row in read_rows(tmp_path)] == [1, 2, 30]
    assert [row["seconds"] for row in read_rows(tmp_path)] == pytest.approx([0.1, 0.2, 3.0])


def test_without_a_checkpoint_all_starts_again(tmp_path):
    with FolderRecorder(tmp_path) as recorder:
        append(recorder, 1, 2)
    with FolderRecorder(tmp_path) as recorder:
        assert recorder.load() is None
        append(recorder, 5)
    assert [row["step"] for row in read_rows(tmp_path)] == [5]


@pytest.mark.parametrize("name", ["metrics.jsonl", "timings.jsonl"])
def test_lost_rows_are_reported(tmp_path, name):
    with FolderRecorder(tmp_path) as recorder:
        append(recorder, 1, 2)
        recorder.save(CHECKPOINT)
    (tmp_path / name).write_bytes(b'{"step": 1}\n')
    with FolderRecorder(tmp_path) as recorder:
        with pytest.raises(RunError, match=f"{name} has 1 rows but checkpoint.npz beside it counts 2"):
            recorder.load()


def test_a_broken_row_is_reported_with_its_line(tmp_path):
    with FolderRecorder(tmp_path) as recorder:
        append(recorder, 1, 2)
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"step": 2', b'"step": 2'))
    with pytest.raises(RunError, match="line 2 of .*metrics.jsonl is not a row of metrics"):
        read_rows(tmp_path)


def test_every_kind_of_damage_to_a_checkpoint_is_found(tmp_path):
    write_checkpoint(tmp_path, CHECKPOINT)
    path = tmp_path / "checkpoint.npz"
    whole = path.read_bytes()
    at = whole.index(CHECKPOINT.theta.tobytes())
    flipped = bytearray(whole)
    flipped[at] ^= 1
    for damaged in (b"", whole[:100], whole[:-1], whole[: len(whole) // 2], bytes(flipped), b"text"):
        path.write_bytes(damaged)
        with pytest.raises(RunError, match=r"checkpoint.npz cannot be read .* is damaged. Restore it from a copy"):
            read_checkpoint(tmp_path)
        assert path.read_bytes() == damaged
    np.savez(path, theta=np.zeros(3))
    with pytest.raises(RunError, match="cannot be read"):
        read_checkpoint(tmp_path)


def test_what_a_kill_left_half_written_is_cleared_away(tmp_path):
    write_checkpoint(tmp_path, CHECKPOINT)
    (tmp_path / ".checkpoint.npz.99.partial").write_bytes(b"half")
    with FolderRecorder(tmp_path) as recorder:
        assert recorder.folder == tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint.npz", "metrics.jsonl", "timings.jsonl"}


def hold(folder, held, release):
    with FolderRecorder(folder):
        held.set()
        release.wait(30)


def test_two_processes_cannot_write_to_one_folder(tmp_path):
    pytest.importorskip("fcntl", reason="this system has no file locks")
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, held, release))
    other.start()
    try:
        assert held.wait(30)
        with pytest.raises(RunError, match="is being written by another process"):
            FolderRecorder(tmp_path, wait=0.1)
    finally:
        release.set()
        other.join(30)
    with FolderRecorder(tmp_path, wait=5):
        pass


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(RunError, match="missing cannot be written"):
        FolderRecorder(tmp_path / "missing")


def test_the_share_done(tmp_path):
    assert share_done(tmp_path) == 0
    with FolderRecorder(tmp_path) as recorder:
        append(recorder, *range(1, 8))
        assert share_done(tmp_path) == pytest.approx(0.7)
        recorder._files["timings.jsonl"].write(b'{"step": 8, "do')
    assert share_done(tmp_path) == pytest.approx(0.7)
