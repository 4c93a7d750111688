"""Orthogonal permutation linear units: sorted pairs, unchanged norms."""

import numpy as np
import pytest

from ref.layers import ACTIVATIONS, oplu


def test_pairs_are_sorted():
    x = np.array([[1.0, 2.0, 4.0, 3.0], [-1.0, -2.0, 5.0, 5.0]])
    y, cache = oplu.forward(x)
    np.testing.assert_array_equal(y, [[2, 1, 4, 3], [-1, -2, 5, 5]])
    np.testing.assert_array_equal(oplu.backward(np.arange(8.0).reshape(2, 4), cache), [[1, 0, 2, 3], [4, 5, 6, 7]])


def test_no_norm_changes_forward_or_backward():
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 3, 5, 6))
    y, cache = oplu.forward(x)
    np.testing.assert_allclose(np.linalg.norm(y, axis=-1), np.linalg.norm(x, axis=-1), rtol=1e-15)
    dx = oplu.backward(dy, cache)
    np.testing.assert_allclose(np.linalg.norm(dx, axis=-1), np.linalg.norm(dy, axis=-1), rtol=1e-15)


def test_the_jacobian_is_a_permutation_and_not_diagonal():
    x = np.array([[1.0, 2.0, 4.0, 3.0]])
    _, cache = oplu.forward(x)
    J = np.concatenate([oplu.backward(row[None], cache) for row in np.eye(4)])
    np.testing.assert_array_equal(J @ J.T, np.eye(4))
    assert J[0, 1] == 1 and "oplu" not in ACTIVATIONS


def test_an_odd_number_of_units_is_refused():
    with pytest.raises(ValueError, match="x has 5 columns but OPLU needs an even number"):
        oplu.forward(np.zeros((2, 5)))
