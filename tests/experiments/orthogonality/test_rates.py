"""Grids of rates, free singular values, and the presets for long runs."""

import pytest

from ref.experiments.jobs import part_name
from ref.experiments.orthogonality import copy as ortho_copy, images as ortho_images, rates
from ref.experiments.orthogonality.variants import job, part_config
from ref.experiments.run import finish, run_config
from tests.experiments.finished import finished_run
from tests.experiments.orthogonality.little import EXPERIMENTS, TINY, tiny


def test_a_grid_of_rates_is_a_table(tmp_path):
    grid = {"variants": ["m=0", "m=1"], "rates": [1e-4, 1e-3], "cayley": [1e-6, 1e-2],
            "wrong": {"variants": ["m=0"], "cayley": [1e-2]}}
    one = rates.grid_job("copy", 4, grid, evaluate_every=2, updates=6)
    assert len(one["variants"]) == 2 * 2 * 2 + 2
    part = part_config(tiny(ortho_copy, one), one, "m=0-wrong-side-rate=0.001-cayley=0.01")
    assert (part["side"], part["rate"], part["orthogonal_rate"], part["margin"]) == ("wrong", 1e-3, 1e-2, 0.0)
    assert part["spectrum"] == {"method": "rmsprop", "rate": 1e-3} and "grid" not in part
    done = finished_run(ortho_copy, tmp_path, tiny(ortho_copy, job("copy", 4, ["m=0"]), one))
    at = {"m=0": 6, "m=1": 4}
    results = {name: {**result, "reached": at.get(name.split("-")[3]) if "rate=0.001" in name else None}
               for name, result in done.parts.items()}
    results["copy-4-rates-m=1-rate=0.0001-cayley=0.01-0"] |= {"stopped": "loss not finite", "best": 0.3}
    finish(tmp_path, {"parts": results})
    text = ortho_copy.report([tmp_path])
    assert "| 0.001 | 1e-06 | 6 | 4 |" in text and "| 0.001 | 0.01, wrong side | 6 |  |" in text
    assert "| 0.3 (loss not finite) |" in text
    assert "**not shown**: copy, T = 4, rates: each larger margin needs fewer updates, at every pair of rates" in text
    assert "(2 of 4 pairs; not at 0.0001 and 1e-06, 0.0001 and 0.01)" in text
    paths = {path.name: path for path in ortho_copy.figures(tmp_path)}
    assert "bases at 0.01, wrong side, m = 0: not reached, 6" in paths["rates.png"].with_suffix(".alt.txt").read_text()
    assert "copy, T = 4, rates" not in paths["convergence.png"].with_suffix(".alt.txt").read_text()


def test_free_spectra_that_end_are_counted():
    one = job("copy", 4, ortho_copy.DESCENT, seeds=2, label="descent")
    ends = {"descent=0.001": ("steps", "steps"), "descent=0.01": ("steps", "loss not finite"),
            "descent=0.1": ("parameters not finite", "loss not finite")}
    results = {part_name(one, variant, seed): {"stopped": stopped, "updates": 7 + seed}
               for variant, both in ends.items() for seed, stopped in enumerate(both)}
    claim = ortho_copy.unstable(results, one)
    assert claim.shown and claim.numbers == ("descent = 0.001: 0 of 2 seeds; descent = 0.01: 1 of 2 seeds, after 8 "
                                             "updates; descent = 0.1: 2 of 2 seeds, after 7, 8 updates")
    steady = {name: {**result, "stopped": "steps"} for name, result in results.items()}
    assert not ortho_copy.unstable(steady, one).shown


@pytest.mark.parametrize("module", EXPERIMENTS, ids=lambda module: module.NAME)
def test_the_long_preset_runs_to_its_report(module, tmp_path):
    """In little: short sequences or small images, two updates, some of the variants."""
    def in_little(one: dict) -> dict:
        few = {name: own for name, own in list(one["variants"].items())[::3]}
        little = {"T": 4 + one["T"] // 100}
        if module is ortho_images:
            little = {"T": 64, "task": "p" * (one["task"][0] == "p") + "digits", "label": str(one["T"])}
        return {**one, **little, "variants": few, "seeds": dict.fromkeys(few, 1),
                "settings": {**one["settings"], "updates": 2}}

    jobs = map(in_little, module.PRESETS["long"]["jobs"])
    done = finished_run(module, tmp_path, {**run_config(module, "long", 0), **TINY, "chunk": 500, "jobs": list(jobs)})
    assert len(done.parts) >= 4 and all(result["updates"] == 2 for result in done.parts.values())
    assert all(path.stat().st_size > 5000 for path in module.figures(tmp_path))
    assert module.report([tmp_path]).count("\n**") == len(done.config["jobs"])
