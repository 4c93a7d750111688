"""The house style: lines differ in three ways, axes are labelled, and there is a text for those who cannot see."""

import struct
import sys

import numpy as np
import pytest

from ref.experiments.figures import COLOURS, labelled, legend_above, new_figure, panels, save


def drawing(**labels):
    figure, axes = new_figure()
    axes.plot([1, 2, 3], label="Nesterov")
    axes.plot([3, 2, 2], label="Adam")
    axes.set(**labels)
    return figure, axes


def test_the_picture_and_its_text(tmp_path):
    figure, axes = drawing(xlabel="steps", ylabel="loss (nats)")
    axes.legend()
    path = save(figure, tmp_path / "figures" / "loss.png", " Two curves fall. ")
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG") and b"Two curves fall." in data
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == (960, 595)
    assert (tmp_path / "figures" / "loss.alt.txt").read_text() == "Two curves fall.\n"
    assert "matplotlib.pyplot" not in sys.modules or sys.modules["matplotlib.pyplot"].get_fignums() == []


def test_every_line_differs_from_every_other_in_colour_dash_and_marker():
    _, axes = new_figure()
    lines = [axes.plot([0, 1])[0] for _ in COLOURS]
    for look in (lambda line: line.get_color(), lambda line: line.get_marker(), lambda line: str(line._dash_pattern)):
        assert len({look(line) for line in lines}) == len(lines)


@pytest.mark.parametrize("labels, legend, match", [
    ({"ylabel": "loss"}, True, "axes 0 of f.png has no x label"),
    ({"xlabel": "steps"}, True, "axes 0 of f.png has no y label"),
    ({"xlabel": "steps", "ylabel": "loss"}, False, "axes 0 of f.png has 2 lines but no legend"),
])
def test_a_figure_that_cannot_be_read_is_refused(tmp_path, labels, legend, match):
    figure, axes = drawing(**labels)
    if legend:
        axes.legend()
    with pytest.raises(ValueError, match=match):
        save(figure, tmp_path / "f.png", "Two curves.")
    assert list(tmp_path.iterdir()) == []


def test_images_and_shared_axes_need_no_labels_of_their_own(tmp_path):
    figure, axes = new_figure(1, 3, sharey=True)
    for one in axes[:2]:
        one.plot([1, 2])
        one.set_xlabel("steps")
    axes[0].set_ylabel("loss")
    axes[2].imshow(np.eye(3))
    axes[2].set_axis_off()
    save(figure, tmp_path / "f.png", "Two curves and a picture.")


@pytest.mark.parametrize("name, alt, match", [("f.png", " ", "alt is empty"), ("f.pdf", "Curves.", "must end in .png")])
def test_a_figure_without_a_text_or_of_another_kind(tmp_path, name, alt, match):
    with pytest.raises(ValueError, match=match):
        save(drawing()[0], tmp_path / name, alt)


@pytest.mark.parametrize("n, rows, columns", [(1, 1, 1), (3, 1, 3), (4, 2, 2), (5, 2, 3), (7, 3, 3)])
def test_panels_fill_rows_evenly(n, rows, columns):
    figure, axes = panels(range(n), most=3, height=2.0, width=6.0, above=0.5)
    assert len(axes) == n and len(figure.axes) == rows * columns and sum(ax.axison for ax in figure.axes) == n
    assert [*figure.get_size_inches()] == [6.0, 2.0 * rows + 0.5]


def test_one_legend_has_an_entry_for_each_label_of_all_axes():
    figure, axes = panels("ab", 2, 2.0)
    for ax, labels in zip(axes, (("Adam", "Nesterov", "_hidden"), ("Adam", "HF"))):
        for label in labels:
            ax.plot([0, 1], label=label)
    legend_above(figure, 3)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Adam", "Nesterov",
                                                                           "HF"] == [*labelled(figure)]
