"""What is shown of hidden states and readouts, before it is drawn."""

import numpy as np
import pytest

from ref.experiments.hessian_free.trajectory import trajectory

T, N, H = 6, 5, 4
ENDS = np.array([6, 3, 6, 4, 5])  # steps up to the last target


@pytest.fixture
def states():
    """Hidden states that lie in a plane, so that two components tell everything about them."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((T, N, 2)) @ rng.standard_normal((2, H)) + rng.standard_normal(H)


def mask_at(ends) -> np.ndarray:
    mask = np.zeros((T, N), bool)
    mask[ends - 1, np.arange(N)] = True
    return mask


def test_numbers_are_read_out_up_to_the_last_target(states):
    rng = np.random.default_rng(1)
    x, t, z = rng.standard_normal((T, N, 2)), rng.standard_normal((T, N, 1)), rng.standard_normal((T, N, 1))
    x[:, :, 1] = 0
    x[[1, 2], :, 1] = 1
    x[5, 1, 1] = 1  # after the last target of sequence 1
    found = trajectory(x, states, z, t, mask_at(ENDS))
    assert found.classes == 0 and [len(path) for path in found.paths] == [len(out) for out in found.readout] == [*ENDS]
    for n, end in enumerate(ENDS):
        assert found.answers[n] == t[end - 1, n, 0]
        np.testing.assert_array_equal(found.readout[n], z[:end, n, 0])
        np.testing.assert_array_equal(found.marked[n], [1, 2])


def test_classes_are_read_out_at_the_right_one(states):
    classes, rng = np.array([2, 0, 1, 1, 2]), np.random.default_rng(2)
    t, z = np.zeros((T, N, 3)), rng.standard_normal((T, N, 3))
    t[ENDS - 1, np.arange(N), classes] = 1
    found = trajectory(rng.standard_normal((T, N, 4)), states, z, t, mask_at(ENDS))
    assert found.classes == 3 and found.marked is None
    np.testing.assert_array_equal(found.answers, classes)
    for n, (end, right) in enumerate(zip(ENDS, classes)):
        np.testing.assert_array_equal(found.readout[n], z[:end, n, right])


def test_the_plane_is_that_of_the_first_two_principal_components(states):
    t = np.ones((T, N, 1))
    found = trajectory(np.ones((T, N, 1)), states, t, t, mask_at(ENDS))
    points = np.concatenate(found.paths)
    kept = np.concatenate([states[:end, n] for n, end in enumerate(ENDS)])
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-12)
    covariance = points.T @ points
    assert covariance[0, 0] > covariance[1, 1] and abs(covariance[0, 1]) < 1e-10
    between = [np.linalg.norm(a[:, None] - a[None], axis=2) for a in (points, kept)]
    np.testing.assert_allclose(*between, atol=1e-12, err_msg="the plane keeps all distances")
