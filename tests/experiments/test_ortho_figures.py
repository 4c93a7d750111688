"""The figures of the orthogonality experiments, of a run of seconds: what is drawn is what was recorded."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex

from ref.experiments.orthogonality import figures as ortho_figures
from ref.experiments.orthogonality.figures import convergence, evaluated, final, gradients_through_time, looks, spectra
from ref.experiments.orthogonality.report import median, title
from ref.experiments.orthogonality.sweep import (
    MARGINS,
    NO_MARGIN,
    PAPERS,
    SETTINGS,
    TITLES,
    VARIANTS,
    job,
    outcomes,
    part_name,
    run,
)
from ref.experiments.run import RunError

TINY = {"n_hidden": 6, "n_test": 20, "chunk": 20, "minibatch": 5, "updates": 6, "evaluate_every": 2, "rate": 1e-3}
DESCENT = {"method": "descent", "rate": 1e-3}
BROKEN = {**NO_MARGIN, "rate": 1e30}  # no loss is finite after it
FIRST = ("lstm", "m=0", "m=0.1", "m=1", "none", "geodesic", "elman-orthogonal")
JOBS = [
    job("copy", 5, FIRST, seeds=2, fewer={"lstm": 1}),
    job("copy", 5, {"prior=0": {**NO_MARGIN, "spectrum": DESCENT}, "prior=0.1": {**BROKEN, "prior": 0.1}},
        label="prior"),
    job("adding", 5, ("m=0", "none"), activation="tanh"),
]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    run_of = {"seed": 0, "kernels": "numpy", "threads": 1, "experiment": "ortho", "preset": "tiny"}
    config = {**SETTINGS, **TINY, **run_of, "jobs": JOBS}
    return folder, config, json.loads(json.dumps(run(config, folder, workers=0)["parts"]))


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved."""
    figures, save = [], ortho_figures.save
    monkeypatch.setattr(ortho_figures, "save", lambda figure, *rest: figures.append(figure) or save(figure, *rest))
    return figures


def panels(figure) -> list:
    return [ax for ax in figure.axes if ax.axison]


def xy(line) -> tuple[list, list]:
    return [list(np.asarray(values, float)) for values in line.get_data()]


def crosses_of(ax) -> list:
    return [line for line in ax.lines if line.get_marker() == "x" and len(line.get_xdata())]


def curve(folder: Path, which: dict, variant: str, seed: int, name: str) -> list[list]:
    rows = evaluated(folder, which, variant, seed)
    return [[row["step"] for row in rows], [row[name] for row in rows]]


def alt(path: Path) -> str:
    assert path.stat().st_size > 5000
    return path.with_suffix(".alt.txt").read_text()


def test_convergence_shows_every_evaluation_of_every_seed(done, drawn):
    folder, config, parts = done
    assert convergence(folder, config, parts) == folder / "figures" / "convergence.png"
    axes = panels(drawn[0])
    assert [ax.get_title() for ax in axes] == ["copy, T = 5", "copy, T = 5, prior", "adding, T = 5"]
    assert [ax.get_yscale() for ax in axes] == ["linear", "linear", "log"]
    for ax, which, name in zip(axes, config["jobs"], ("accuracy", "accuracy", "error")):
        lines = [xy(line) for line in ax.lines]
        for variant, n in which["seeds"].items():
            assert all(curve(folder, which, variant, seed, name) in lines for seed in range(n)), variant
        assert len(lines) == sum(which["seeds"].values()) + (which["label"] == "prior") + 1, "a cross, and the baseline"
        level = 1 / 8 if name == "accuracy" else 1 / 6
        assert ax.lines[-1].get_linestyle() == ":" and lines[-1][1] == pytest.approx([level, level])


def test_alternative_texts_have_the_medians(done, drawn):
    folder, config, parts = done
    for draw in (convergence, final):
        text = alt(draw(folder, config, parts))
        for which in config["jobs"]:
            for variant in which["variants"]:
                assert f"{title(variant)}: {median(parts, which, variant, 'best'):.3g}" in text


def test_updates_to_the_goal_are_said(done, drawn):
    folder, config, parts = done
    at_goal = {name: {**part, "reached": 4} if name.startswith("copy-5-none") else part for name, part in parts.items()}
    best = median(parts, config["jobs"][0], "none", "best")
    assert f"no margin: {best:.3g} (0.99 after 4 updates)" in alt(convergence(folder, config, at_goal))
    assert "after 4 updates" not in alt(convergence(folder, config, parts))


def test_a_training_that_ended_early_has_a_cross_at_its_end_and_is_named(done, drawn):
    folder, config, parts = done
    broken = parts["copy-5-prior-prior=0.1-0"]
    assert broken["stopped"] == "loss not finite" and broken["updates"] < TINY["updates"], "else nothing is tested here"
    said = f"Ended early, marked by a cross: prior = 0.1, seed 0, after {broken['updates']} updates (loss not finite)."
    texts = [alt(draw(folder, config, parts)) for draw in (convergence, final)]
    assert all(text.count(said) == 1 and text.count("Ended early") == 1 for text in texts)
    crosses = [crosses_of(ax) for ax in panels(drawn[0])]
    assert [len(found) for found in crosses] == [0, 1, 0]
    at, value = curve(folder, config["jobs"][1], "prior=0.1", 0, "accuracy")
    assert xy(crosses[1][0]) == [at[-1:], value[-1:]]
    in_final = crosses_of(panels(drawn[1])[1])
    assert [xy(line) for line in in_final] == [[[broken["best"]], [1]]], "the second row from the top"
    which, variants = config["jobs"][1], ("prior=0", "prior=0.1")
    paths = [draw(folder, config, parts, which, variants) for draw in (gradients_through_time, spectra)]
    assert all(f"ended at update {broken['updates']}" in alt(path) for path in paths)
    titles = [[ax.get_title() for ax in panels(figure)] for figure in drawn[2:]]
    assert titles == [["prior = 0", f"prior = 0.1\nended at update {broken['updates']}"]] * 2


def test_what_is_not_finite_is_left_out(done, drawn, tmp_path):
    """A line stops where its values do."""
    folder, config, parts = done
    shutil.copytree(folder, tmp_path / "run")
    which = config["jobs"][0]
    file = tmp_path / "run" / part_name(which, "none", 0) / "metrics.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    rows[-1] |= {"accuracy": None, "through_time": [None] * len(rows[-1]["through_time"])}
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    early = {**parts, part_name(which, "none", 0): {**parts[part_name(which, "none", 0)], "stopped": "loss not finite"}}
    convergence(tmp_path / "run", config, early)
    gradients_through_time(tmp_path / "run", config, early, which, ["none"])
    cross = next(line for line in panels(drawn[0])[0].lines if line.get_marker() == "x")
    assert xy(cross) == [[4], [rows[4]["accuracy"]]], "the last finite value"
    last = panels(drawn[1])[0].lines[-1]
    assert last.get_label() == "update 6" and np.isnan(last.get_ydata()).all()


def test_final_has_a_dot_a_seed_in_the_row_of_its_variant(done, drawn):
    folder, config, parts = done
    final(folder, config, parts)
    for ax, which in zip(panels(drawn[0]), config["jobs"]):
        names = [tick.get_text() for tick in ax.get_yticklabels()]
        assert names == [title(variant) for variant in which["variants"]] and ax.yaxis_inverted()
        for row, (variant, results) in enumerate(outcomes(parts, which).items()):
            here = [line for line in ax.lines if xy(line)[1] == [row]]
            dots = [xy(line)[0][0] for line in here if line.get_marker() in "ox"]
            assert dots == [result["best"] for result in results]
            assert [xy(line)[0][0] for line in here if line.get_marker() == "|"] == [np.median(dots)]


def test_gradients_through_time_at_some_updates_of_the_variants_that_have_them(done, drawn):
    folder, config, parts = done
    which = config["jobs"][0]
    path = gradients_through_time(folder, config, parts, which, (*PAPERS, "lstm", "elman-orthogonal"))
    assert path.name == "gradients_through_time-copy-5.png"
    axes = panels(drawn[0])
    there = ["m=0", "m=0.1", "m=1", "none", "elman-orthogonal"]
    assert [ax.get_title() for ax in axes] == [title(variant) for variant in there]
    assert len({ax.get_ylim() for ax in axes}) == 1 and all(ax.get_yscale() == "log" for ax in axes)
    for ax, variant in zip(axes, there):
        rows = {row["step"]: row for row in evaluated(folder, which, variant, 0)}
        labels = [line.get_label() for line in ax.lines]
        assert labels == ["update 0", "update 2", "update 6"], "10 % of 6 is nearest to 0, 30 % to 2"
        for line, update in zip(ax.lines, (0, 2, 6)):
            assert xy(line) == [rows[update]["steps_shown"], rows[update]["through_time"]]
    ends = evaluated(folder, which, "none", 0)[-1]["through_time"]
    assert f"{ends[0]:.2g} and {ends[-1]:.2g} at update 6; Elman, orthogonal" in alt(path)
    with pytest.raises(RunError, match="of lstm, m=0.01 none is a variant of copy-5 with 'through_time' in its rows"):
        gradients_through_time(folder, config, parts, which, ("lstm", "m=0.01"))


def test_spectra_show_the_recorded_singular_values(done, drawn):
    folder, config, parts = done
    which = config["jobs"][0]
    path = spectra(folder, config, parts, which, PAPERS)
    assert path.name == "spectra-copy-5.png" and "a vertical scale of its own" in alt(path)
    assert "a vertical scale of its own" in drawn[0].legends[0].get_title().get_text()
    for ax, variant in zip(panels(drawn[0]), ("m=0", "m=0.1", "m=1", "none"), strict=True):
        lines = {line.get_label(): xy(line) for line in ax.lines}
        for label, name in (("mean", "s_mean"), ("largest", "s_max"), ("smallest", "s_min")):
            assert lines[label] == curve(folder, which, variant, 0, name)
        row = evaluated(folder, which, variant, 0)[-1]
        band = ax.collections[0].get_paths()[0].vertices
        at_end = band[band[:, 0] == 6, 1]
        limits = [row["s_mean"] - row["s_spread"], row["s_mean"] + row["s_spread"]]
        assert [min(at_end), max(at_end)] == pytest.approx(limits, abs=1e-12)
        assert ax.get_ylim()[0] <= 1 - 5e-4 and ax.get_ylim()[1] >= 1 + 5e-4
        numbers = f"{row['s_min']:.6g} to {row['s_max']:.6g}, mean {row['s_mean']:.6g}"
        assert f"{title(variant)}: {numbers}" in alt(path)


@pytest.mark.parametrize("margin, most, shown", [(0.1, 1.05, True), (0.1, 1.01, False), (None, 1.5, False)])
def test_a_margin_is_drawn_where_the_singular_values_come_near_it(done, drawn, monkeypatch, margin, most, shown):
    folder, config, parts = done
    which = job("copy", 5, {"m=0.1": {**MARGINS["m=0.1"], "margin": margin}})
    row = {"s_mean": 1.0, "s_spread": 0.01, "s_min": 0.99, "s_max": most, "test_loss": 1.0}
    rows = [{"step": 0, **row}, {"step": 2, **row}]
    monkeypatch.setattr(ortho_figures, "read_rows", lambda _: rows)
    spectra(folder, config, parts, which, ["m=0.1"])
    sides = [line.get_ydata()[0] for line in panels(drawn[0])[0].lines if line.get_color() == "grey"]
    assert sides == ([0.9, 1.1] if shown else [])


def test_a_variant_looks_the_same_in_all_figures_and_like_no_other(done, drawn):
    folder, config, parts = done
    everything = looks({"jobs": [job("copy", 5, VARIANTS)]})
    assert list(everything) == list(TITLES)
    assert len({(look["color"], look["ls"], look["marker"]) for look in everything.values()}) == len(TITLES)
    assert len({everything[name]["color"] for name in PAPERS}) == len(PAPERS), "told apart by their colour alone"
    convergence(folder, config, parts)
    final(folder, config, parts)
    for ax in panels(drawn[0])[::2]:
        for line in ax.lines[:-1]:
            look = next((everything[name] for name in TITLES if TITLES[name] == line.get_label()), None)
            seen = (to_hex(line.get_color()).upper(), line.get_marker())
            assert look is None or seen == (look["color"], look["marker"])
    for row, name in enumerate(FIRST):
        colours = {to_hex(line.get_color()).upper() for line in panels(drawn[1])[0].lines if xy(line)[1] == [row]}
        assert colours == {everything[name]["color"]}


def test_equal_strengths_of_penalties_look_alike_and_share_an_entry(done, drawn):
    strengths = ("0", "0.0001", "0.001", "0.01", "0.1", "1")
    names = [f"{name}={strength}" for name in ("soft", "prior") for strength in strengths]
    found = looks({"jobs": [job("copy", 5, dict.fromkeys(kind, {})) for kind in (names[:6], names[6:])]})
    assert all(found[soft] == found[prior] for soft, prior in zip(names[:6], names[6:]))
    assert len({(look["color"], look["ls"], look["marker"]) for look in found.values()}) == 6
    figure, axes = ortho_figures.new_figure(1, 2)
    for ax, kind in zip(axes, (names[:6], names[6:])):
        for name in kind:
            ax.plot([0, 1], [0, 1], **found[name], label=title(name))
    ortho_figures._legend(figure, [title(name) for name in names])
    texts = {text.get_text() for text in figure.legends[0].get_texts()}
    assert texts == {f"soft = {strength} or prior = {strength}" for strength in strengths}


def test_the_legend_is_read_row_after_row_and_fits(done, drawn):
    folder, config, parts = done
    convergence(folder, config, parts)
    legend = drawn[0].legends[0]
    drawn[0].draw_without_rendering()
    boxes = [(text.get_window_extent(), text.get_text()) for text in legend.get_texts()]
    texts = [text for box, text in sorted(boxes, key=lambda entry: (-round(entry[0].y0 / 10), entry[0].x0))]
    wanted = [*(TITLES[name] for name in TITLES if name in FIRST), "prior = 0", "prior = 0.1"]
    assert texts[: len(wanted)] == wanted and set(texts[len(wanted):]) == {"chance or answering the mean", "training ended early"}
    box = legend.get_window_extent()
    assert box.x0 >= 0 and box.x1 <= drawn[0].bbox.width


def test_every_variants_legend_fits(drawn):
    figure, axes = ortho_figures.new_figure(width=8.0)
    for name, look in looks({"jobs": [job("copy", 5, VARIANTS)]}).items():
        axes.plot([0, 1], [0, 1], **look, label=TITLES[name])
    ortho_figures._legend(figure, list(TITLES.values()))
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.width and figure.legends[0]._ncols >= 4
