"""The kfac-curves experiment from the first batch to the last figure, at a size of seconds."""

import json

import pytest

from ref.experiments.kfac import curves as kfac_curves
from ref.experiments.kfac.report import TITLES, error_after, first_below, methods
from ref.experiments.recording import read_rows
from ref.experiments.run import run_config
from ref.hessian_free import KFAC
from tests.experiments.finished import finished_run

TINY = {"n_train": 60, "n_test": 20, "encoder": [784, 8, 3], "chunk": 20, "minibatch": 10, "epochs": 100,
        "tuning_epochs": 1,
        "phases": [{"steps": None, "curvature": 20, "gradient": 40, "backtracking": 40, "hf": {"max_iterations": 12}}],
        "evaluate_epochs": 10, "hf_evaluate_every": 1, "kfac_evaluate_every": 2,
        "kfac_batch": {"first": 20, "last": 60, "by": 4}}
METHODS = ("kfac", "kfra", "kfac-published", "hf", "nesterov", "adam", "kfac-tridiagonal", "kfac-released", "hf-kfac")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return finished_run(kfac_curves, folder, {**run_config(kfac_curves, "quick", 0), **TINY})


def test_every_method_trains_to_its_budget(done):
    result = done.result
    assert set(METHODS) < set(result["parts"]) and len(result["parts"]) == 2 * 5 + 10 + 5 + 9
    for name, part in result["parts"].items():
        least = 60 * (100 if name in METHODS else 1)
        assert part["stopped"] == "gradient_equivalents" and part["gradient_equivalents"] >= least, name


def test_kfac_and_kfra_leave_the_first_error_behind_and_take_their_own_steps(done):
    folder, _, result = done
    rows = {method: read_rows(folder / method) for method in ("kfac", "kfra", "kfac-published")}
    for method, of in rows.items():
        least = 1.2 if method in kfac_curves.FACTORED else 1.05
        assert of[0]["train_error"] > least * result["parts"][method]["train_error"]
        assert {"damping", "gamma", "rate", "momentum", "model"} <= of[1].keys()
    assert rows["kfac"][1]["loss"] == rows["kfra"][1]["loss"], "the same start, and the same first batch"
    assert len({of[2]["loss"] for of in rows.values()}) == 3


def test_the_damping_is_the_best_of_the_grid_and_the_published_one_stands_beside_it(done):
    folder, _, result = done
    for method in ("kfac", "kfra"):
        tried = {json.loads((path / "config.json").read_text())["setting"][0]: read_rows(path)
                 for path in folder.glob(f"{method}-[0-9]*")}
        assert len(tried) == 5 and all(rows[1]["damping"] == damping for damping, rows in tried.items())
        best = min(tried, key=lambda damping: tried[damping][-1]["train_error"])
        assert result["best"][method] == [best] and read_rows(folder / method)[1]["damping"] == best
    assert 150.0 not in (result["best"]["kfac"] + result["best"]["kfra"])
    assert read_rows(folder / "kfac-published")[1]["damping"] == 150.0


def test_the_variants_are_their_methods_with_other_options(done):
    folder, _, result = done
    configs = {name: json.loads((folder / name / "config.json").read_text()) for name in METHODS}
    assert configs["kfac-tridiagonal"]["setting"] == result["best"]["kfac"]
    assert configs["kfac-released"]["setting"] == [150.0]
    assert configs["kfac-released"]["options"] == configs["kfac-tridiagonal"]["options"] == kfac_curves.TRIDIAGONAL
    assert "options" not in configs["kfac"] and configs["hf-kfac"]["options"]["preconditioner"] == "kfac"
    one, other = (read_rows(folder / name)[1]["norm"] for name in ("kfac", "kfac-tridiagonal"))
    assert one != other
    assert all(row["cg_iterations"] <= 5 for row in read_rows(folder / "hf-kfac")[1:])


def test_all_methods_start_from_the_same_parameters(done):
    folder = done.folder
    first = {path.parent.name: json.loads(path.read_text().splitlines()[0])["train_error"]
             for path in folder.glob("*/metrics.jsonl")}
    assert len(first) == 34 and len(set(first.values())) == 1


def test_the_figures_are_drawn_and_the_report_names_every_number(done):
    folder, _, result = done
    paths = kfac_curves.figures(folder)
    assert sorted(path.name for path in paths) == ["adaptation.png", "learning_curves.png"]
    assert all(path.stat().st_size > 5000 and path.with_suffix(".alt.txt").exists() for path in paths)
    text = kfac_curves.report([folder])
    for name in METHODS:
        part = result["parts"][name]
        assert f"{part['train_error']:.3f} | {part['test_error']:.3f} | {part['steps']} " in text
        assert TITLES[name] in text
    assert "at equal iterations" in text and "at equal seconds" in text
    assert f"K-FAC, damping {result['best']['kfac'][0]:g} | " in text and "K-FAC, damping 150 as published | " in text
    for title, method in (("K-FAC", "kfac"), ("KFRA", "kfra")):
        assert f"- {title}, initial damping: 150: {result['parts'][f'{method}-150']['train_error']:.2f}, 1: " in text


def test_where_an_error_was_first_reached(done):
    folder, _, result = done
    rows = [row for row in read_rows(folder / "kfac") if "train_error" in row]
    middle = rows[len(rows) // 2]["train_error"]
    first = next(row["step"] for row in rows if row["train_error"] <= middle)
    assert first_below(done, "kfac", "step", middle) == str(first)
    assert first_below(done, "kfac", "step", 0.0) == "not reached"


def test_errors_at_equal_iterations_are_measured_no_earlier(done):
    """A method that is seldom evaluated must not be shown at its start."""
    folder = done.folder
    rows = [row for row in read_rows(folder / "adam") if "train_error" in row]
    assert rows[1]["step"] == 60
    assert error_after(done, "adam", 1) == error_after(done, "adam", 60) == (60, rows[1]["train_error"])
    assert error_after(done, "adam", 61) == (rows[2]["step"], rows[2]["train_error"])
    assert error_after(done, "adam", 10**9) == (rows[-1]["step"], rows[-1]["train_error"])


def test_presets_are_those_of_hf_curves_but_for_what_is_new():
    for preset, settings in kfac_curves.PRESETS.items():
        assert methods(settings) == list(METHODS)
        assert settings["grid"]["kfac"] == settings["grid"]["kfra"] and settings["grid"]["kfac"]["damping"][0] == 150
        assert settings["grid"]["kfac"]["damping"][-1] < settings["weight_decay"]
        assert settings["kfac_batch"]["last"] <= settings["n_train"]
        assert settings["encoder"] == kfac_curves.hf_curves.PRESETS[preset]["encoder"]
        assert all(len(axes["rate"]) >= 5 for axes in settings["grid"].values() if "rate" in axes)
    assert KFAC().damping == kfac_curves.PUBLISHED == 150, "the class keeps the published constant"
