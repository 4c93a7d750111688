"""A run killed at any moment goes on where it stood and ends with the same bits."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ref.experiments.recording import read_checkpoint, read_rows
from ref.experiments.threads import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("nesterov", "adam")
ONE_THREAD = dict.fromkeys(VARIABLES, "1")  # then the command need not start again to have it
ROWS = 2 * 1201  # of both parts: 1,200 steps each, and the evaluation before the first


def start(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.experiments.command", *map(str, arguments)], cwd=ROOT, start_new_session=True,
        env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        # A shell's job in the background ignores the keyboard's interrupt, and hands that on to what it starts.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def complete(process):
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return output


def metrics(folder):
    files = {part: folder / part / "metrics.jsonl" for part in PARTS}
    return {part: file.read_bytes() for part, file in files.items() if file.exists()}


def count(folder):
    return sum(text.count(b"\n") for text in metrics(folder).values())


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    runs = tmp_path_factory.mktemp("uninterrupted")
    complete(start("run", "tiny", "--preset", "paper", "--seed", 3, "--runs", runs))
    return runs / "tiny" / "paper-3"


def test_a_run_killed_at_ten_random_moments_ends_with_identical_bits(uninterrupted, tmp_path):
    rng = np.random.default_rng()
    seed = int(rng.integers(2**32))
    print("seed of the moments:", seed)
    rng = np.random.default_rng(seed)
    folder = tmp_path / "tiny" / "paper-3"
    moments = np.sort(rng.uniform(0, 0.98 * ROWS, size=10))  # in rows written, so that a fast machine is killed too
    resumed_from = []
    for number, moment in enumerate(moments):
        command = ["resume", "tiny/paper-3"] if number else ["run", "tiny", "--preset", "paper", "--seed", 3]
        process = start(*command, "--runs", tmp_path, "--workers", number % 3, **ONE_THREAD)
        until = time.monotonic() + 60
        while count(folder) < moment and process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.02))
        assert process.poll() is None, f"the run ended before its kill: {process.stdout.read()}"
        if number % 2:
            os.killpg(process.pid, signal.SIGKILL)  # the command and its workers
        else:
            process.kill()  # the command alone: its workers must not go on writing
        process.communicate(timeout=60)

        checkpoints = {part: read_checkpoint(folder / part) for part in PARTS if (folder / part).exists()}
        resumed_from.append(sum(checkpoint.step for checkpoint in checkpoints.values() if checkpoint))
        for part, checkpoint in checkpoints.items():  # what counts so far is the beginning of the uninterrupted run
            lines = (folder / part / "metrics.jsonl").read_bytes().split(b"\n") if checkpoint else []
            expected = (uninterrupted / part / "metrics.jsonl").read_bytes().split(b"\n")
            assert lines[: checkpoint.rows if checkpoint else 0] == expected[: checkpoint.rows if checkpoint else 0]
    assert resumed_from == sorted(resumed_from), "a kill lost a checkpoint"
    assert len(set(resumed_from)) >= 5, "the kills did not fall on different moments"

    complete(start("resume", folder, **ONE_THREAD))
    assert metrics(folder) == metrics(uninterrupted)
    for part in PARTS:
        ours, theirs = read_checkpoint(folder / part), read_checkpoint(uninterrupted / part)
        np.testing.assert_array_equal(ours.theta, theirs.theta)
        assert ours._replace(theta=0, state=0, seconds=0) == theirs._replace(theta=0, state=0, seconds=0)
        assert ours.state.keys() == theirs.state.keys()
        for name in ours.state:
            np.testing.assert_array_equal(ours.state[name], theirs.state[name])
        assert len(read_rows(folder / part)) == ROWS / 2
    assert (folder / "finished.json").exists()
    assert not list(folder.rglob("*.partial"))


def test_ended_by_an_interrupt_from_the_keyboard(tmp_path):
    process = start("run", "tiny", "--preset", "paper", "--runs", tmp_path)
    folder = tmp_path / "tiny" / "paper-0"
    while count(folder) < 100 and process.poll() is None:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 130, output
    assert "interrupted" in output and "Traceback" not in output
    rows = count(folder)
    time.sleep(0.2)
    assert count(folder) == rows, "a worker goes on"
    assert not (folder / "finished.json").exists()
