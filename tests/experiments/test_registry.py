"""Every registered experiment offers what ref.experiments asks of it."""

import json
import re

import pytest

from ref.experiments.__main__ import main
from ref.experiments.registry import EXPERIMENTS, LONG, experiment
from ref.experiments.run import RunError, run_config


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_an_experiment_offers(name):
    module = experiment(name)
    assert module.NAME == name
    assert module.__doc__.startswith(f"{name}: ")
    assert EXPERIMENTS[name][1].endswith(".") and "\n" not in EXPERIMENTS[name][1]
    assert set(module.PRESETS) == {"quick", "standard", "paper", *(["long"] if name in LONG else [])}
    assert module.KERNELS in (("numpy",), ("numpy", "cpu"))
    for function in (module.run, module.figures, module.report):
        assert callable(function)
    for preset in module.PRESETS:
        config = run_config(module, preset, seed=0)
        assert json.loads(json.dumps(config)) == config
        assert config["experiment"] == name and config["preset"] == preset


def test_what_a_long_run_costs_is_said(capsys):
    """`longhand list` has it for every experiment that can run for so long."""
    main(["list"])
    said = capsys.readouterr().out.partition("long:")[2]
    assert set(LONG) <= set(EXPERIMENTS)
    assert [line.split()[0] for line in said.strip().splitlines()] == list(LONG)
    assert all(re.match(r"\d+ core-hours: ", text) for text in LONG.values())


def test_an_unknown_experiment():
    with pytest.raises(RunError, match="no experiment is named 'perceptron'; there are: "):
        experiment("perceptron")
