"""surfaces-optimizers from the first part to the last: lines, distances, sheets, report and figures."""

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines import looking as lines
from ref.experiments.loss_surfaces.lines.looking import START, further, line_parts
from ref.experiments.loss_surfaces.optimizers import experiment as optimizers
from ref.experiments.loss_surfaces.sheets.looking import points, sheet_parts
from ref.experiments.loss_surfaces.study import best_rates, part_config, title, training_parts
from ref.experiments.loss_surfaces.training.data import data_of
from ref.experiments.loss_surfaces.training.part import final, network_of
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.registry import EXPERIMENTS
from ref.loss_surfaces.batch_norm.policies import Recompute
from ref.loss_surfaces.between import line, patch
from ref.losses import softmax_cross_entropy
from tests.experiments.loss_surfaces.little import METHODS, digits, tiny


@pytest.fixture(scope="module")
def job(done):
    return done.config["jobs"][0]


def loss_at(done, job, theta, which="surface") -> float:
    """Computed here: means and variances of the surface's images, then the loss."""
    config = part_config(done.config, job, "sgd")
    data = data_of(config)
    network = network_of(config, data.image)
    x, t = getattr(data, which)
    held = Recompute(network, data.surface.inputs[0]).at(theta, (1.0,))
    return softmax_cross_entropy.value(held.forward(theta, x)[0], t)


def end(done, job, method: str, seed: int = 0):
    name = part_name(job, method, seed)
    return final(done.folder / name, done.parts[name])


def test_every_part_has_run(done, job):
    names = {part_name(job, method, seed) for job in done.config["jobs"] for method in METHODS for seed in (0, 1)}
    names |= {part_name(job, f"sgd-{rate}", 0) for job in done.config["jobs"] for rate in (0.1, 0.3)}
    names |= {part_name(job, of, 0) for job in done.config["jobs"] for of in ("adam-0.01", "rk2-0.1")}
    names |= {part_name(job, "lines", seed) for job in done.config["jobs"] for seed in (0, 1)}
    names |= {part_name(job, "seeds", method) for job in done.config["jobs"] for method in METHODS}
    names |= {part_name(job, "sheet", number) for job in done.config["jobs"] for number in (0, 1)}
    assert set(done.parts) == names
    assert all(done.parts[part_name(job, "sgd-0.1", 0)]["last"] == 3 for job in done.config["jobs"]), "half the epochs"


def test_starts_of_a_seed_are_one_and_of_two_seeds_two(done, job):
    starts = [kept(done.folder / part_name(job, method, seed), 0).vector for seed in (0, 1) for method in METHODS]
    assert all((start == starts[0]).all() for start in starts[:3]) and (starts[3] != starts[0]).any()


@pytest.mark.parametrize("which", ["surface", "test"])
def test_lines_are_the_losses_between_the_ends(done, which):
    for job in done.config["jobs"]:
        look = done.parts[part_name(job, "lines", 1)]
        a, b = end(done, job, "sgd", 1), end(done, job, "adam", 1)
        values = look["lines"]["sgd to adam"][f"{which}_loss"]
        assert look["alphas"] == [0, 0.25, 0.5, 0.75, 1] and len(look["lines"]) == 6
        for alpha, value in zip(look["alphas"], values):
            assert value == pytest.approx(loss_at(done, job, line(a, b, alpha), which), rel=1e-4)


def test_lines_from_the_start_go_beyond_the_end(done, job):
    look = done.parts[part_name(job, "lines", 0)]
    start, to = kept(done.folder / part_name(job, "sgd", 0), 0), end(done, job, "rk2")
    assert look["beyond"] == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
    values = look["lines"][f"{START} to rk2"]["surface_loss"]
    assert values[8] == pytest.approx(loss_at(done, job, line(start, to, 2)), rel=1e-4)
    assert values[4] == pytest.approx(done.parts[part_name(job, "rk2", 0)]["surface_loss"], rel=1e-6)
    np.testing.assert_allclose(further(np.array([0, 0.5, 1]), 2.5), [0, 0.5, 1, 1.5, 2, 2.5])


def test_distances_are_those_of_the_ends(done, job):
    a, b = end(done, job, "sgd").vector.astype(float), end(done, job, "adam").vector.astype(float)
    start = kept(done.folder / part_name(job, "sgd", 0), 0).vector
    look = done.parts[part_name(job, "lines", 0)]
    found = look["apart"]["sgd to adam"]
    assert found["distance"] == pytest.approx(np.linalg.norm(a - b))
    cosine = (a - start) @ (b - start) / np.linalg.norm(a - start) / np.linalg.norm(b - start)
    assert found["cosine"] == pytest.approx(cosine)
    assert 0 < found["functional"] < 2**0.5 and 0 <= found["disagreement"] <= 1
    assert look["norms"]["sgd"][::2] == pytest.approx([np.linalg.norm(a), np.linalg.norm(a - start)])


def test_between_seeds_there_is_a_line_for_each_seed_but_the_first(done, job):
    look = done.parts[part_name(job, "seeds", "adam")]
    assert list(look["lines"]) == ["seed 0 to seed 1"] and look["apart"]["seed 0 to seed 1"]["cosine"] is None
    middle = line(end(done, job, "adam", 0), end(done, job, "adam", 1), 0.5)
    assert look["lines"]["seed 0 to seed 1"]["surface_loss"][2] == pytest.approx(loss_at(done, job, middle), rel=1e-4)


def test_sheets_have_their_corners(done, job):
    sheet = done.parts[part_name(job, "sheet", 1)]
    assert len(sheet["surface_loss"]) == 9
    corners = [kept(done.folder / part_name(job, "sgd", seed), 0) for seed in (0, 1)]
    corners += [end(done, job, "sgd", seed) for seed in (0, 1)]
    assert sheet["surface_loss"][0] == pytest.approx(loss_at(done, job, corners[0]), rel=1e-4)
    assert sheet["surface_loss"][2 * 3 + 1] == pytest.approx(loss_at(done, job, patch(*corners, 1.0, 0.5)), rel=1e-4)
    config = sheet_parts(done.config, done.parts)[part_name(job, "sheet", 0)]
    assert list(config["ends"]) == ["start", "sgd", "adam"] and points(config).shape == (6, 3)


def test_sheets_whose_corners_a_job_lacks_are_left_out(done):
    config = tiny(digits(methods=["sgd"], seeds=1))
    trained = {name: {"last": 6, "begin": 0} for name in ("digits-nin-tiny-bn-sgd-0",)}
    assert sheet_parts(config, trained) == {}
    assert list(line_parts(config, trained)) == ["digits-nin-tiny-bn-lines-0"]


def test_the_rate_is_that_of_the_least_validation_loss(done, job):
    parts = {name: dict(result) for name, result in done.parts.items()}
    for rate, loss in ((0.1, 1.0), (0.3, 2.0)):
        parts[part_name(job, f"sgd-{rate}", 0)]["validation_loss"] = loss
    assert best_rates(done.config, job, parts)["sgd"] == [0.1]
    parts[part_name(job, "sgd-0.1", 0)]["stopped"] = "loss not finite"
    assert best_rates(done.config, job, parts)["sgd"] == [0.3]
    parts[part_name(job, "sgd-0.3", 0)].update(validation_loss=None)
    parts[part_name(job, "sgd-0.1", 0)]["stopped"] = "steps"
    assert best_rates(done.config, job, parts)["sgd"] == [0.1]
    assert training_parts(done.config, parts)[part_name(job, "sgd", 1)]["rate"] == 0.1


def test_the_report_has_every_optimiser_pair_and_claim(done):
    text = optimizers.report([done.folder])
    for job in done.config["jobs"]:
        assert f"**{title(job)}**" in text
    for row in ("| SGD |", "| Adam |", "| RK2 |", "| SGD, Adam |", "| SGD, RK2 |", "| Adam, RK2 |"):
        assert text.count(row) == 2
    assert text.count("- shown: ") + text.count("- **") == 8
    assert text.count("batch-norm statistics: recompute") == 1, "of the job that has batch norm"


def test_figures_are_drawn_with_their_settings(done):
    paths = optimizers.figures(done.folder)
    assert [path.name for path in paths] == ["curves.png", "lines.png", "pair-table.png", "norms.png",
                                             "sheet-0-nin-tiny.png", "sheet-1-nin-tiny.png"]
    for path in paths:
        assert path.stat().st_size > 5000
        text = path.with_suffix(".alt.txt").read_text()
        assert path.name == "norms.png" or "40 training images" in text and "recompute" in text


def test_it_is_registered_and_all_presets_are_whole():
    assert EXPERIMENTS[optimizers.NAME][0] == optimizers.__name__
    def network(preset: dict, job: dict, image: tuple):
        return network_of(part_config({**preset, "seed": 0, "kernels": "numpy"}, job, "sgd"), image)

    for preset in optimizers.PRESETS.values():
        for job in preset["jobs"]:
            image = (32, 32, 3) if job["task"] == "cifar10" else (8, 8, 1)
            assert network(preset, job, image).image == image
    preset = optimizers.PRESETS["paper"]
    sizes = [sum(int(np.prod(shape)) for shape in network(preset, job, (32, 32, 3)).shapes.values())
             for job in preset["jobs"]]
    assert sizes[1::2] == [966_986, 14_982_474] and lines.SETS == ("surface", "test")
