"""Training images that are kept back choose the evaluation and the rate; training may end at its goal."""

from pathlib import Path

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.orthogonality import (
    figures as ortho_figures,
    images as ortho_images,
    report as ortho_report,
    tasks as ortho_tasks,
)
from ref.experiments.orthogonality.training import train_part
from ref.experiments.orthogonality.variants import VARIANTS, at_rates, job
from ref.experiments.run import Run, run_config
from ref.training import Memory
from tests.experiments.orthogonality.little import one_part


def test_the_evaluation_is_chosen_on_training_images_that_are_kept_back():
    config = {**one_part("m=1", "digits", 64, kept_back=0.1), "activation": "tanh"}
    whole, few = (ortho_tasks.images("digits", "float32", 3, share) for share in (0.0, 0.1))
    assert len(few.kept[1]) == 143 and len(few.train[1]) == 1438 - 143
    both = np.concatenate([few.train[0], few.kept[0]])
    assert np.array_equal(both[np.lexsort(both.T)], whole.train[0][np.lexsort(whole.train[0].T)]), "parts of one set"
    assert np.array_equal(few.test[0], whole.test[0])
    assert ortho_tasks.kept_back(config)[0].shape == (64, 143, 1)
    assert ortho_tasks.kept_back({**config, "kept_back": 0.0}) is None and ortho_tasks.kept_back(one_part()) is None
    result = train_part(config, recorder := Memory())
    rows = [row for row in recorder.rows() if "accuracy" in row]
    at = next(row for row in rows if row["step"] == result["chosen"])
    assert result["kept_back"] == at["kept_accuracy"] == max(row["kept_accuracy"] for row in rows)
    assert result["best"] == at["accuracy"]


def test_the_test_images_choose_nothing():
    rows = [{"step": step, "accuracy": test, "kept_accuracy": kept}
            for step, test, kept in ((0, 0.1, 0.2), (2, 0.5, 0.7), (4, 0.9, 0.6), (6, 0.6, 0.7), (8, 0.8, np.nan))]
    measure = ortho_tasks.measure_of({"task": "mnist14"})
    assert ortho_tasks.best(measure, rows) == {"best": 0.5, "chosen": 2, "kept_back": 0.7}
    for row in rows:
        del row["kept_accuracy"]
    assert ortho_tasks.best(measure, rows) == {"best": 0.9}
    errors = ortho_tasks.measure_of({"task": "adding"})
    assert ortho_tasks.best(errors, [{"step": 0, "error": 2.0}, {"step": 1, "error": 1.0}]) == {"best": 1.0}
    assert np.isnan(ortho_tasks.best(errors, [{"step": 0, "error": np.nan}])["best"])


def test_rates_are_chosen_on_the_images_kept_back_and_the_others_leave_the_figures():
    one = job("mnist14", 196, {"m=1": VARIANTS["m=1"], "lstm": VARIANTS["lstm"], **at_rates(["lstm"], [1e-4, 3e-4])})
    values = {"m=1": (0.5, 0.9), "lstm": (0.9, 0.3), "lstm-rate=0.0001": (0.6, 0.4), "lstm-rate=0.0003": (0.2, 0.2)}
    results = {part_name(one, variant, 0): {
        "best": best, "kept_back": kept, "accuracy": best, "stopped": "steps", "updates": 1, "processor_seconds": 1.0}
        for variant, (best, kept) in values.items()}
    config = {**run_config(ortho_images, "standard", 0), "jobs": [one]}
    assert ortho_report.chosen_rates(config, results, one) == {"lstm": "lstm-rate=0.0001"}
    shown = ortho_report.tuned(Run(Path(), config, {"parts": results})).config["jobs"][0]
    assert list(shown["variants"]) == list(shown["seeds"]) == ["m=1", "lstm-rate=0.0001"]
    text = "\n".join(ortho_report._table(config, results, one, ortho_images.PAPER, lambda shared: {}))
    assert "Rates chosen by the images kept back: LSTM 0.0001." in text
    assert "| LSTM, rate 0.0001 | 1 | 0.6 | 0.4 | 0.6 |  | 1000 | 97.30 | 92.62 |" in text
    looks = ortho_figures.looks(config)
    assert looks["lstm"] == looks["lstm-rate=0.0001"]


def test_training_until_the_goal_ends_there():
    config = {**one_part("m=1", updates=8), "until_goal": True}
    task = ortho_tasks.measure_of(config)
    never = train_part(config, Memory())
    assert never["stopped"] == "steps" and never["reached"] is None and task.goal == 0.99
    config = {**one_part("m=1", "adding", 6, updates=8), "until_goal": True, "rate": 0.03, "activation": "tanh"}
    result = train_part({**config, "updates": 4000, "evaluate_every": 50}, Memory())
    assert result["stopped"] == "reached" and result["reached"] == result["updates"] < 4000
