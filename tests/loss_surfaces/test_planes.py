"""Random directions and planes: each unit's length, orthogonal after normalising, the centre exact, nothing mutated."""

import tracemalloc

import numpy as np
import pytest

from ref.loss_surfaces.planes.directions import normalized, orthogonal, random_direction, random_directions
from ref.loss_surfaces.planes.paths import shared_plane
from ref.loss_surfaces.planes.plane import Plane
from ref.networks.images.nin import nin_tiny
from ref.parameters import Parameters
from ref.vectors import dot

SHAPES = {"K": (3, 2, 4, 5), "gamma": (5,), "W": (6, 3), "b": (3,)}


def weights(seed: int = 0, shapes=SHAPES, dtype=np.float64) -> Parameters:
    theta = Parameters(shapes, dtype=dtype)
    theta.vector[:] = np.random.default_rng(seed).standard_normal(theta.size)
    return theta


def lengths(theta: Parameters, name: str) -> np.ndarray:
    array = theta[name]
    return np.linalg.norm(array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array[:, None], axis=0)


def cosine(d: Parameters, e: Parameters) -> float:
    return dot(d.vector, e.vector) / (dot(d.vector, d.vector) * dot(e.vector, e.vector)) ** 0.5


def test_each_filter_and_each_unit_is_as_long_as_thetas():
    theta = weights()
    for d in random_directions(theta, 3):
        for name in ("K", "W"):
            np.testing.assert_allclose(lengths(d, name), lengths(theta, name), rtol=1e-12)
        assert not d["gamma"].any() and not d["b"].any()


def test_vectors_as_a_whole_do_not_collapse_to_their_absolute_values():
    theta = weights()
    theta["b"], theta["gamma"] = [1, -2, 5], [0.1, 3, 1, -1, 2]
    for d in random_directions(theta, 3, "whole"):
        for name in ("gamma", "b"):
            np.testing.assert_allclose(lengths(d, name), lengths(theta, name), rtol=1e-12)
            assert np.abs(np.abs(d[name]) - np.abs(theta[name])).max() > 0.1


@pytest.mark.parametrize("vectors", ["zero", "whole"])
def test_orthogonal_after_normalising_and_not_if_normalised_last(vectors):
    theta = weights()
    theta["K"] *= np.array([1, 5, 0.1, 2, 9])  # filters of different lengths
    too_late = []
    for seed in range(5):
        d, e = random_directions(theta, seed, vectors)
        assert abs(cosine(d, e)) < 1e-15
        raw = weights(seed + 20)
        before = raw.like(raw.vector - dot(raw.vector, d.vector) / dot(d.vector, d.vector) * d.vector)
        assert abs(cosine(d, before)) < 1e-15
        too_late.append(abs(cosine(d, normalized(before, theta, vectors))))
    assert max(too_late) > 0.02


def test_a_unit_of_one_entry_has_no_second_direction():
    theta = weights(shapes={"K": (1, 1, 1, 4), "W": (5, 2)})
    d, e = random_directions(theta, 0)
    np.testing.assert_allclose(np.abs(d["K"]), np.abs(theta["K"]), rtol=1e-12)
    assert not e["K"].any() and e["W"].all() and abs(cosine(d, e)) < 1e-15


def test_directions_have_mean_zero_and_are_the_seeds():
    """Entries from U[0, 1] would have a cosine of 3/4."""
    theta = nin_tiny(dropout=False).init(np.random.default_rng(0))
    d, e = random_direction(theta, 0, 0), random_direction(theta, 0, 1)
    assert abs(cosine(d, e)) < 5 / theta.size**0.5
    assert abs(np.sign(d.vector).sum()) < 5 * theta.size**0.5
    assert random_direction(theta, 0, 1).vector.tobytes() == e.vector.tobytes()
    assert random_direction(theta, 1, 1).vector.tobytes() != e.vector.tobytes()


def test_a_filter_that_is_zero_stays_so():
    theta = weights()
    theta["K"][..., 2] = 0
    d, e = random_directions(theta, 0)
    assert not d["K"][..., 2].any() and not e["K"][..., 2].any() and np.isfinite(e.vector).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_centre_is_exact_and_nothing_is_mutated(dtype):
    centre = weights(dtype=dtype)
    centre.vector[0] = -0.0
    plane = Plane.random(centre, 2)
    before = [theta.vector.tobytes() for theta in (plane.centre, plane.first, plane.second)]
    at = plane.point(0, 0)
    assert at.vector.tobytes() == centre.vector.tobytes() and not np.shares_memory(at.vector, centre.vector)
    moved = plane.point(0.3, -0.7)
    assert moved.dtype == dtype
    np.testing.assert_allclose(plane.coordinates(moved), [0.3, -0.7], rtol=1e-5 if dtype == np.float32 else 1e-12)
    assert [theta.vector.tobytes() for theta in (plane.centre, plane.first, plane.second)] == before


def test_a_plane_through_three_networks():
    a, b, x = map(weights, range(3))
    plane = Plane.through(a, b, x)
    np.testing.assert_allclose(plane.coordinates(b), [1, 0], atol=1e-12)
    assert abs(cosine(plane.first, plane.second)) < 1e-14
    np.testing.assert_allclose(plane.point(*plane.coordinates(x)).vector, x.vector, atol=1e-12)
    assert plane.distance(x) < 1e-12 and plane.distance(weights(7)) > 1


def test_paths_in_a_plane_are_found_again():
    c, d, e = map(weights, range(3))
    spots = np.random.default_rng(4).standard_normal((2, 6, 2))
    paths = {name: [c.like(c.vector + a * d.vector + b * e.vector) for a, b in of]
             for name, of in zip(("SGD", "Adam"), spots)}
    found = shared_plane(paths)
    assert sum(found.explained) == pytest.approx(1, abs=1e-12)
    for name, path in paths.items():
        assert found.explained_of[name] == pytest.approx(1, abs=1e-12) and f"{name}: 100.0%" in found.table()
        for theta, (alpha, beta) in zip(path, found.coordinates[name]):
            np.testing.assert_allclose(found.plane.point(alpha, beta).vector, theta.vector, atol=1e-12)
    assert (found.coordinates["SGD"][-1] >= found.coordinates["SGD"][0]).all()


def test_the_explained_variance_is_that_of_the_covariance():
    paths = {"SGD": [weights(k) for k in range(5)], "Adam": [weights(k) for k in range(5, 12)]}
    found = shared_plane(paths)
    D = np.array([theta.vector for path in paths.values() for theta in path])
    values = np.linalg.eigvalsh(np.cov(D.T))[::-1]
    np.testing.assert_allclose(found.explained, values[:2] / values.sum(), rtol=1e-10)
    away = D - D.mean(axis=0)
    out = [found.plane.distance(theta) ** 2 for theta in paths["SGD"]]
    assert found.explained_of["SGD"] == pytest.approx(1 - sum(out) / (away[:5] ** 2).sum(), abs=1e-12)


def test_many_checkpoints_of_many_weights():
    P, M = 100_000, 20
    paths = {"SGD": [weights(k, {"W": (P // 10, 10)}) for k in range(M)]}
    tracemalloc.start()
    shared_plane(paths)
    assert tracemalloc.get_traced_memory()[1] < 5 * 8 * M * P
    tracemalloc.stop()


@pytest.mark.parametrize("ask, message", [
    (lambda t: random_direction(t, 0, vectors="no"), "vectors is 'no' but must be one of zero, whole"),
    (lambda t: Plane(t, t, t), "first and second span no plane"),
    (lambda t: Plane.through(t, t, weights(1)), "first and second span no plane"),
    (lambda t: orthogonal(t, t, Parameters.zeros({"W": (2, 3)})), "must be of one network"),
    (lambda t: shared_plane({}), "paths is empty"),
    (lambda t: shared_plane({"SGD": []}), "'SGD' without a checkpoint"),
    (lambda t: shared_plane({"SGD": [t, weights(1)]}), "lie on one line"),
    (lambda t: shared_plane({"SGD": [t.like(t.vector * np.nan)]}), "must be finite"),
])
def test_bad_input(ask, message):
    with pytest.raises(ValueError, match=message):
        ask(weights())
