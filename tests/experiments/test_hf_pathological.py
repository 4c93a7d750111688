"""The hf-pathological experiment from the first sequence to the last figure, at a size of seconds."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ref.experiments.hessian_free import pathological as hf_pathological
from ref.experiments.hessian_free.pathological import best_rates, job, main_parts, part_config, tuning_parts
from ref.experiments.hessian_free.pathological_report import outcomes
from ref.experiments.hessian_free.pathological_training import (
    judge,
    objective_of,
    sequences_a_step,
    start,
    task_of,
    train_part,
)
from ref.experiments.jobs import part_name
from ref.experiments.recording import read_rows
from ref.experiments.run import RunError, run_config
from ref.experiments.training import held_out
from ref.training import Memory
from tests.experiments.finished import finished_run

TINY = {"n_hidden": 6, "n_test": 40, "chunk": 30, "sequences": 20, "batches": 2, "minibatch": 10, "evaluate_every": 5,
        "hf": {"damping": 0.1, "max_iterations": 8, "structural": 0.03},
        "grid": {"gradient-descent": [0.01, 0.1], "nesterov": [0.001, 0.01], "adam": [0.001, 0.003]},
        "jobs": [job("temporal_order", 10, 2000, hf=2, plain=1, first_order=1),
                 job("addition", 20, 1000, hf=1, variant="few", sequences=10)]}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return finished_run(hf_pathological, folder, {**run_config(hf_pathological, "quick", 3), **TINY})


def test_every_method_and_seed_has_run_to_its_end(done):
    parts = done.parts
    assert len(parts) == 6 + 3 + 3 + 1
    for name, part in parts.items():
        budget = 400 if name.count("-") == 4 or "descent-0." in name else 1000 if name.startswith("addition") else 2000
        assert part["solved"] or part["gradient_equivalents"] >= budget, name
        assert part["stopped"] in ("gradient_equivalents", "reached"), name
    assert parts["addition-20-few-hf-0"]["sequences"] == parts["addition-20-few-hf-0"]["steps"] * 40, ("two batches of "
                                                                                                       "10 and two "
                                                                                                       "more")
    assert parts["temporal_order-10-adam-0"]["sequences"] == 10 * parts["temporal_order-10-adam-0"]["steps"]


def test_all_methods_of_a_seed_start_alike_and_other_seeds_do_not(done):
    folder = done.folder
    first = {path.parent.name: json.loads(path.read_text().splitlines()[0])["test_loss"]
             for path in folder.glob("temporal*/metrics.jsonl")}
    assert len({loss for name, loss in first.items() if name.endswith("-0")}) == 1
    assert first["temporal_order-10-hf-1"] != first["temporal_order-10-hf-0"]


def test_structural_damping_is_what_the_two_hessian_free_differ_in(done):
    folder = done.folder
    damped, plain = (read_rows(folder / f"temporal_order-10-{method}-0") for method in ("hf", "hf-plain"))
    assert damped[1]["loss"] == plain[1]["loss"] and damped[1]["damping"] == plain[1]["damping"]
    assert damped[1]["phis"] != plain[1]["phis"]


def test_the_best_rate_solves_or_has_the_lowest_loss():
    config, one = {"grid": {"adam": [0.1, 0.01, 0.001]}}, job("xor", 50, 100, hf=1)
    names = [part_name(one, f"adam-{rate:g}", 0) for rate in config["grid"]["adam"]]

    def best(*results):
        keys = ("solved", "gradient_equivalents", "test_loss", "stopped")
        ends = {name: dict(zip(keys, result)) for name, result in zip(names, results)}
        (rate,) = best_rates(config, one, ends)["adam"]
        return rate

    spent = "gradient_equivalents"
    assert best((False, 20, 0.3, spent), (False, 20, 0.2, spent), (False, 20, 0.25, spent)) == 0.01
    assert best((True, 15, 0.3, "reached"), (False, 20, 0.2, spent), (True, 10, 0.4, "reached")) == 0.001
    assert best((False, 5, 0.0, "loss not finite"), (False, 20, 0.7, spent), (False, 20, 0.9, spent)) == 0.01


def test_training_stops_where_the_task_is_solved(monkeypatch):
    config = {**run_config(hf_pathological, "quick", 0), **TINY}
    part = part_config(config, config["jobs"][0], "hf", 0)
    monkeypatch.setattr("ref.experiments.hessian_free.pathological_training.task_of",
                        lambda config: replace(task_of(config), threshold=1.01))
    result = train_part(part, Memory())
    assert result["solved"] and result["stopped"] == "reached" and result["steps"] == 1


def test_judge_is_the_mean_over_all_sequences_whatever_the_chunk(done):
    config = done.config
    part = part_config(config, config["jobs"][0], "hf", 0)
    batch, answers = held_out(task_of(part), part["part_seed"], part["n_test"]), []
    for chunk in (30, 1000):
        objective = objective_of({**part, "chunk": chunk})
        answers.append(judge(task_of(part), objective, start(part, objective), batch))
    z = np.concatenate(list(objective.outputs(start(part, objective), batch)), axis=1)
    assert answers[0]["wrong"] == pytest.approx(answers[1]["wrong"],
                                                abs=1e-12) and answers[1]["wrong"] == task_of(part).wrong(z, *batch[1:])
    assert answers[0]["test_loss"] == pytest.approx(objective.loss.value(z, *batch[1:]), rel=1e-5)


def test_compiled_kernels_train_alike_and_others_are_refused(done):
    config = done.config
    part = {**part_config({**config, "dtype": "float64"}, config["jobs"][1], "hf", 0), "budget": 1}  # one step
    numpy_, cpu = (train_part({**part, "kernels": kernels}, Memory()) for kernels in ("numpy", "cpu"))
    assert cpu["steps"] == numpy_["steps"] and cpu["test_loss"] == pytest.approx(numpy_["test_loss"], rel=1e-9)
    with pytest.raises(RunError, match="kernels is 'cuda' but networks run on numpy or cpu"):
        objective_of({**part, "kernels": "cuda"})


def test_the_presets_name_tasks_methods_and_lengths():
    standard, paper = (run_config(hf_pathological, preset, 0) for preset in ("standard", "paper"))
    seeds = {(j["task"], j["T"]): j["seeds"]["hf"] for j in standard["jobs"] if not j["variant"]}
    assert [seeds[which] for which in (("addition", 50), ("temporal_order", 50), ("temporal_order", 100))] == [5, 5, 5]
    assert {j["task"] for j in standard["jobs"]} == {j["task"] for j in paper["jobs"]}
    assert len(paper["jobs"]) == 8 * 4 and {j["T"] for j in paper["jobs"]} == {30, 50, 100, 200}
    for config in (standard, paper):
        assert set(tuning_parts(config)) and len(main_parts({**config, "grid": {}}, {})) > 10
        assert sequences_a_step(part_config(config, config["jobs"][0], "hf",
                                            0)) == (config["batches"] + 2) * config["sequences"]


def test_the_figures_are_drawn_and_the_report_names_every_failure(done):
    folder, config = done.folder, done.config
    paths = hf_pathological.figures(folder)
    assert sorted(path.name for path in paths) == ["gradients_through_time.png", "learning_curves.png", "success.png",
                                                   "trajectories.png"]
    assert all(path.stat().st_size > 5000 and path.with_suffix(".alt.txt").exists() for path in paths)
    text = hf_pathological.report([folder])
    found = outcomes(done, config["jobs"][0])
    assert list(found) == ["hf", "hf-plain", "gradient-descent", "nesterov", "adam"] and len(found["hf"]) == 2
    for seed, result in enumerate(found["hf"]):
        assert result["solved"] or f"{3 + seed} ({result['wrong']:.3g})" in text
    assert "temporal order, T = 10 | Adam, rate" in text and "Rates tried on temporal order, T = 10" in text
    assert sum(line.startswith(("| temporal order", "| addition")) for line in text.splitlines()) == 5 + 1
