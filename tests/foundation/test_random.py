"""Named streams: a function of seed, step and purpose, no two alike, and the numbers of old ones never change."""

import itertools

import numpy as np
import pytest

from ref.random import PURPOSES, stream


def test_a_function_of_seed_step_and_purpose():
    np.testing.assert_array_equal(stream(1, 2, "noise").random(5), stream(1, 2, "noise").random(5))


def test_no_two_share_draws():
    draws = [tuple(stream(seed, step, purpose).random(3)) for seed, step, purpose in
             itertools.product((0, 1, 7), (0, 1, 7), PURPOSES)]
    assert len(set(draws)) == len(draws)
    assert len(set(PURPOSES.values())) == len(PURPOSES)


def test_what_was_published_stays_reproducible():
    """The numbers of these purposes, and with them the draws of the first two papers' runs."""
    assert {name: PURPOSES[name] for name in ("minibatch", "held out", "fresh cases")} == {
        "minibatch": 0, "held out": 1, "fresh cases": 2}
    assert stream(3, 5, "minibatch").random() == np.random.default_rng([3, 5]).random()


@pytest.mark.parametrize("arguments, error, message", [
    ((0, 0, "luck"), ValueError, "purpose is 'luck' but must be one of 'minibatch', 'held out'"),
    ((-1, 0, "noise"), ValueError, "seed is -1 but must be at least 0"),
    ((0, -1, "noise"), ValueError, "step is -1 but must be at least 0"),
    ((0.5, 0, "noise"), TypeError, "seed is 0.5 but must be a whole number"),
])
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        stream(*arguments)
