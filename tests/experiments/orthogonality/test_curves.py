"""The measure of success against updates, and the best of every seed: what is drawn is what was recorded."""

import json
import shutil

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.orthogonality.figures import convergence, final, gradients_through_time, spectra
from ref.experiments.orthogonality.report import median
from ref.experiments.orthogonality.variants import outcomes, title
from tests.experiments.orthogonality.drawings import TINY, alt, crosses_of, curve, panels, with_parts, xy


def test_convergence_shows_every_evaluation_of_every_seed(done, drawn):
    folder, config = done.folder, done.config
    assert convergence(done) == folder / "figures" / "convergence.png"
    axes = panels(drawn[0])
    assert [ax.get_title() for ax in axes] == ["copy, T = 5", "copy, T = 5, prior", "adding, T = 5"]
    assert [ax.get_yscale() for ax in axes] == ["linear", "linear", "log"]
    for ax, which, name in zip(axes, config["jobs"], ("accuracy", "accuracy", "error")):
        lines = [xy(line) for line in ax.lines]
        for variant, n in which["seeds"].items():
            assert all(curve(done, which, variant, seed, name) in lines for seed in range(n)), variant
        assert len(lines) == sum(which["seeds"].values()) + (which["label"] == "prior") + 1, "a cross, and the baseline"
        level = 1 / 8 if name == "accuracy" else 1 / 6
        assert ax.lines[-1].get_linestyle() == ":" and lines[-1][1] == pytest.approx([level, level])


def test_alternative_texts_have_the_medians(done, drawn):
    config, parts = done.config, done.parts
    for draw in (convergence, final):
        text = alt(draw(done))
        for which in config["jobs"]:
            for variant in which["variants"]:
                assert f"{title(variant)}: {median(parts, which, variant, 'best'):.3g}" in text


def test_updates_to_the_goal_are_said(done, drawn):
    config, parts = done.config, done.parts
    at_goal = {name: {**part, "reached": 4} if name.startswith("copy-5-none") else part for name, part in parts.items()}
    best = median(parts, config["jobs"][0], "none", "best")
    assert f"no margin: {best:.3g} (0.99 after 4 updates)" in alt(convergence(with_parts(done, at_goal)))
    assert "after 4 updates" not in alt(convergence(done))


def test_a_training_that_ended_early_has_a_cross_at_its_end_and_is_named(done, drawn):
    config, parts = done.config, done.parts
    broken = parts["copy-5-prior-prior=0.1-0"]
    assert broken["stopped"] == "loss not finite" and broken["updates"] < TINY["updates"], "else nothing is tested here"
    said = f"Ended early, marked by a cross: prior = 0.1, seed 0, after {broken['updates']} updates (loss not finite)."
    texts = [alt(draw(done)) for draw in (convergence, final)]
    assert all(text.count(said) == 1 and text.count("Ended early") == 1 for text in texts)
    crosses = [crosses_of(ax) for ax in panels(drawn[0])]
    assert [len(found) for found in crosses] == [0, 1, 0]
    at, value = curve(done, config["jobs"][1], "prior=0.1", 0, "accuracy")
    assert xy(crosses[1][0]) == [at[-1:], value[-1:]]
    in_final = crosses_of(panels(drawn[1])[1])
    assert [xy(line) for line in in_final] == [[[broken["best"]], [1]]], "the second row from the top"
    which, variants = config["jobs"][1], ("prior=0", "prior=0.1")
    paths = [draw(done, which, variants) for draw in (gradients_through_time, spectra)]
    assert all(f"ended at update {broken['updates']}" in alt(path) for path in paths)
    titles = [[ax.get_title() for ax in panels(figure)] for figure in drawn[2:]]
    assert titles == [["prior = 0", f"prior = 0.1\nended at update {broken['updates']}"]] * 2


def test_what_is_not_finite_is_left_out(done, drawn, tmp_path):
    """A line stops where its values do."""
    shutil.copytree(done.folder, tmp_path / "run")
    which, parts = done.config["jobs"][0], done.parts
    file = tmp_path / "run" / part_name(which, "none", 0) / "metrics.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    rows[-1] |= {"accuracy": None, "through_time": [None] * len(rows[-1]["through_time"])}
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    early = {**parts, part_name(which, "none", 0): {**parts[part_name(which, "none", 0)], "stopped": "loss not finite"}}
    run = with_parts(done, early)._replace(folder=tmp_path / "run")
    convergence(run)
    gradients_through_time(run, which, ["none"])
    cross = next(line for line in panels(drawn[0])[0].lines if line.get_marker() == "x")
    assert xy(cross) == [[4], [rows[4]["accuracy"]]], "the last finite value"
    last = panels(drawn[1])[0].lines[-1]
    assert last.get_label() == "update 6" and np.isnan(last.get_ydata()).all()


def test_final_has_a_dot_a_seed_in_the_row_of_its_variant(done, drawn):
    config, parts = done.config, done.parts
    final(done)
    for ax, which in zip(panels(drawn[0]), config["jobs"]):
        names = [tick.get_text() for tick in ax.get_yticklabels()]
        assert names == [title(variant) for variant in which["variants"]] and ax.yaxis_inverted()
        for row, results in enumerate(outcomes(parts, which).values()):
            here = [line for line in ax.lines if xy(line)[1] == [row]]
            dots = [xy(line)[0][0] for line in here if line.get_marker() in "ox"]
            assert dots == [result["best"] for result in results]
            assert [xy(line)[0][0] for line in here if line.get_marker() == "|"] == [np.median(dots)]
