"""The report: a row a model, what the seeds that failed are stuck at, and the claims."""

import numpy as np
import pytest

from ref.experiments.memory import copy, ngrams, recall
from ref.experiments.memory.claims import cheaper, faster, solved
from ref.experiments.memory.models import MODELS
from ref.experiments.run import finish, open_folder
from tests.experiments.finished import finished_run
from tests.experiments.memory.little import EXPERIMENTS, TINY, tiny, with_tests


def reported(done, folder, parts: dict) -> str:
    open_folder(folder, done.config)
    finish(folder, {"parts": {**done.parts, **parts}})
    return copy.report([folder])


def test_the_report_has_every_model_every_rate_and_every_failure(done):
    text = copy.report([done.folder])
    lines = [line for line in text.splitlines() if line.startswith("| NTM, LSTM controller |")]
    assert len(lines) == 3 and lines[0].startswith("| NTM, LSTM controller | 6 |")
    assert text.count("| without memory |") == 3 and text.count("| optimum |") == 1
    assert "| without memory |  |  |  |  |  | 4 | 12 | 30 |  |" in text
    for model, seed in (("ntm", 0), ("ntm", 1), ("lstm", 1)):
        part = done.parts[f"copy-3-{model}-{seed}"]
        name = {"ntm": "NTM, LSTM controller", "lstm": "LSTM, as many parameters"}[model]
        assert f"{name}, seed {3 + seed}: {part['tests']['test']['bits']:.3g} bits, " in text
        assert f"| {part['n_parameters']:,} | {part['rate']:g} | 0 of 2 |" in text
    assert text.count("Rates tried for 3 updates") == 3
    tried = done.parts["copy-3-ntm-0.01-0"]["validation"]
    assert f"0.01: {tried:.3g}" in text


def test_a_training_that_broke_is_named(done):
    assert "seed 3: " in (text := copy.report([done.folder])) and "not finite)" in text


def test_seeds_that_learnt_are_no_failures(done, tmp_path):
    part = {**with_tests(done.parts["copy-3-ntm-1"], test={"bits": 0.02, "excess": 0.02, "solved": 1.0}),
            "reached": 2400}
    text = reported(done, tmp_path, {"copy-3-ntm-1": part})
    first = text.split("**copy: length 1 to 3, bits 2, broken**")[0]
    assert "| 1 of 2 | 2.4 | " in first and "NTM, LSTM controller, seed 4:" not in first


def result(excess: float | None, reached: int | None = None, which: str = "test") -> dict:
    return {"tests": {which: {"excess": excess, "baseline": 10.0}}, "reached": reached}


def parts_of(**excesses) -> tuple[dict, dict]:
    job = {**recall.PRESETS["quick"]["jobs"][0], "seeds": 5, "models": dict.fromkeys(excesses, {})}
    return job, {f"associative_recall-3-{model}-{seed}": one if isinstance(one, dict) else result(one)
                 for model, five in excesses.items() for seed, one in enumerate(five)}


def test_claims_count_what_is_not_a_number_as_infinite():
    job, parts = parts_of(ntm=(0.01, 0.02, None, 0.03, 0.05), lstm=(0.3, np.nan, np.nan, 9, 9))
    assert solved(parts, job, "ntm", 0.1).shown and solved(parts, job, "ntm", 0.1).numbers == "4 of 5"
    assert not solved(parts, job, "ntm", 0.04).shown
    claim = cheaper(parts, job, "ntm", "lstm")
    assert claim.shown and claim.numbers == "0.03 and 9 bits a sequence above the optimum, 10 without memory"
    assert not cheaper(parts, job, "lstm", "ntm").shown


def test_to_pay_less_than_another_is_nothing_where_both_remember_nothing():
    job, parts = parts_of(ntm=(6, 6, 6, 6, 6), lstm=(9, 9, 9, 9, 9))
    assert not cheaper(parts, job, "ntm", "lstm").shown
    job, parts = parts_of(ntm=(4, 4, 4, 4, 4), lstm=(9, 9, 9, 9, 9))
    assert cheaper(parts, job, "ntm", "lstm").shown


@pytest.mark.parametrize("mine, other, shown, numbers", [
    ((10, 20, None), (30, 30, 30), True, "20 and 30"),
    ((10, None, None), (30, 30, 30), False, "not reached and 30"),
    ((None, None, None), (None, None, None), False, "not reached and not reached"),
    ((10, 10, 10), (None, 10, None), True, "10 and not reached"),
])
def test_faster_compares_medians_of_sequences_to_the_goal(mine, other, shown, numbers):
    job, parts = parts_of(ntm=[result(1, at) for at in mine], lstm=[result(1, at) for at in other])
    claim = faster(parts, {**job, "seeds": 3}, "ntm", "lstm")
    assert (claim.shown, claim.numbers) == (shown, numbers)


@pytest.mark.parametrize("module", EXPERIMENTS, ids=lambda module: module.NAME)
def test_every_experiment_runs_and_reports_what_its_paper_says(module, tmp_path):
    """Its quick preset, with a network of few units and few updates."""
    jobs = [{**job, "seeds": 1, "settings": {}, "models": {name: {} for name in ("ntm", "ntm-ff", "lstm")}}
            for job in module.PRESETS["quick"]["jobs"]]
    config = {**tiny(module, *jobs), **TINY, "n_locations": 5, "updates": 2, "rates": dict.fromkeys(MODELS, [1e-2])}
    finished_run(module, tmp_path, config)
    text = module.report([tmp_path])
    assert text.startswith("Bits a sequence; ") and "What the paper says, and whether these runs show it:" in text
    assert text.count("shown") >= 2
    assert all(path.exists() for path in module.figures(tmp_path))
    assert ("| optimum |" in text) == (module is ngrams)
