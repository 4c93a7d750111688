"""The autoencoder experiments from the first batch to the last figure, at a size of seconds."""

import json

import numpy as np
import pytest

from ref.experiments.hessian_free import autoencoder, autoencoder_report, curves as hf_curves, mnist as hf_mnist
from ref.experiments.run import Run, RunError, run_config
from ref.experiments.sweep import sweep
from ref.losses import logistic_cross_entropy
from ref.objective import Objective
from tests.experiments.finished import finished_run

TINY = {"n_train": 60, "n_test": 20, "encoder": [784, 8, 3], "chunk": 20, "minibatch": 10,
        "phases": [{"steps": 2, "curvature": 20, "gradient": 40, "backtracking": 40, "hf": {"max_iterations": 12}},
                   {"steps": None, "curvature": 10, "gradient": None, "backtracking": None,
                    "hf": {"max_iterations": 5}}],
        "hf_epochs": 30, "first_order_epochs": 20, "tuning_epochs": 2, "ablation_epochs": 10, "evaluate_epochs": 1,
        "hf_evaluate_every": 1}


TINY_METHODS = tuple(hf_curves.SETTINGS["grid"])


def tiny(module, dtype="float64", **settings) -> dict:
    return {**run_config(module, "quick", 0, dtype), **TINY, **settings}


@pytest.fixture(scope="module", params=[hf_curves, hf_mnist], ids=["curves", "mnist"])
def done(request, tmp_path_factory):
    module, folder = request.param, tmp_path_factory.mktemp("run")
    return module, folder, finished_run(module, folder, tiny(module)).result


def test_every_method_trains_to_its_budget(done):
    _, _, result = done
    for name, part in result["parts"].items():
        budget = 60 * (30 if name == "hf" else 20 if name in TINY_METHODS else 10 if name.startswith("hf-") else 2)
        assert part["stopped"] == "gradient_equivalents" and part["gradient_equivalents"] >= budget, name


def test_the_grid_has_five_rates_and_the_best_goes_on(done):
    module, _, result = done
    assert set(result["best"]) == {"gradient-descent", "nesterov", "adam"}
    for method, axes in module.SETTINGS["grid"].items():
        assert len(set(axes["rate"])) >= 5
        errors = {part: end["train_error"] for part, end in result["parts"].items() if part.startswith(f"{method}-")}
        assert len(errors) == np.prod([len(axis) for axis in axes.values()])
        assert "-".join([method, *(f"{number:g}" for number in result["best"][method])]) == min(errors, key=errors.get)


def test_all_methods_start_from_the_same_parameters(done):
    _, folder, _ = done
    first = {path.parent.name: json.loads(path.read_text().splitlines()[0])["train_error"]
             for path in folder.glob("*/metrics.jsonl")}
    assert len(first) == 1 + 20 + 3 + 4 and len(set(first.values())) == 1


def test_the_figures_are_drawn_and_the_report_names_every_number(done):
    module, folder, result = done
    paths = module.figures(folder)
    assert sorted(path.name for path in paths) == ["ablation.png", "damping.png", "inner_loops.png",
                                                   "learning_curves.png", "reconstructions.png"]
    assert all(path.stat().st_size > 5000 and path.with_suffix(".alt.txt").exists() for path in paths)
    text = module.report([folder])
    for name in ("hf", *TINY_METHODS):
        assert f"{result['parts'][name]['train_error']:.3f}" in text
        assert f"{result['parts'][name]['test_error']:.3f}" in text
    assert all(f"{name} {error}" in text for name, error in module.PAPERS)


def test_equal_work_means_equal_work(tmp_path):
    """A method evaluated at 100 and 200 only is not judged at 190 by what it was at 100."""
    run = Run(tmp_path, tiny(hf_curves, n_train=10), {})
    (tmp_path / "hf").mkdir()
    rows = [(0, 64.0), (1000, 16.0), (2000, 4.0)]
    lines = [json.dumps({"step": step, "gradient_equivalents": work, "train_error": error}) for step,
             (work, error) in enumerate(rows)]
    (tmp_path / "hf" / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "hf" / "timings.jsonl").write_text('{"seconds": 0.0}\n' * 3)
    at = {100: 16.0, 150: 8.0, 200: 4.0, 300: 4.0}
    for work, expected in at.items():
        assert autoencoder_report.error_at(run, "hf", "gradient_equivalents", work) == pytest.approx(expected,
                                                                                                     rel=1e-12)


def test_a_diverged_rate_is_never_the_best():
    config = {"grid": {"adam": {"rate": [0.1, 1.0]}}}
    results = {"adam-0.1": {"train_error": 5.0, "stopped": "gradient_equivalents"},
               "adam-1": {"train_error": 1.0, "stopped": "loss not finite"}}
    assert autoencoder.best_settings(config, results) == {"adam": [0.1]}


def test_the_error_is_summed_over_pixels_and_averaged_over_cases():
    config = tiny(hf_curves)
    x, _ = autoencoder.images(config)
    net = autoencoder.network(config)
    objective = Objective(net, logistic_cross_entropy, chunk=7)
    theta = net.init(np.random.default_rng(1))
    p = 1 / (1 + np.exp(-net.forward(theta, x)[0]))
    assert autoencoder.reconstruction_error(objective, theta, x) == pytest.approx(np.mean(((p - x) ** 2).sum(axis=1)),
                                                                                  rel=1e-12)


def test_the_code_layer_is_linear_and_the_decoder_mirrors_the_encoder():
    net = autoencoder.network(hf_curves.PRESETS["standard"])
    assert net.sizes == (784, 400, 200, 100, 50, 25, 6, 25, 50, 100, 200, 400, 784)
    assert net.activations == ("logistic",) * 5 + ("identity",) + ("logistic",) * 5 + ("identity",)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_is_the_checkpoint_s(dtype, tmp_path):
    config = tiny(hf_curves, dtype)
    part = autoencoder.part_config(config, "hf", 5)
    sweep(autoencoder.train_part, {"hf": part}, tmp_path, workers=0)
    with np.load(tmp_path / "hf" / "checkpoint.npz") as file:
        assert file["theta"].dtype == dtype


def test_the_full_mnist_needs_the_user_s_files(monkeypatch):
    monkeypatch.delenv("LONGHAND_MNIST", raising=False)
    with pytest.raises(RunError, match="LONGHAND_MNIST is not set"):
        autoencoder.images({**hf_mnist.PRESETS["paper"], "seed": 0})
