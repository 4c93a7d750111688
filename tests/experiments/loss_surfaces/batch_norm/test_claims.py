"""Verdicts on batch norm and its statistics, of runs whose numbers are made up."""

import pytest

from ref.experiments.loss_surfaces.batch_norm import claims
from ref.experiments.loss_surfaces.batch_norm.numbers import (
    LIMIT,
    barriers,
    ends_of,
    factors,
    own,
    plateaus,
    seeds_apart,
)
from ref.experiments.loss_surfaces.training.data import GUESS
from ref.experiments.tables import claim_lines
from tests.experiments.loss_surfaces.batch_norm.made_up import EXACT, METHODS, made_up


def verdict(claim) -> str:
    return claim_lines([claim])[-1].replace("*", "").partition(":")[0].removeprefix("- ")


@pytest.mark.parametrize("with_, without_, shape, drop", [
    ((0.5, 0.6), (1.0, 1.95), "shown", "shown"), ((1.0, 1.95), (0.5, 0.6), "contradicted", "contradicted"),
    ((0.5, 0.6), (0.5, 0.6), "not shown", "not shown")])
def test_verdicts_on_lines_from_the_start(done, ways, without, with_, without_, shape, drop):
    run = made_up(done, {"frozen": with_, "": without_})
    assert verdict(claims.one_shape(run, ways["frozen"], without)) == shape
    assert verdict(claims.late_drop(run, ways["frozen"], without)) == drop


def test_what_has_not_learnt_does_not_count(done, ways, without):
    run = made_up(done, {}, losses={"sgd": 0.95 * GUESS})
    assert plateaus(run, without, "sgd") == [] and seeds_apart(run, without, "sgd") == []
    assert len(plateaus(run, without, "adam")) == 2 and len(seeds_apart(run, without, "adam")) == 1
    assert [len(barriers(run, without, ends)) for ends in ends_of(without)] == [0, 0, 1]
    assert "0 of 1 optimisers that have learnt" in claims.one_shape(run, ways["batch"], without).numbers
    none = made_up(done, {}, losses=dict.fromkeys(METHODS, GUESS))
    found = claims.claims(none)
    assert len(found) == 5 + 5 + 2 + 2 + 5
    assert {verdict(claim) for claim in found if "scaling" not in claim.text} == {"not shown"}


@pytest.mark.parametrize("recomputed, mixed, expected, factor", [
    (0.5, 1.25, "shown", 2.5), (LIMIT / 9, 3 * LIMIT, "shown", 3.0), (0.5, 0.6, "contradicted", 1.2),
    (LIMIT / 9, LIMIT / 2, "contradicted", 1.0)])
def test_how_far_a_barrier_depends_on_the_policy(done, ways, recomputed, mixed, expected, factor):
    """Two lines between optimisers and one of two seeds each; frozen statistics are left out."""
    run = made_up(done, {}, {**dict.fromkeys(EXACT, recomputed), "interpolate": mixed, "frozen": 50.0})
    exact = [ways[name] for name in EXACT]
    assert factors(run, exact, ("sgd", "adam")) == pytest.approx([factor] * 2)
    assert [verdict(claims.policy(run, exact, n)) for n in (1, 2)] == [expected] * 2


@pytest.mark.parametrize("second, expected", [(0.1 + 2 * LIMIT, "shown"), (0.1, "contradicted")])
def test_the_other_end_under_frozen_statistics(done, ways, second, expected):
    run = made_up(done, {}, second={"frozen": second})
    assert own(run, ways["frozen"], ways["recompute"], ("adam",)) == pytest.approx([second - 0.1])
    for n in (1, 2):
        assert verdict(claims.another_end(run, ways["frozen"], ways["recompute"], n)) == expected


@pytest.mark.parametrize("name, far, expected", [
    ("recompute", 0.01, "shown"), ("repair", 0.03, "contradicted"), ("batch", 0.5, "contradicted"),
    ("frozen", 0.5, "shown"), ("interpolate", 0.03, "contradicted")])
def test_what_the_scale_of_weights_does(done, ways, name, far, expected):
    claim = claims.scale(made_up(done, {}, scaled={name: far}), ways[name])
    assert verdict(claim) == expected and claim.numbers.startswith("0 of 4" if expected != "shown" else "4 of 4")


def test_seeds_apart_by_hand(done, ways):
    run = made_up(done, {"batch": (1.0, 1.5)})
    assert seeds_apart(run, ways["batch"], "sgd") == pytest.approx([0.25 / 3])
