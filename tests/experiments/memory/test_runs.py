"""The memory experiments from the first update to the last, at a size of seconds."""

from functools import partial

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.memory import copy, study, training
from ref.experiments.memory.copy import FIVE, TWICE
from ref.experiments.memory.models import MODELS
from ref.experiments.memory.study import best_rates, outcomes, title
from ref.experiments.memory.training import network_of, start, train_part
from ref.experiments.recording import read_checkpoint, read_rows
from ref.experiments.run import open_folder
from ref.experiments.sweep import PartsFailed, sweep
from ref.training import Memory
from ref.training.train import train
from tests.experiments.memory.little import copies, one_part, tiny


def test_every_model_and_seed_has_run_to_its_end(done):
    names = [f"copy-3-{model}-{seed}" for model in MODELS for seed in (0, 1)]
    names += [f"copy-3-{model}-{rate}-0" for model in MODELS for rate in ("0.001", "0.01")]
    names += [f"copy-3-broken-{of}-0" for of in ("ntm", "lstm", "ntm-0.001", "ntm-0.01", "lstm-0.001", "lstm-0.01")]
    names += [f"dynamic_ngrams-12-{of}-0" for of in ("ntm", "lstm", "ntm-0.001", "ntm-0.01", "lstm-0.001", "lstm-0.01")]
    assert set(done.parts) == set(names)
    for name in names[:10]:
        assert done.parts[name]["stopped"] == "steps" and done.parts[name]["steps"] == 6
        assert [row["step"] for row in read_rows(done.folder / name) if "bits" in row] == [0, 2, 4, 6]
    assert all(done.parts[name]["steps"] == 3 for name in names[10:20]), "half of the updates"


def test_the_rate_is_that_which_costs_least_on_the_validation_sequences():
    config, one = tiny(copy), copies(["ntm", "lstm"])
    values = {"ntm-0.001": (3.0, 0.0), "ntm-0.01": (2.0, 9.0), "lstm-0.001": (4.0, 9.0), "lstm-0.01": (1.0, 0.0)}
    results = {part_name(one, name, 0): {"validation": value, "tests": {"test": {"excess": test}}, "stopped": "steps"}
               for name, (value, test) in values.items()}
    assert best_rates(config, one, results) == {"ntm": [0.01], "lstm": [0.01]}
    results["copy-3-lstm-0.01-0"]["stopped"] = "loss not finite"
    assert best_rates(config, one, results)["lstm"] == [0.001]
    for nothing in (None, np.nan):  # None: as a file has what is not a number
        results["copy-3-ntm-0.01-0"]["validation"] = nothing
        assert best_rates(config, one, results)["ntm"] == [0.001]


def test_all_parts_of_a_model_train_at_the_rate_that_was_chosen(done):
    config, one = done.config, done.config["jobs"][0]
    chosen = best_rates(config, one, done.parts)
    for model, results in outcomes(done.parts, one).items():
        assert [result["rate"] for result in results] == chosen[model] * 2


def test_models_of_a_seed_see_the_same_sequences_and_other_seeds_do_not(monkeypatch):
    seen = []

    def recorded(optimizer, objective, theta, batches, **rest):
        seen.append(batches(3)[0])
        return train(optimizer, objective, theta, batches, **rest)

    monkeypatch.setattr(training, "train", recorded)
    for config in (one_part("ntm"), one_part("lstm"), {**one_part("lstm"), "part_seed": 8}):
        train_part({**config, "updates": 1, "sizes": {"length": 6, "bits": 8}}, Memory())
    np.testing.assert_array_equal(seen[0], seen[1])
    assert (seen[0] != seen[2]).any()


def test_the_result_has_all_tests_and_when_the_goal_was_reached(done):
    result = done.parts["copy-3-ntm-1"]
    assert set(result["tests"]) == {"test", TWICE, FIVE} and result["reached"] is None
    assert result["tests"][FIVE]["baseline"] == 30 and result["n_hidden"] == 6
    rows = [{"step": step, "excess": excess} for step, excess in ((0, 5.0), (2, 0.2), (4, 0.05), (6, 0.3))]
    config = one_part()
    assert training.reached(config, rows) == 16, "sequences, of four an update"
    assert training.reached({**config, "goal": 0.01}, rows) is None


def test_the_gradient_is_clipped():
    """A tiny largest norm trains otherwise than a large one, whose rows have the norms before clipping."""
    ends, norms = [], []
    for clip in (1e3, 1e-8):
        recorder = Memory()
        train_part({**one_part("lstm"), "clip": clip, "updates": 1}, recorder)
        norms.append(recorder.rows()[1]["gradient_norm"])
        ends.append(recorder.rows()[1]["bits"])
    assert norms[0] == norms[1] > 1e-3 and ends[0] != ends[1]


@pytest.mark.parametrize("model", ["ntm", "ntm-ff", "lstm"])
def test_compiled_kernels_train_alike(model):
    config = {**one_part(model), "dtype": "float64", "updates": 3}
    numpy_, cpu = (train_part({**config, "kernels": kernels}, Memory()) for kernels in ("numpy", "cpu"))
    assert cpu["validation"] == pytest.approx(numpy_["validation"], rel=1e-9)
    assert cpu["tests"][FIVE]["bits"] == pytest.approx(numpy_["tests"][FIVE]["bits"], rel=1e-9)


def test_a_run_that_was_interrupted_ends_with_the_same_bits(done, tmp_path, monkeypatch):
    """It goes on from its checkpoint: the parameters, the rows and the tests are those of a run without a break."""
    config = open_folder(tmp_path, tiny(copy, copies(["ntm"], seeds=1)))
    monkeypatch.setattr(training, "train", partial(train, checkpoint_every=1))
    measures, calls = training.measures, []

    def fails(*arguments):
        calls.append(1)
        if len(calls) == 15:  # at an evaluation of the part that comes after the two rates
            raise OSError("interrupted")
        return measures(*arguments)

    monkeypatch.setattr(training, "measures", fails)
    run = partial(sweep, folder=tmp_path, workers=0)
    with pytest.raises(PartsFailed, match="interrupted"):
        study.run(config, run)
    steps = read_checkpoint(tmp_path / "copy-3-ntm-0").step
    assert 0 < steps < 6, "else nothing is tested here"
    again = study.run(config, run)["parts"]["copy-3-ntm-0"]
    whole = done.parts["copy-3-ntm-0"]
    assert {key: again[key] for key in ("tests", "validation", "rate")} == {
        key: whole[key] for key in ("tests", "validation", "rate")}
    theirs, mine = (read_checkpoint(folder / "copy-3-ntm-0").theta for folder in (done.folder, tmp_path))
    np.testing.assert_array_equal(theirs, mine)
    assert (tmp_path / "copy-3-ntm-0" / "metrics.jsonl").read_bytes() == (
        done.folder / "copy-3-ntm-0" / "metrics.jsonl").read_bytes()


def test_training_learns():
    """To copy one bit, in seconds: the least that must be possible."""
    config = {**one_part("ntm", rate=1e-2), "sizes": {"length": 1, "bits": 1}, "harder": {},
              "updates": 300, "evaluate_every": 100}
    result = train_part(config, Memory())
    assert result["tests"]["test"]["solved"] == 1 and result["validation"] < 0.1 and result["reached"] is not None


def test_titles_say_the_sizes():
    assert title(copies()) == "copy: length 1 to 3, bits 2"
    assert title(copies(label="again")) == "copy: length 1 to 3, bits 2, again"


def test_the_start_is_the_seeds():
    config = one_part()
    network = network_of(config)
    first, again, other = (start({**config, "part_seed": seed}, network).vector for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
