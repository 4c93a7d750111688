"""The orthogonality experiments from the first update to the report, at a size of seconds."""

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.orthogonality import (
    copy as ortho_copy,
    report as ortho_report,
    tasks as ortho_tasks,
    text as ortho_text,
)
from ref.experiments.orthogonality.training import evaluate, network_of, objective_of, optimizer_of, start, train_part
from ref.experiments.orthogonality.variants import SETTINGS, VARIANTS, job, outcomes, part_config, parts
from ref.experiments.recording import read_rows
from ref.experiments.run import RunError, finish, open_folder, run_config
from ref.orthogonality import defect
from ref.tasks.sequences import copy_memory
from ref.training import Memory
from tests.experiments.finished import finished_run
from tests.experiments.orthogonality.little import EXPERIMENTS, one_part, tiny


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    jobs = (job("copy", 4, VARIANTS, seeds=2, fewer={"lstm": 1}),
            job("copy", 5, ["m=0", "elman-orthogonal"], label="tanh", activation="tanh"))
    return finished_run(ortho_copy, folder, tiny(ortho_copy, *jobs))


def test_every_variant_and_seed_has_run_to_its_end(done):
    folder, config, results = done.folder, done.config, done.parts
    assert len(results) == 2 * len(VARIANTS) - 1 + 2 and set(results) == set(parts(config))
    assert all(result["stopped"] == "steps" and result["updates"] == 6 for result in results.values())
    rows = read_rows(folder / "copy-4-m=0.1-1")
    assert [row["step"] for row in rows if "test_loss" in row] == [0, 2, 4, 6] and len(rows) == 7
    assert rows[-1]["defect"] < 1e-4, "W_U and W_V stay orthogonal"


def test_variants_of_a_seed_start_from_the_same_matrices_and_other_seeds_do_not(done):
    folder = done.folder
    names = ("m=0-0", "m=1-0", "none-0", "geodesic-0", "m=1-wrong-side-0", "m=0-1")
    first = {name: read_rows(folder / f"copy-4-{name}")[0]["test_loss"] for name in names}
    assert first["m=0-0"] == pytest.approx(first["geodesic-0"], rel=1e-5), "one orthogonal matrix, in factors or not"
    assert len({round(first[name], 5) for name in ("m=0-0", "m=1-0", "none-0", "m=1-wrong-side-0")}) == 1
    assert first["m=0-1"] != pytest.approx(first["m=0-0"], rel=1e-5)


def test_what_the_spectrum_may_do(done):
    results = done.parts
    for end in ("s_max", "s_min"):
        assert results["copy-4-m=0-0"][end] == pytest.approx(1, abs=1e-5)
    assert results["copy-4-none-glorot-0"]["s_min"] < 0.6 and results["copy-4-none-glorot-0"]["s_max"] > 1.4
    assert results["copy-4-elman-identity-0"]["s_max"] == pytest.approx(1, abs=0.01)
    assert "s_min" not in results["copy-4-lstm-0"]


@pytest.mark.parametrize("variant, cayley, others", [
    ("m=0.1", {"W_U", "W_V"}, {"U", "b", "h0", "V", "c", "W_p"}), ("geodesic", {"W"}, {"U", "b", "h0", "V", "c"})])
def test_who_is_updated_how(variant, cayley, others):
    """Cayley steps keep their matrices orthogonal; every other array moves by RMSprop."""
    config = one_part(variant, rate=0.01, orthogonal_rate=0.01)
    network = network_of(config)
    theta, objective, optimizer = start(config, network), objective_of(config, network), optimizer_of(config)
    batch = ortho_tasks.task_of(config).sample(np.random.default_rng(0), 5)
    moved, _, _ = optimizer.step(theta, optimizer.init(theta), objective, batch)
    assert {name for name in theta if np.any(moved[name] != theta[name])} == cayley | others
    assert all(defect(moved[name]) < 1e-5 for name in cayley)


def test_penalties_are_those_of_the_configuration():
    for settings, names in (({}, {"U", "W", "V"}), ({"weight_decay": 0.0, "soft": 0.1}, {"W"}),
                            ({"weight_decay": 0.0, "prior": 0.1}, {"W_p"})):
        config = one_part(**settings)
        assert set(objective_of(config, network_of(config)).penalties) == names
    config = one_part(weight_decay=0.0)
    assert not hasattr(objective_of(config, network_of(config)), "penalties")


def test_measures_do_not_depend_on_the_chunk_and_mean_what_they_say():
    for task, T in (("copy", 4), ("adding", 6), ("markov", 5)):
        config = one_part("m=1", task, T)
        network = network_of(config)
        theta, batch = start(config, network), ortho_tasks.held_out(config)
        few, all_ = (ortho_tasks.measures({**config, "chunk": chunk}, network, theta, batch) for chunk in (3, 1000))
        assert few == pytest.approx(all_, rel=1e-5)
    config = one_part("m=1", "adding", 6)
    network = network_of(config)
    theta = start(config, network)
    theta["V"][:], theta["c"][:] = 0, 1
    x, t, mask = ortho_tasks.task_of(config).sample(np.random.default_rng(0), 4000)
    error = ortho_tasks.measures(config, network, theta, (x, t, mask))["error"]
    assert error == pytest.approx(np.mean((t - 1) ** 2), rel=1e-5)
    assert error == pytest.approx(1 / 6, rel=0.05), "that of the best constant"


def test_held_out_cases_are_the_seeds_and_never_those_of_training():
    config = one_part()
    again, other = ortho_tasks.held_out(config)[0], ortho_tasks.held_out({**config, "part_seed": 4})[0]
    np.testing.assert_array_equal(ortho_tasks.held_out(config)[0], again)
    assert (again != other).any()
    first = ortho_tasks.task_of(config).sample(np.random.default_rng([config["part_seed"], 0, 2]), config["n_test"])[0]
    assert (again != first).any()


def test_images_and_texts_of_the_run():
    config = {**one_part("m=1", "pdigits", 64), "activation": "tanh"}
    x, t, mask = ortho_tasks.held_out(config)
    plain = ortho_tasks.held_out({**config, "task": "digits"})[0]
    assert x.shape == (64, 359, 1) and t.shape == (1, 359, 10) and mask.all()
    assert (x != plain).any() and np.array_equal(np.sort(x, axis=0), np.sort(plain, axis=0)), "pixels in another order"
    x, t, mask = ortho_tasks.held_out({**config, "task": "tragedies", "T": 300})
    assert x.shape[0] == 300 and x.shape[2] == len(ortho_tasks.letters())
    with pytest.raises(RunError, match="task is 'cifar' but must be copy, adding"):
        ortho_tasks.task_of({**config, "task": "cifar"})


def test_compiled_kernels_train_alike_and_others_are_refused():
    for variant in ("m=0.1", "lstm", "geodesic"):
        config = {**one_part(variant), "dtype": "float64", "updates": 2}
        numpy_, cpu = (train_part({**config, "kernels": kernels}, Memory()) for kernels in ("numpy", "cpu"))
        assert cpu["test_loss"] == pytest.approx(numpy_["test_loss"], rel=1e-9)
    with pytest.raises(RunError, match="kernels is 'cuda' but networks run on numpy or cpu"):
        network_of({**config, "kernels": "cuda"})
    with pytest.raises(RunError, match="network is 'gru' but must be"):
        network_of({**config, "network": "gru"})


def test_medians_count_a_seed_that_never_reached_the_goal_as_infinite():
    one = job("copy", 4, ["m=0", "m=1"], seeds=3)
    of_seeds = {"m=0": (5, None, None), "m=1": (None, 3, 4)}
    results = {part_name(one, variant, seed): {"reached": reached}
               for variant, three in of_seeds.items() for seed, reached in enumerate(three)}
    assert ortho_report.median(results, one, "m=0", "reached") == np.inf
    assert ortho_report.median(results, one, "m=1", "reached") == 4
    assert ortho_report.below(results, one, ["m=1"], "m=0", "reached", "").shown
    assert not ortho_report.below(results, one, ["m=0"], "m=1", "reached", "").shown
    assert ortho_report.increasing(results, one, ["m=0", "m=1"], "reached", "", -1).shown
    assert not ortho_report.increasing(results, one, ["m=0", "m=1"], "reached", "").shown


@pytest.mark.parametrize("module", EXPERIMENTS, ids=lambda module: module.NAME)
def test_the_presets_name_parts_that_can_be_built(module):
    for preset in module.PRESETS:
        config = run_config(module, preset, 0)
        named = parts(config)
        assert len(named) == sum(sum(one["seeds"].values()) for one in config["jobs"]), "no two jobs share a name"
        assert set(SETTINGS) <= set(config)
        for one in config["jobs"]:
            for variant in one["variants"]:
                part = part_config(config, one, variant)
                optimizer_of(part)
                network = network_of({**part, "n_hidden": 4, "kernels": "numpy"})
                start({**part, "n_hidden": 4}, network)


def test_the_report_on_text_has_what_counting_gives(tmp_path):
    jobs = (job("markov", 5, ["m=1"]), job("tragedies", 75, ["m=1"]))
    finished_run(ortho_text, tmp_path, {**tiny(ortho_text, *jobs), "updates": 1, "chunk": 700})
    text = ortho_text.report([tmp_path])
    assert text.count("| counted, 2 known |") == 2 and "| counted, 3 known |  | 2.469 |  |  |  |" in text
    level = ortho_tasks.measure_of({"task": "markov", "T": 100, "seed": 3}).level
    bits = list(ortho_text.counted({"task": "markov", "T": 100, "dtype": "float32", "seed": 3, "part_seed": 3,
                                    "n_test": 500}).values())
    assert bits[0] > bits[1] > bits[2] and level < bits[2] < level + 0.1, "the source has order 2"


def test_the_figures_are_drawn_and_the_report_has_every_variant_and_claim(done):
    folder, config, results = done.folder, done.config, done.parts
    paths = ortho_copy.figures(folder)
    assert len(paths) == 3
    assert all(path.stat().st_size > 5000 and path.with_suffix(".alt.txt").exists() for path in paths)
    text = ortho_copy.report([folder])
    assert sum(line.startswith("| ") for line in text.splitlines()) == len(VARIANTS) + 2 + 2
    assert text.count("every margin above 0 recalls 99 %") == text.count("and the Elman network later") == 1
    assert text.count("the loss without memory is beaten") == 2 and "**not shown**" in text
    assert f"chance: {1 / copy_memory.P:.4g}" in text
    assert set(outcomes(results, config["jobs"][0])) == set(VARIANTS)


def test_a_training_that_broke_at_its_first_update_is_reported(done, tmp_path):
    parts = {**done.parts, "copy-5-tanh-m=0-0": {**done.parts["copy-5-tanh-m=0-0"], "updates": 0,
                                                 "stopped": "loss not finite"}}
    open_folder(tmp_path, done.config)
    finish(tmp_path, {"parts": parts})
    assert "| m = 0 | 1 (1 ended early: loss not finite) |" in ortho_copy.report([tmp_path])


def test_probes_are_in_the_rows(done):
    folder = done.folder
    row = read_rows(folder / "copy-4-elman-glorot-0")[0]
    assert row["condition"] == pytest.approx(row["s_max"] / row["s_min"]) and row["orthogonality_defect"] > 0.5
    assert len(row["through_time"]) == len(row["steps_shown"]) == 24
    config = one_part("m=0.1")
    network = network_of(config)
    again = evaluate(config, network, start(config, network), ortho_tasks.held_out(config))
    assert {"s_mean", "s_spread", "condition", "orthogonality_defect", "through_time"} <= set(again)
