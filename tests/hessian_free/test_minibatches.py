"""Which data each part of a step sees."""

import numpy as np
import pytest

from ref.hessian_free import Batches, cycling

N = 23
X = np.arange(N * 2.0).reshape(N, 2)
T = -X[:, :1]


def cases(batch):
    x, t = batch
    np.testing.assert_array_equal(t, -x[:, :1])
    return set((x[:, 0] / 2).astype(int).tolist())


def test_the_curvature_minibatches_take_turns():
    turns = [cases(cycling((X, T), step, curvature=5).curvature) for step in range(9)]
    assert all(len(turn) == 5 for turn in turns)
    assert len(set().union(*turns[:4])) == 20, "four minibatches without a case in common"
    assert turns[4:8] == turns[:4] and turns[8] == turns[0]


def test_gradient_and_line_search_see_everything():
    batches = cycling((X, T), 3, curvature=5).filled()
    assert batches.gradient[0] is X and batches.gradient[1] is T
    assert batches.line_search is batches.gradient and batches.backtracking is batches.gradient


def test_the_same_data_for_the_same_step_and_seed():
    """A resumed run sees what the first one would have seen."""
    for step in (0, 7):
        one, other = (cycling((X, T), step, curvature=5, seed=3, backtracking=4) for _ in range(2))
        for a, b in zip((*one.curvature, *one.backtracking), (*other.curvature, *other.backtracking)):
            np.testing.assert_array_equal(a, b)
    assert cases(cycling((X, T), 0, curvature=5, seed=3).curvature) != cases(cycling((X, T), 0, curvature=5,
                                                                                     seed=4).curvature)


@pytest.mark.parametrize("wanted, got", [(1, 1), (5, 5), (12, 12), (23, 23), (99, 23)])
def test_backtracking_sizes(wanted, got):
    for step in range(4):
        batches = cycling((X, T), step, curvature=5, backtracking=wanted)
        judged, curvature = cases(batches.backtracking), cases(batches.curvature)
        assert len(judged) == len(batches.backtracking[0]) == got
        # other data judge, while there are any
        assert judged.isdisjoint(curvature) if got <= len(X) - 5 else curvature & judged
        assert batches.rho is batches.gradient


def test_the_gradient_s_window_slides_with_the_curvature():
    """Consecutive gradients share all cases but one curvature minibatch's worth."""
    seen = [cases(cycling((X, T), step, curvature=5, gradient=15).gradient) for step in range(4)]
    for step, window in enumerate(seen):
        assert len(window) == 15 and cases(cycling((X, T), step, curvature=5).curvature) <= window
    assert len(seen[0] & seen[1]) == 10
    assert len(cycling((X, T), 0, curvature=5, gradient=99).gradient[0]) == len(X)
    with pytest.raises(ValueError, match="gradient is 4 but must be at least curvature, 5"):
        cycling((X, T), 0, curvature=5, gradient=4)


def test_one_minibatch_of_all_cases():
    for step in range(3):
        assert cases(cycling((X, T), step, curvature=N).curvature) == set(range(N))


def test_autoencoders_targets_are_the_same_array():
    batches = cycling((X, X), 1, curvature=5, backtracking=7)
    for x, t in (batches.gradient, batches.curvature, batches.backtracking):
        assert x is t


def test_filled_and_of():
    g, c, b, s, r = ((name,) for name in "gcbsr")
    assert Batches(g).filled() == (g, g, g, g, g)
    assert Batches(g, c).filled() == (g, c, g, g, g)
    assert Batches(g, c, b).filled() == (g, c, b, g, b)
    assert Batches(g, c, b, s, r).filled() == (g, c, b, s, r)
    assert Batches.of(Batches(g, c)) == (g, c, g, g, g)
    assert Batches.of((X, T)).curvature[0] is X, "a single batch serves for everything"


@pytest.mark.parametrize("options, error, message", [
    (dict(curvature=24), ValueError, "curvature is 24 but there are 23 cases"),
    (dict(curvature=0), ValueError, "curvature is 0 but must be at least 1"),
    (dict(curvature=2.0), TypeError, "curvature is 2.0"),
    (dict(backtracking=0), ValueError, "backtracking is 0"),
    (dict(step=-1), ValueError, "step is -1 but must be at least 0"),
    (dict(step=0.5), TypeError, "step is 0.5"),
    (dict(data=(X, T[:-1])), ValueError, "x has 23 cases but t has 22"),
])
def test_bad_input(options, error, message):
    with pytest.raises(error, match=message):
        cycling(**{"data": (X, T), "step": 0, "curvature": 5, **options})
