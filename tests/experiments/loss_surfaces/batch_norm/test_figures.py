"""The figures of surfaces-batchnorm: a panel or column a policy, each on one scale."""

import pytest

from ref.experiments.loss_surfaces.batch_norm import figures
from ref.experiments.loss_surfaces.sheets import relief
from tests.experiments.loss_surfaces.batch_norm.made_up import made_up


@pytest.fixture(scope="module")
def drawn(done):
    """name -> figure, of two policies and none."""
    found, save = {}, figures.save

    def kept(figure, path, alt):
        found[path.stem.removesuffix("-nin-least")] = figure
        return save(figure, path, alt)

    with pytest.MonkeyPatch.context() as patched:
        for module in (figures, relief):
            patched.setattr(module, "save", kept)
        config = {**done.config, "policies": ["recompute", "frozen"]}
        figures.draw(made_up(done._replace(config=config), {}))
    return found


def test_figures_say_whose_loss_under_which_statistics(done, drawn):
    assert list(drawn) == ["starts", "optimisers", "seeds", "numbers", "scaled", "sheet-0"]
    for name in drawn:
        alt = (done.folder / "figures" / f"{name}-nin-least.alt.txt").read_text()
        assert "nin-least: loss of 12 training images, no dropout, no augmentation; batch-norm statistics as " in alt


def test_lines_have_a_panel_a_policy(drawn):
    titles = [ax.get_title() for ax in drawn["starts"].axes]
    assert titles == ["recompute", "frozen", "no batch norm"]
    for ax in drawn["starts"].axes:
        assert sorted(tuple(line.get_ydata()) for line in ax.lines) == [(2.0, 1.0, 0.1)] * 4, "two of two seeds"


def test_numbers_have_a_mark_a_line(drawn):
    above = drawn["numbers"].axes[0]
    assert [list(line.get_ydata()) for line in above.lines] == [pytest.approx([0.5, 0.5])] * 3
    assert [label.get_text() for label in above.get_xticklabels()] == ["recompute", "frozen", "no batch norm"]


def test_sheets_are_on_one_scale(drawn):
    flats, solids = drawn["sheet-0"].axes[::2], drawn["sheet-0"].axes[1::2]
    assert ["frozen" in ax.get_title() for ax in flats] == [False, True, False]
    assert len({ax.get_zlim() for ax in solids}) == 1 and len(solids) == 3
