"""The pictures of the memory over time: what is drawn is what the network did."""

import numpy as np
import pytest

from ref.experiments.memory.pictures import USED, Trace, _figure, _said, drawn as all_figures, memory, traced, used
from ref.experiments.memory.study import part_config
from ref.experiments.memory.tasks import shown
from ref.experiments.memory.training import network_of, start
from ref.experiments.recording import read_checkpoint
from tests.experiments.memory.little import alt, with_parts, with_tests

PICTURES = ("ntm", "ntm-ff", "dnc", "lrua")


def images(figure) -> list:
    """Row after row: input, asked for, answer; written to, contents; read from, contents."""
    return [np.asarray(ax.images[0].get_array()) for ax in figure.axes if ax.images]


def made(L: int = 40, T: int = 9) -> Trace:
    """Written at 3, 4, 5, 6 in turn, and read there again."""
    write, read = np.zeros((2, L, T))
    write[[3, 4, 5, 6], [0, 1, 2, 3]] = 1
    read[[3, 4, 5, 6], [5, 6, 7, 8]] = 0.75
    rng, asked = np.random.default_rng(0), np.arange(T) > 4
    wrong = np.zeros((2, T), bool)
    wrong[1, 7] = True
    return Trace(rng.random((3, T)), rng.random((2, T)), rng.random((2, T)), wrong, write, read,
                 rng.standard_normal((T, L, 4)), asked)


def test_there_is_a_picture_of_every_network_that_has_a_memory(done, drawn):
    paths = all_figures(done.folder)
    names = [f"memory-copy-3-{model}.png" for model in PICTURES]
    names += ["memory-copy-3-broken-ntm.png", "memory-dynamic_ngrams-12-ntm.png"]
    assert [path.name for path in paths] == ["curves.png", "harder.png", *names]
    assert all(alt(path) for path in paths)
    assert memory(done, done.config["jobs"][0], "lstm") is None


@pytest.mark.parametrize("model", PICTURES)
def test_the_trace_is_what_the_trained_network_does(done, model):
    job = done.config["jobs"][0]
    trace, config = traced(done, job, model, 1), part_config(done.config, job, model, 1)
    network = network_of({**config, "kernels": "numpy"})
    x, t, mask = shown(config)
    theta = start(config, network).like(read_checkpoint(done.folder / f"copy-3-{model}-1").theta)
    z, cache = network.forward(theta, x)
    states = network.trace(cache)
    np.testing.assert_array_equal(trace.asked, [False] * 4 + [True] * 3)
    np.testing.assert_array_equal(trace.x, x[:, 0].T)
    np.testing.assert_allclose(trace.p[:, 4:], 1 / (1 + np.exp(-z[4:, 0].T)), rtol=1e-5)
    assert not trace.p[:, :4].any() and not trace.wrong[:, :4].any()
    np.testing.assert_array_equal(trace.wrong[:, 4:], ((z > 0) != (t > 0.5))[4:, 0].T)
    assert trace.write.shape == trace.read.shape == (10, 7) and trace.M.shape == (7, 10, 4)
    for t in range(7):
        np.testing.assert_array_equal(trace.read[:, t], states.w_read[t + 1, 0, 0])
        np.testing.assert_array_equal(trace.M[t], states.M[t + 1, 0])
    assert (trace.read[:, 0] != trace.read[:, 6]).any()
    if model == "lrua":
        np.testing.assert_allclose(trace.write.sum(axis=0), 1, atol=1e-5)
        assert trace.write.min() > -1e-6
    else:
        np.testing.assert_array_equal(trace.write.T, states.w_write[1:, 0].reshape(7, 10))


def test_the_seed_that_pays_least_is_drawn(done, drawn):
    job = done.config["jobs"][0]
    for best in (0, 1):
        parts = {f"copy-3-ntm-{seed}": with_tests(done.parts[f"copy-3-ntm-{seed}"], test={"bits": 1.0 + (seed != best)})
                 for seed in (0, 1)}
        assert f"LSTM controller, seed {3 + best}:" in alt(memory(with_parts(done, parts), job, "ntm"))
        np.testing.assert_array_equal(images(drawn[-1])[0], traced(done, job, "ntm", best).x)


def test_the_panels_show_the_trace():
    trace = made()
    figure = _figure(trace, "a picture")
    x, t, p, write, before, read, end = images(figure)
    here = used(trace)
    assert here == slice(3, 7)
    for image, part in ((x, trace.x), (t, trace.t), (p, trace.p), (write, trace.write[here]), (read, trace.read[here]),
                        (before, trace.M[4][here]), (end, trace.M[8][here])):
        np.testing.assert_array_equal(image, part)
    crosses = [line for ax in figure.axes for line in ax.lines if line.get_marker() == "x"]
    assert [tuple(map(list, line.get_data())) for line in crosses] == [([7], [1])]
    assert {ax.images[0].get_cmap().name for ax in figure.axes if ax.images} == {"gray_r", "gray"}


def test_all_panels_over_time_have_one_time_axis_and_say_where_the_answer_begins():
    figure = _figure(made(), "a picture")
    over_time = [ax for ax in figure.axes if ax.images and ax.get_xlim() == (-0.5, 8.5)]
    assert len(over_time) == 5 and over_time[-1].get_xlabel() == "step"
    assert all(4.5 in [line.get_xdata()[0] for line in ax.lines] for ax in over_time)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(labels) == ["the answer begins", "wrong bit"]
    assert figure.legends[0].get_title().get_text() == "a picture"


def test_a_location_is_where_the_axis_says():
    figure = _figure(made(), "a picture")
    axes = [ax for ax in figure.axes if "location" in ax.get_ylabel()]
    assert len(axes) == 4
    assert all(ax.get_ylim() == (6.5, 2.5) for ax in axes), "3 at the top, 6 at the bottom"


def test_locations_are_left_out_only_of_large_memories():
    assert used(made(L=20)) == slice(0, 20)
    unused = made()
    assert used(unused._replace(write=0 * unused.write, read=0 * unused.read + USED / 2)) == slice(0, 40)


def test_the_text_says_where_was_written_and_read():
    text = _said(made(), "a picture")
    assert "1 wrong bits of 8" in text and "written at locations 3, 4, 5, 6, 0 at" in text
    assert "read at 3, 4, 5, 6 at" in text
    assert "median 1.00" in text and "(0.75)" in text
