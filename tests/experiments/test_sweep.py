"""Parts in any executor: the same results, one failure apart from the rest, nothing run twice."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from ref.experiments.run import RunError, run_config
from ref.experiments.sweep import PartsFailed, failed_parts, sweep
from ref.experiments.threads import VARIABLES
from tests.experiments import tiny

CONFIGS = {f"rate-{rate}": {"rate": rate} for rate in (0.1, 0.2, 0.3)}


def part(config, recorder):
    recorder.append({"step": 1, "rate": config["rate"]}, {"done": 1.0})
    if config.get("wrong"):
        raise ArithmeticError("wrong on purpose\nat length")
    if config.get("dies"):
        os._exit(3)
    return {"double": 2 * config["rate"], "process": os.getpid(), "threads": os.environ.get(VARIABLES[0])}


def slow(config, recorder):
    for step in range(24):
        recorder.append({"step": step}, {"done": step / 24})
        time.sleep(0.1)


def doubles(results):
    return {name: result["double"] for name, result in results.items()}


@pytest.mark.parametrize("executor", ["this process", "processes", "given"])
def test_every_executor_gives_the_same_results_in_order(tmp_path, executor):
    if executor == "given":
        with ThreadPoolExecutor(2) as threads:
            results = sweep(part, CONFIGS, tmp_path, executor=threads)
            assert threads.submit(int, 3).result() == 3  # it is the caller's to shut down
    else:
        before = dict(os.environ)
        results = sweep(part, CONFIGS, tmp_path, workers=2 if executor == "processes" else 0, threads=3)
        assert dict(os.environ) == before
    assert list(doubles(results).items()) == [("rate-0.1", 0.2), ("rate-0.2", 0.4), ("rate-0.3", 0.6)]
    theirs = {result["process"] for result in results.values()}
    assert (os.getpid() in theirs) == (executor != "processes") and len(theirs) <= 2
    if executor == "processes":
        assert {result["threads"] for result in results.values()} == {"3"}
    assert json.loads((tmp_path / "rate-0.2" / "config.json").read_text()) == {"rate": 0.2}
    assert (tmp_path / "rate-0.2" / "metrics.jsonl").read_text() == '{"step": 1, "rate": 0.2}\n'


def test_an_experiment_runs_in_any_executor(tmp_path):
    """As one may be handed in that starts processes on a cluster."""
    config = run_config(tiny, "quick", 0)
    with ThreadPoolExecutor(2) as threads:
        results = tiny.run(config, partial(sweep, folder=tmp_path / "given", executor=threads))
    assert results == tiny.run(config, partial(sweep, folder=tmp_path / "here", workers=0))
    metrics = {where: {path.parent.name: path.read_bytes() for path in tmp_path.glob(f"{where}/*/metrics.jsonl")}
               for where in ("given", "here")}
    assert metrics["given"] == metrics["here"] and len(metrics["here"]) == len(results) == 2


def test_finished_parts_are_not_run_again(tmp_path):
    first = sweep(part, CONFIGS, tmp_path, workers=0)

    def never(config, recorder):
        raise AssertionError("run again")

    assert sweep(never, CONFIGS, tmp_path, workers=2) == sweep(never, CONFIGS, tmp_path, workers=0) == first


@pytest.mark.parametrize("workers", [0, 2])
def test_one_failing_part_leaves_the_others(tmp_path, workers):
    configs = {"bad": {"rate": 1, "wrong": True}, **CONFIGS}
    expected = "1 of 4 parts of .* failed:\n  bad: ArithmeticError: wrong on purpose"
    with pytest.raises(PartsFailed, match=expected) as failed:
        sweep(part, configs, tmp_path, workers=workers)
    assert doubles(failed.value.results) == {"rate-0.1": 0.2, "rate-0.2": 0.4, "rate-0.3": 0.6}
    assert failed.value.errors == {"bad": "ArithmeticError: wrong on purpose\nat length"}
    assert failed_parts(tmp_path).keys() == {"bad"}
    text = (tmp_path / "bad" / "error.txt").read_text()
    assert "Traceback" in text and "wrong on purpose" in text
    assert not (tmp_path / "bad" / "finished.json").exists()


def test_a_worker_that_dies_is_reported(tmp_path):
    configs = {"fine": {"rate": 1}, "dead": {"rate": 2, "dies": True}}
    with pytest.raises(PartsFailed, match="dead: its worker process, or one beside it, was killed") as failed:
        sweep(part, configs, tmp_path, workers=1)
    assert doubles(failed.value.results) == {"fine": 2}


def test_a_function_that_cannot_be_sent_to_a_worker_is_reported(tmp_path):
    with pytest.raises(PartsFailed, match="rate-0.1: .*local object .*<lambda>"):
        sweep(lambda config, recorder: None, CONFIGS, tmp_path, workers=1)


def test_parts_of_another_configuration_are_refused_before_any_starts(tmp_path):
    sweep(part, {"b": {"rate": 1}}, tmp_path, workers=0)
    with pytest.raises(RunError, match="rate is 1 there and 2 here"):
        sweep(part, {"a": {"rate": 1}, "b": {"rate": 2}}, tmp_path, workers=0)
    assert not (tmp_path / "a" / "finished.json").exists()


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "figures", "a b"])
def test_names_that_are_no_folders(tmp_path, name):
    with pytest.raises(ValueError, match="cannot be a part's name"):
        sweep(part, {name: {"rate": 1}}, tmp_path, workers=0)
    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.parametrize("workers, error", [(-1, ValueError), (1.5, TypeError)])
def test_bad_workers(tmp_path, workers, error):
    with pytest.raises(error, match="workers"):
        sweep(part, CONFIGS, tmp_path, workers=workers)


def test_there_is_one_bar_for_all_parts(tmp_path, capsys):
    sweep(slow, {"a": {}, "b": {}}, tmp_path / "run", workers=2, progress=True)
    shown = capsys.readouterr().err
    assert "run: " in shown and "2 of 2 parts" in shown and "100%" in shown
    assert any(f"{percent}%" in shown for percent in range(10, 100))
    sweep(part, CONFIGS, tmp_path / "other", workers=1, progress=False)
    assert capsys.readouterr().err == ""
