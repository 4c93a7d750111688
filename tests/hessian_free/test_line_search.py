"""Armijo's condition against the search through a table of all rates."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from ref.hessian_free import armijo

numbers = st.one_of(st.floats(-1, 3), st.sampled_from([np.inf, -np.inf, np.nan]))


@settings(max_examples=100, deadline=None)
@given(table=st.lists(numbers, min_size=8, max_size=8), slope=st.floats(-5, 2), c=st.sampled_from([0.01, 0.5]))
def test_takes_the_first_rate_that_satisfies_the_condition(table, slope, c):
    f0 = 1.0
    rates = [0.8**k for k in range(8)]
    asked = []

    def value(rate):
        asked.append(rate)
        return table[len(asked) - 1]

    found = armijo(value, f0, slope, c, trials=8)
    good = [k for k in range(8) if np.isfinite(table[k]) and table[k] <= f0 + c * rates[k] * min(slope, 0)]
    tried = good[0] + 1 if good else 8
    np.testing.assert_allclose(asked, rates[:tried], rtol=1e-12)
    assert found.evaluations == tried
    if good:
        assert found.rate == pytest.approx(rates[good[0]], rel=1e-12) and found.f == table[good[0]]
    else:
        assert (found.rate, found.f) == (0.0, f0)


def test_a_parabola_is_entered_at_the_known_rate():
    """f(rate) = (rate - 0.1)²: from 1 down by 0.8 to the first rate that falls enough."""
    value = lambda rate: (rate - 0.1) ** 2
    found = armijo(value, value(0), -0.2)
    assert found.rate == pytest.approx(0.8**8, rel=1e-12) and found.evaluations == 9
    assert value(0.8**7) > value(0) - 0.01 * 0.8**7 * 0.2


def test_the_condition_has_the_rate_in_it():
    """f falls by exactly 0.006 rate: enough for c = 0.005, not for c = 0.01, at any rate."""
    value = lambda rate: 1 - 0.006 * rate
    assert armijo(value, 1.0, -1.0, c=0.005).rate == 1
    assert armijo(value, 1.0, -1.0, c=0.01).rate == 0


def test_rejects_after_sixty_trials():
    asked = []
    found = armijo(lambda rate: asked.append(rate) or 2.0, 1.0, -1.0)
    assert found == (0.0, 1.0, 60) and len(asked) == 60
    assert asked[-1] == pytest.approx(0.8**59, rel=1e-10)


def test_any_decrease_is_enough_where_the_slope_is_not_negative():
    """After a warm start gᵀd may be positive: the condition must then not allow a rise."""
    assert armijo(lambda rate: 1.001, 1.0, +5.0).rate == 0
    assert armijo(lambda rate: 0.999, 1.0, +5.0).rate == 1


@pytest.mark.parametrize("options, message", [
    (dict(f0=np.nan), "f0 is nan but must be finite"),
    (dict(f0=np.inf), "f0 is inf but must be finite"),
    (dict(c=0.0), "c is 0.0 but must be above 0"),
    (dict(c=1.0), "c is 1.0 but must be below 1"),
    (dict(shrink=1.0), "shrink is 1.0 but must be below 1"),
    (dict(trials=0), "trials is 0 but must be at least 1"),
])
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        armijo(lambda rate: 0.0, **{"f0": 1.0, "slope": -1.0, **options})
