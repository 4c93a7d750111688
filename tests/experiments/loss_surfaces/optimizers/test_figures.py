"""Figures: what is drawn is what the parts say; sheets cover their triangle or patch once, their corners in place."""

import numpy as np
import pytest

from ref.experiments.loss_surfaces.lines.numbers import barriers, from_start, line_of, looks
from ref.experiments.loss_surfaces.optimizers import figures
from ref.experiments.loss_surfaces.optimizers.figures import LOOKS
from ref.experiments.loss_surfaces.sheets import relief
from ref.experiments.loss_surfaces.sheets.relief import CORNERS, GUESS, HIGHEST, corner_title, corners_at, places
from ref.experiments.loss_surfaces.training.methods import ALL, title as method_title


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved."""
    found, save = [], figures.save
    for module in (figures, relief):
        monkeypatch.setattr(module, "save", lambda figure, *rest: found.append(figure) or save(figure, *rest))
    return found


def test_an_optimiser_looks_like_no_other():
    assert tuple(LOOKS) == ALL
    for what in ("color", "ls", "marker"):
        assert len({look[what] for look in LOOKS.values()}) == len(ALL)


def test_lines_show_every_seed_of_every_optimiser(done, drawn):
    figures.lines(done)
    for ax, job in zip(drawn[0].axes, done.config["jobs"]):
        curves = [(line.get_color(), tuple(line.get_ydata())) for line in ax.lines]
        for method in job["methods"]:
            for look in looks(done, job):
                assert (LOOKS[method]["color"], tuple(line_of(look, "start", method)[1])) in curves


def test_norms_have_a_mark_a_seed(done, drawn):
    figures.norms(done)
    for ax, job in zip(drawn[0].axes, done.config["jobs"]):
        for line, method in zip(ax.lines, job["methods"]):
            found = from_start(done, job, method)
            assert list(line.get_ydata()) == found["norm"] and list(line.get_xdata()) == found["moved"]
            assert line.get_markevery() == 1, "each is drawn"


def test_the_pair_table_says_the_barriers(done, drawn):
    figures.pair_table(done)
    for ax, job in zip(drawn[0].axes, done.config["jobs"]):
        texts = {text.get_position(): text.get_text() for text in ax.texts}
        assert len(texts) == 6
        assert texts[0, 1] == f"{np.median(barriers(done, job, 'sgd', 'adam')):.2g}", "column SGD, row Adam"


def test_settings_are_said_on_the_figures(done, drawn):
    for draw in (figures.curves, figures.lines, figures.pair_table):
        draw(done)
    figures.sheets(done)
    for figure in drawn:
        texts = [text.get_text() for text in figure.texts]
        said = " ".join([*texts, figure.get_suptitle(), figure.get_supxlabel()])
        assert "loss of 40 training images, no dropout, no augmentation; batch-norm statistics: recompute" in said
    labels = {text.get_text() for text in drawn[-2].axes[0].texts}
    assert {"start", method_title("sgd"), method_title("adam")} <= labels


def test_what_is_far_above_a_guess_is_drawn_as_if_lower(done, drawn):
    name = "digits-nin-tiny-bn-sheet-0"
    part = done.parts[name]
    run = done._replace(result={"parts": {**done.parts, name: {**part, "surface_loss": [1.0, 50.0, 1, 1, 1, 1]}}})
    figures.sheets(run)
    solid = drawn[0].axes[1]
    assert HIGHEST * GUESS <= solid.get_zlim()[1] < 2 * HIGHEST * GUESS


@pytest.mark.parametrize("n_corners, area", [(3, 0.75**0.5 / 2), (4, 1.0)])
def test_sheets_are_covered_once(n_corners, area):
    (x, y), triangles = places(n_corners, 5)
    a, b, c = (np.stack([x, y], 1)[triangles[:, k]] for k in range(3))
    areas = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
    assert areas.sum() == pytest.approx(area) and areas.min() == pytest.approx(areas.max())
    np.testing.assert_allclose(np.stack([x, y], 1)[corners_at(n_corners, 5)], CORNERS[n_corners], atol=1e-12)


def test_corners_have_titles():
    assert [corner_title(name) for name in ("start", "adam-rk2", "start 1", "sgd 1")] == [
        "start", "Adam&RK2", "start, seed 1", "SGD, seed 1"]
