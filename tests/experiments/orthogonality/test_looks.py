"""A variant looks alike in all figures, and the legend can be read."""

import pytest
from matplotlib.colors import to_hex

from ref.experiments.figures import new_figure
from ref.experiments.orthogonality import figures as ortho_figures, soft
from ref.experiments.orthogonality.figures import convergence, final, looks
from ref.experiments.orthogonality.variants import PAPERS, TITLES, VARIANTS, job, title
from tests.experiments.orthogonality.drawings import FIRST, panels, xy


def fits(figure) -> bool:
    """Whether the legend is no wider than the figure."""
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    return box.x0 >= 0 and box.x1 <= figure.bbox.width


def test_a_variant_looks_the_same_in_all_figures_and_like_no_other(done, drawn):
    everything = looks({"jobs": [job("copy", 5, VARIANTS)]})
    assert list(everything) == list(TITLES)
    assert len({(look["color"], look["ls"], look["marker"]) for look in everything.values()}) == len(TITLES)
    assert len({everything[name]["color"] for name in PAPERS}) == len(PAPERS), "told apart by their colour alone"
    convergence(done)
    final(done)
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
    figure, axes = new_figure(1, 2, width=8.0)
    for ax, kind in zip(axes, (names[:6], names[6:])):
        for name in kind:
            ax.plot([0, 1], [0, 1], **found[name], label=title(name))
    ortho_figures._legend(figure, [title(name) for name in names])
    texts = {text.get_text() for text in figure.legends[0].get_texts()}
    assert texts == {f"soft = {strength} or prior = {strength}" for strength in strengths}


def test_the_legend_is_read_row_after_row_and_fits(done, drawn):
    convergence(done)
    legend = drawn[0].legends[0]
    drawn[0].draw_without_rendering()
    boxes = [(text.get_window_extent(), text.get_text()) for text in legend.get_texts()]
    texts = [text for box, text in sorted(boxes, key=lambda entry: (-round(entry[0].y0 / 10), entry[0].x0))]
    wanted = [*(TITLES[name] for name in TITLES if name in FIRST), "prior = 0", "prior = 0.1"]
    assert texts[: len(wanted)] == wanted and set(texts[len(wanted):]) == {"chance or answering the mean",
                                                                           "training ended early"}
    assert fits(drawn[0])


@pytest.mark.parametrize("jobs", [[job("copy", 5, VARIANTS)], soft.PRESETS["standard"]["jobs"]], ids=["all", "soft"])
def test_every_variants_legend_fits(jobs):
    figure, axes = new_figure(width=8.0)
    found = looks({"jobs": jobs})
    for name, look in found.items():
        axes.plot([0, 1], [0, 1], **look, label=title(name))
    axes.plot([0, 1], [0, 1], ls=":", label="chance or answering the mean")
    axes.plot([0, 1], [0, 1], "x", label=ortho_figures.EARLY)
    ortho_figures._legend(figure, [*map(title, found)])
    assert fits(figure)
