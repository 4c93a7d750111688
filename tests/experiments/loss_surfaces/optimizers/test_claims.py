"""The paper's claims: shown, not shown and contradicted, of runs whose numbers are made up."""

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.numbers import from_start, unlike
from ref.experiments.loss_surfaces.optimizers.claims import (
    consistent_norms,
    different_ends,
    late_drop,
    one_shape,
    other_functions,
)
from ref.experiments.run import Run
from ref.experiments.tables import Claim, claim_lines
from tests.experiments.loss_surfaces.little import digits, tiny

ALPHAS, BEYOND = [0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.5, 2.0]
METHODS = ("sgd", "adam", "rk2")


def look(heights: dict, middle: float = 1.0, norm: dict | None = None, disagreement: float = 0.05) -> dict:
    """A seed's lines: ends at a loss of 0.1, starts at 2, `heights` in the middle between ends."""
    lines = {f"start to {method}": {"surface_loss": [2.0, middle, 0.1, 0.2, 3.0]} for method in METHODS}
    pairs = {f"{a} to {b}": (a, b) for a, b in (("sgd", "adam"), ("sgd", "rk2"), ("adam", "rk2"))}
    lines |= {name: {"surface_loss": [0.1, heights.get(name, heights.get("all", 0.0)), 0.1]} for name in pairs}
    norms = {method: [(norm or {}).get(method, 1.0), 1.0, 4.0] for method in METHODS}
    return {"alphas": ALPHAS, "beyond": BEYOND, "lines": lines, "norms": norms,
            "apart": {name: {"disagreement": disagreement} for name in pairs}}


def run_of(*of_jobs: tuple[dict, list[dict]], errors: dict | None = None) -> Run:
    """of_jobs: (job, the looks of its seeds)."""
    parts = {}
    for job, looks in of_jobs:
        for seed, one in enumerate(looks):
            parts[part_name(job, "lines", seed)] = one
            for method in METHODS:
                parts[part_name(job, method, seed)] = {"test_error": (errors or {}).get(method, 0.05)}
    return Run(None, tiny(*(job for job, _ in of_jobs)), {"parts": parts})


def verdict(claim: Claim) -> str:
    return "shown" if claim.shown else "contradicted" if claim.contradicted else "not shown"


@pytest.mark.parametrize("heights, expected", [
    (({"all": 0.5}, {"all": 0.3}), "shown"),
    (({"all": 0.5}, {"all": 0.3, "adam to rk2": 0.15}), "not shown"),
    (({"all": 0.15}, {"all": 0.15}), "contradicted"),
    (({"all": 0.15, "sgd to rk2": 9.0},) * 2, "contradicted"),
])
def test_different_ends_needs_every_pair_in_every_seed(heights, expected):
    job = digits()
    assert verdict(different_ends(run_of((job, [look(one) for one in heights])), job)) == expected


@pytest.mark.parametrize("shares, errors, expected", [
    ((0.05, 0.03), {}, "shown"), ((0.0, 0.0), {}, "contradicted"),
    ((0.05, 0.05), {"sgd": 0.1, "adam": 0.2, "rk2": 0.3}, "not shown"),
])
def test_other_functions_are_of_pairs_that_err_equally_often(shares, errors, expected):
    job = digits()
    run = run_of((job, [look({}, disagreement=share) for share in shares]), errors=errors)
    assert verdict(other_functions(run, job)) == expected


@pytest.mark.parametrize("norms, expected", [
    (({"sgd": 1.0, "adam": 2.0, "rk2": 3.0}, {"sgd": 1.01, "adam": 2.01, "rk2": 3.02}), "shown"),
    (({"sgd": 1.0, "adam": 2.0, "rk2": 3.0}, {"sgd": 2.0, "adam": 3.0, "rk2": 4.0}), "not shown"),
    (({"sgd": 1.0, "adam": 1.1, "rk2": 1.2}, {"sgd": 3.0, "adam": 3.1, "rk2": 3.0}), "contradicted"),
])
def test_consistent_norms_are_fishers_ratio(norms, expected):
    job = digits()
    assert verdict(consistent_norms(run_of((job, [look({}, norm=norm) for norm in norms])), job)) == expected


@pytest.mark.parametrize("middles, expected", [((0.5, 1.9), "shown"), ((1.9, 0.5), "contradicted"),
                                               ((0.5, 0.5), "not shown")])
def test_a_late_drop_is_a_wider_plateau_without_batch_norm(middles, expected):
    jobs = digits(seeds=1), digits(False, seeds=1)
    run = run_of(*((job, [look({}, middle)]) for job, middle in zip(jobs, middles)))
    assert verdict(late_drop(run, *jobs)) == expected


@pytest.mark.parametrize("middles, expected", [
    (((0.5, 0.6), (0.5, 1.5)), "shown"), (((0.5, 1.5), (0.5, 0.6)), "contradicted"),
    (((0.5, 0.6), (0.5, 0.6)), "not shown")])
def test_one_shape_is_less_spread_of_the_lines_with_batch_norm(middles, expected):
    jobs = digits(), digits(False)
    run = run_of(*((job, [look({}, middle) for middle in of_job]) for job, of_job in zip(jobs, middles)))
    assert verdict(one_shape(run, *jobs)) == expected


def test_numbers_of_a_line_by_hand():
    """From 2 over 1 to 0.1, then 0.2 and 3: within a tenth of the way down, 0.29, from 0.89 to 1.5 and a bit more."""
    job = digits()
    run = run_of((job, [look({}), look({}, 1.9)]))
    found = from_start(run, job, "sgd")
    level = 0.1 + 0.1 * 1.9
    relative = (0.5 * (level - 0.1) / 0.9) + 0.5 + 0.5 * (level - 0.2) / 2.8
    assert found["relative"][0] == pytest.approx(relative) and found["absolute"][0] == pytest.approx(4 * relative)
    assert found["plateau"] == pytest.approx([0.5 * 0.2 / 1.0, 0.5 + 0.5 * 0.1 / 1.8])
    assert found["monotonicity"] == [0, 0] and found["moved"] == [4, 4]
    assert unlike(run, job, "sgd") == pytest.approx(np.std([0.5, 0.95]) / 3)


def test_a_verdict_is_one_of_three():
    lines = claim_lines([Claim("a", True, "1"), Claim("b", False, "2"), Claim("c", False, "3", True)])
    assert lines[-3:] == ["- shown: a (1)", "- **not shown**: b (2)", "- **contradicted**: c (3)"]
