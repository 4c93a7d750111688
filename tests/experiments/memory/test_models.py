"""Which networks are compared, and that the LSTM has as many parameters as the NTM."""

import numpy as np
import pytest

from ref.experiments.memory.models import MODELS, size
from ref.experiments.memory.study import SETTINGS, part_config
from ref.experiments.memory.tasks import task_of
from ref.experiments.memory.training import network_of
from ref.experiments.run import run_config
from tests.experiments.memory.little import EXPERIMENTS


@pytest.mark.parametrize("module", EXPERIMENTS, ids=lambda module: module.NAME)
def test_the_presets_networks_can_be_built_and_the_lstm_has_the_ntms_budget(module):
    for preset in module.PRESETS:
        config = run_config(module, preset, 0)
        assert set(SETTINGS) <= set(config)
        for job in config["jobs"]:
            parts = {model: part_config(config, job, model) for model in job["models"]}
            networks = {model: network_of({**part, "kernels": "numpy"}) for model, part in parts.items()}
            sizes = {model: size(network) for model, network in networks.items()}
            assert abs(sizes["lstm"] / sizes["ntm"] - 1) < 0.05, sizes
            assert parts["ntm"]["n_locations"] >= parts["ntm"]["heads"]


@pytest.mark.parametrize("budget", [{"n_hidden": 5}, {"n_hidden": 40, "width": 3}, {"heads": 3}])
def test_no_other_number_of_units_is_nearer_to_the_budget(budget):
    config = {**SETTINGS, **budget}
    wanted = size(MODELS["ntm"].make((3, 2), config))
    chosen = MODELS["lstm"].make((3, 2), config)
    H = chosen.sizes[1]
    others = [size(type(chosen)(3, units, 2)) for units in (H - 1, H + 1)]
    assert all(abs(size(chosen) - wanted) <= abs(other - wanted) for other in others)


def test_size_counts_the_parameters():
    for model in MODELS.values():
        network = model.make((3, 2), {**SETTINGS, "n_hidden": 5})
        assert size(network) == network.init(np.random.default_rng(0)).vector.size


@pytest.mark.parametrize("module", EXPERIMENTS, ids=lambda module: module.NAME)
def test_the_memory_has_room_for_every_test(module):
    """What has to be kept of a sequence fits: vectors for copying and sorting, items otherwise."""
    kept = {"copy": "length", "repeat_copy": "length", "associative_recall": "items", "priority_sort": "length"}
    for preset in module.PRESETS:
        config = run_config(module, preset, 0)
        for job in config["jobs"]:
            part = part_config(config, job, "ntm")
            for name, harder in job["harder"].items():
                task_of(part, **harder)
                if job["task"] in kept:
                    assert part["n_locations"] >= harder.get(kept[job["task"]], 0), (preset, name)
