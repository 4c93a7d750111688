"""Learning curves and harder sequences: what is drawn is what was recorded."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from ref.experiments.memory.figures import LOOKS, curves, evaluated, harder
from ref.experiments.memory.models import MODELS, title as model_title
from ref.experiments.memory.study import outcomes, title
from tests.experiments.memory.little import alt, with_parts, with_tests


def panels(figure) -> list:
    return [ax for ax in figure.axes if ax.axison]


def test_a_model_looks_like_no_other():
    assert list(LOOKS) == list(MODELS)
    for what in ("color", "ls", "marker"):
        assert len({look[what] for look in LOOKS.values()}) == len(MODELS)


def test_curves_show_every_evaluation_of_every_seed(done, drawn):
    assert curves(done) == done.folder / "figures" / "curves.png"
    axes = panels(drawn[0])
    assert [ax.get_title() for ax in axes] == [title(job) for job in done.config["jobs"]]
    assert [ax.get_yscale() for ax in axes] == ["log", "log", "linear"]
    for ax, job in zip(axes, done.config["jobs"]):
        lines = [(to_hex(line.get_color()).upper(), *map(list, line.get_data())) for line in ax.lines]
        for model in job["models"]:
            for seed in range(job["seeds"]):
                rows = [row for row in evaluated(done, job, model, seed) if np.isfinite(row["bits"])]
                curve = LOOKS[model]["color"], [row["step"] * 4 / 1000 for row in rows], [row["bits"] for row in rows]
                assert curve in [(colour, x[: len(rows)], y[: len(rows)]) for colour, x, y in lines], model
    levels = {line.get_label(): line.get_ydata()[0] for line in axes[0].lines[-2:]}
    assert levels == {"without memory": 4, "goal": 0.1}
    test = done.parts["dynamic_ngrams-12-ntm-0"]["tests"]["test"]
    levels = {line.get_label(): line.get_ydata()[0] for line in axes[2].lines[-3:]}
    assert levels == {"without memory": 12, "optimum": test["floor"], "goal": test["floor"] + 0.1}


def test_harder_has_a_mark_a_seed_and_the_median(done, drawn):
    assert harder(done).name == "harder.png"
    for ax, job in zip(panels(drawn[0]), done.config["jobs"]):
        tests = ["test", *job["harder"]]
        assert [tick.get_text() for tick in ax.get_xticklabels()] == ["as in training", *job["harder"]]
        drawn_bits = [list(line.get_ydata()) for line in ax.lines]
        for results in outcomes(done.parts, job).values():
            bits = np.array([[result["tests"][which]["bits"] for which in tests] for result in results])
            if np.isfinite(bits).all():
                assert all(list(of_seed) in drawn_bits for of_seed in bits)
                assert list(np.median(bits, axis=0)) in drawn_bits
        levels = [next(iter(outcomes(done.parts, job).values()))[0]["tests"][which]["baseline"] for which in tests]
        assert levels in drawn_bits


def test_bits_below_the_axis_stand_at_its_end(done, drawn):
    part = done.parts["copy-3-ntm-0"]
    harder(with_parts(done, {"copy-3-ntm-0": with_tests(part, test={"bits": 1e-7})}))
    ax = panels(drawn[0])[0]
    assert ax.get_ylim()[0] == pytest.approx(1e-3) and ax.lines[0].get_ydata()[0] == 1e-3


def test_alternative_texts_have_the_medians_and_ranges(done, drawn):
    for draw in (curves, harder):
        text = alt(draw(done))
        for job in done.config["jobs"]:
            for model, results in outcomes(done.parts, job).items():
                bits = [result["tests"]["test"]["bits"] for result in results]
                assert f"{title(job)}, {model_title(model)}: {np.median(bits):.3g} bits" in text
    assert "(five times as long)" in text


def test_the_legend_names_every_model_once_and_fits(done, drawn):
    curves(done)
    harder(done)
    for figure in drawn:
        figure.draw_without_rendering()
        names = [text.get_text() for text in figure.legends[0].get_texts()]
        assert len(names) == len(set(names))
        assert all(sum(model_title(model) in name for name in names) == 1 for model in MODELS)
        box = figure.legends[0].get_window_extent()
        assert box.x0 >= 0 and box.x1 <= figure.bbox.width
