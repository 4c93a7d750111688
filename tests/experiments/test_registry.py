"""Every registered experiment offers what ref.experiments asks of it."""

import json

import pytest

from ref.experiments.registry import EXPERIMENTS, experiment
from ref.experiments.run import RunError, run_config


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_an_experiment_offers(name):
    module = experiment(name)
    assert module.NAME == name
    assert module.__doc__.startswith(f"{name}: ")
    assert EXPERIMENTS[name][1].endswith(".") and "\n" not in EXPERIMENTS[name][1]
    assert set(module.PRESETS) == {"quick", "standard", "paper"}
    assert module.KERNELS in (("numpy",), ("numpy", "cpu"))
    for function in (module.run, module.figures, module.report):
        assert callable(function)
    for preset in module.PRESETS:
        config = run_config(module, preset, seed=0)
        assert json.loads(json.dumps(config)) == config
        assert config["experiment"] == name and config["preset"] == preset


def test_an_unknown_experiment():
    with pytest.raises(RunError, match="no experiment is named 'perceptron'; there are: "):
        experiment("perceptron")
