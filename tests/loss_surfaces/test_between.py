"""Points between networks: corners to the last bit, every point from the corners, nothing mutated."""

import numpy as np
import pytest

from ref.loss_surfaces.between import barycentric_grid, barycentric_triangles, beyond, line, patch, triangle
from ref.parameters import Parameters

SHAPES = {"W": (3, 2), "b": (2,)}


def corners(n: int, dtype=np.float64) -> list[Parameters]:
    rng = np.random.default_rng(0)
    return [Parameters.from_vector(rng.standard_normal(8).astype(dtype), SHAPES) for _ in range(n)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_corners_are_exact_and_untouched(dtype):
    a, b, c, d = thetas = corners(4, dtype)
    before = [theta.vector.copy() for theta in thetas]
    for got, corner in ((line(a, b, 0), a), (line(a, b, 1), b), (patch(a, b, c, d, 0, 0), a),
                        (patch(a, b, c, d, 1, 0), b), (patch(a, b, c, d, 0, 1), c), (patch(a, b, c, d, 1, 1), d),
                        (triangle(a, b, c, 1, 0, 0), a), (triangle(a, b, c, 0, 1, 0), b),
                        (triangle(a, b, c, 0, 0, 1), c)):
        assert got.vector.tobytes() == corner.vector.tobytes() and got.dtype == dtype
        assert not np.shares_memory(got.vector, corner.vector)
    line(a, b, 0.3), patch(a, b, c, d, 0.2, 0.7), triangle(a, b, c, 0.2, 0.3, 0.5)
    assert all((theta.vector == old).all() for theta, old in zip(thetas, before))


def test_points_inside_and_beyond():
    a, b, c, d = corners(4)
    for alpha in (0.3, -0.5, 1.5):
        np.testing.assert_allclose(line(a, b, alpha).vector, a.vector + alpha * (b.vector - a.vector), rtol=1e-13,
                                   atol=1e-15)
    expected = 0.3 * (0.8 * a.vector + 0.2 * b.vector) + 0.7 * (0.8 * c.vector + 0.2 * d.vector)
    np.testing.assert_allclose(patch(a, b, c, d, 0.2, 0.7).vector, expected, rtol=1e-13)
    np.testing.assert_allclose(triangle(a, b, c, 0.2, 0.3, 0.5).vector,
                               0.2 * a.vector + 0.3 * b.vector + 0.5 * c.vector, rtol=1e-13)


def test_beyond_a_point_by_its_distance():
    a, b = corners(2)
    assert beyond(a, b, 0).vector.tobytes() == b.vector.tobytes()
    for distance in (0.7, -0.4):
        step = beyond(a, b, distance).vector - b.vector
        assert np.linalg.norm(step) == pytest.approx(abs(distance), rel=1e-12)
        assert step @ (b.vector - a.vector) == pytest.approx(distance * np.linalg.norm(b.vector - a.vector), rel=1e-12)


def test_a_line_from_a_point_to_itself():
    (a,) = corners(1)
    np.testing.assert_allclose(line(a, a, 0.3).vector, a.vector, rtol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_grid_is_even_over_the_triangle(n):
    grid, triangles = barycentric_grid(n), barycentric_triangles(n)
    assert grid.shape == ((n + 1) * (n + 2) // 2, 3) and triangles.shape == (n * n, 3)
    np.testing.assert_allclose(grid.sum(axis=1), 1, rtol=1e-15)
    assert grid.min() == 0 and len({tuple(row) for row in grid.tolist()}) == len(grid)
    # each small triangle has the same area, and they cover the large one
    u, v, _ = (grid[triangles[:, k]] for k in range(3))
    w = grid[triangles[:, 2]]
    areas = np.abs(np.linalg.det(np.stack([u, v, w], axis=1)))
    np.testing.assert_allclose(areas, 1 / n**2, rtol=1e-12)


@pytest.mark.parametrize("ask, error, message", [
    (lambda a, b: line(a, Parameters.zeros({"W": (3, 2), "b": (3,)}), 0.5), ValueError, "must be of one network"),
    (lambda a, b: line(a, b.vector, 0.5), TypeError, "b is a ndarray but must be Parameters"),
    (lambda a, b: line(a, corners(1, np.float32)[0], 0.5), TypeError, "b is float32 but a is float64"),
    (lambda a, b: triangle(a, b, a, 0.5, 0.5, 0.5), ValueError, r"u \+ v \+ w is 1.5 but must be 1"),
    (lambda a, b: beyond(a, a, 0.5), ValueError, r"\|b - a\| is 0.0: there is no direction"),
    (lambda a, b: barycentric_grid(0), ValueError, "n is 0"),
])
def test_bad_input(ask, error, message):
    with pytest.raises(error, match=message):
        ask(*corners(2))
