"""CURVES: the geometry of a picture, the documented statistics, and one seed, one set."""

import hashlib
import time

import numpy as np
import pytest

from ref.tasks.images import curves as module
from ref.tasks.images.curves import curves, draw, mean_image_error, pen, train_test


@pytest.fixture(scope="module")
def standard():
    return train_test(seed=0)


def picture(points, stroke=module.STROKE):
    """The picture (28, 28) of the curve through points (3, 2), each (across, down) in the unit square."""
    return draw(np.asarray(points, float)[None], *pen(stroke)).reshape(28, 28)


def pixels(point):
    """Where a point of the unit square lies, in pixels, pixel (0, 0) having its centre at 0."""
    return 22 * np.asarray(point) + 2.5


def curve(points, u):
    """The quadratic through three points at u = 0, 1/2, 1, by solving for its coefficients."""
    a, b, c = np.linalg.solve(np.vander([0, 0.5, 1], increasing=True), np.asarray(points, float))
    return a + np.multiply.outer(u, b) + np.multiply.outer(u**2, c)


def test_documented_statistics(standard):
    x_train, x_test = standard
    assert x_train.shape == (20_000, 784) and x_test.shape == (10_000, 784)
    assert round(100 * x_train.mean(), 1) == 12.3
    assert round(mean_image_error(x_train), 1) == 57.9
    assert mean_image_error(x_test, x_train.mean(axis=0)) == pytest.approx(57.8, abs=0.1)
    assert not np.any(x_train.max(axis=0) == 0), "a pixel without ink in every picture"
    assert np.all(x_train.max(axis=1) == 1), "a picture without a black pixel"


@pytest.mark.parametrize("stroke, ink, error", [(1.5, 4.8, 28.7), (2, 6.1, 33.6), (3, 9.2, 46.4)])
def test_documented_statistics_of_other_strokes(stroke, ink, error):
    x, _ = train_test(seed=0, n_test=1, stroke=stroke)
    assert round(100 * x.mean(), 1) == ink
    assert mean_image_error(x) == pytest.approx(error, abs=0.06)


def test_mean_image_error_against_loops():
    x = np.random.default_rng(1).random((5, 7))
    expected = sum((x[n, i] - sum(x[:, i]) / 5) ** 2 for n in range(5) for i in range(7)) / 5
    assert mean_image_error(x) == pytest.approx(expected, rel=1e-12)
    assert mean_image_error(x, np.zeros(7)) == pytest.approx((x**2).sum() / 5, rel=1e-12)


def test_the_curve_goes_through_its_three_points_and_nowhere_else():
    rng = np.random.default_rng(2)
    grid = np.stack(np.meshgrid(np.arange(28), np.arange(28)), axis=-1)  # (row, column) -> (across, down)
    for points in rng.random((100, 3, 2)):
        image = picture(points)
        line = pixels(curve(points, np.linspace(0, 1, 400)))
        distance = np.min(np.linalg.norm(grid[:, :, None] - line, axis=-1), axis=-1)
        assert np.all(image[distance > module.STROKE] < 0.05), "ink far from the curve"
        if np.ptp(line, axis=0).max() > 4:  # not merely a dot
            middle = distance < 0.5
            from_an_end = np.linalg.norm(grid[:, :, None] - line[[0, -1]], axis=-1).min(axis=-1)
            assert np.all(image[middle & (from_an_end > 1.5)] > 0.85), "the curve is interrupted"
            column, row = np.rint(pixels(points[1])).astype(int)
            assert image[row, column] > 0.5, "no ink at the point in the middle"


def test_the_centre_line_stays_in_the_picture():
    corners = np.array([(0, 0), (0, 1), (1, 0), (1, 1)], float)
    furthest = [pixels(curve(corners[list(k)], np.linspace(0, 1, 1001))) for k in np.ndindex(4, 4, 4)]
    assert np.min(furthest) >= -0.5 and np.max(furthest) <= 27.5
    assert np.max(furthest) > 27.2, "the corners reach the border"


@pytest.mark.parametrize("stroke", [1.5, 2.0, 3.0, 4.0, 6.0])
@pytest.mark.parametrize("angle", [0.0, 0.3, np.pi / 4, np.pi / 2])
def test_stroke_is_the_width_at_half_ink(stroke, angle):
    """Ink of a straight stroke a pixel's length, against the integral of min(1, 2 exp(-d²/2s²)): 0 to 7 % below."""
    def ink(half_length):
        step = half_length * np.array([np.cos(angle), np.sin(angle)])
        middles = 0.5 + np.random.default_rng(0).uniform(-0.5, 0.5, size=(400, 2)) / 22  # within a pixel
        return np.mean([picture([middle - step, middle, middle + step], stroke).sum() for middle in middles])

    d = np.linspace(-20, 20, 100_001)
    s = stroke / (2 * np.sqrt(2 * np.log(4)))
    profile = np.minimum(1, 2 * np.exp(-(d**2) / (2 * s**2)))
    assert np.ptp(d[profile >= 0.5]) == pytest.approx(stroke, abs=1e-3)
    measured = (ink(0.4) - ink(0.2)) / (2 * 0.2 * 22)
    assert 0.93 < measured / (profile.sum() * (d[1] - d[0])) < 1.02


@pytest.mark.parametrize("stroke", [1.5, 2.0, 4.0, 6.0])
def test_the_pen_blurs_by_its_width(stroke):
    """Mass 1, and the variance s² together with the bilinear splitting, whose variance at the place f is f (1 - f)."""
    blur, darkness = pen(stroke)
    s2 = stroke**2 / (8 * np.log(4))
    d = np.arange(-14, 16)
    assert blur[13].sum() == pytest.approx(1, rel=1e-9)
    assert blur[13] @ d == pytest.approx(0, abs=1e-9)
    f = (np.arange(1000) + 0.5) / 1000
    assert blur[13] @ d**2 + np.mean(f * (1 - f)) == pytest.approx(s2, rel=1e-6)
    assert darkness == pytest.approx(2 * np.sqrt(2 * np.pi * s2), rel=1e-12)


def test_range_and_greys(standard):
    x = standard[0][:2000]
    assert x.min() == 0 and x.max() == 1
    np.testing.assert_array_equal(np.rint(255 * x) / 255, x)


def test_same_seed_same_bytes(monkeypatch):
    expected = curves(1100, seed=5)
    np.testing.assert_array_equal(curves(1100, seed=5), expected)
    np.testing.assert_array_equal(curves(30, seed=5), expected[:30])
    monkeypatch.setattr(module, "CHUNK", 7)
    np.testing.assert_array_equal(curves(1100, seed=5), expected)
    assert not np.array_equal(curves(30, seed=6), expected[:30])


def test_the_bytes_do_not_change_from_version_to_version():
    """Documented errors hold for these pictures and no others: whoever changes the drawing has to say so."""
    greys = np.rint(255 * curves(1000, seed=0)).astype(np.uint8)
    digest = hashlib.sha256(greys.tobytes()).hexdigest()
    assert digest == "887c9671a56705f4c87465e3a8131609c2b994d1f66945ff1610fb109a1642a1"


def test_train_and_test_set_do_not_depend_on_each_other_s_size():
    x_train, x_test = train_test(3, 40, 30)
    more_train, _ = train_test(3, 60, 10)
    np.testing.assert_array_equal(more_train[:40], x_train)
    np.testing.assert_array_equal(train_test(3, 5, 30)[1], x_test)
    assert not (x_train[:, None] == x_test).all(axis=-1).any()


def test_float32_holds_the_rounded_float64():
    single = curves(50, seed=1, dtype=np.float32)
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, curves(50, seed=1).astype(np.float32))


def test_ten_thousand_in_two_seconds():
    curves(500)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        curves(10_000)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 2


@pytest.mark.parametrize("arguments, error, message", [
    (dict(n=0), ValueError, "n is 0 but must be at least 1"),
    (dict(n=-3), ValueError, "n is -3"),
    (dict(n=2.0), TypeError, "n is 2.0 but must be a whole number"),
    (dict(n=2, dtype=np.int64), TypeError, "dtype is int64"),
    (dict(n=2, stroke=1.0), ValueError, "stroke is 1.0 but must be at least 1.5"),
    (dict(n=2, stroke=np.nan), ValueError, "stroke is nan"),
    (dict(n=2, stroke=7), ValueError, "stroke is 7 but must be at most 6"),
])
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        curves(**arguments)


def test_bad_arguments_of_the_others():
    with pytest.raises(ValueError, match="seed is -1"):
        train_test(seed=-1)
    with pytest.raises(ValueError, match="x is an empty batch"):
        mean_image_error(np.zeros((0, 784)))
    with pytest.raises(ValueError, match=r"mean has shape \(3,\) but x has 4 columns"):
        mean_image_error(np.zeros((2, 4)), np.zeros(3))
