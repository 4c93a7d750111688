"""CURVES, our regeneration of the set: smooth curves through three random points, 28 x 28, ink 1 on paper 0.

    points      P0, P1, P2  uniform on the unit square: six numbers make a picture
    curve       c(u) = l0(u) P0 + l1(u) P1 + l2(u) P2,  0 <= u <= 1,  the quadratic with c(0), c(½), c(1) = P0, P1, P2
                l0 = (1 - u)(1 - 2u)    l1 = 4u (1 - u)    l2 = u (2u - 1)
    ink         at 60 points evenly spaced in u, each |c'(u)| / 60, split bilinearly over the 4 nearest pixels
    stroke      min(1, a K ink Kᵀ),  K a Gaussian blur: across a straight stroke min(1, 2 exp(-d²/2s²)), d the distance
    grey        rounded to multiples of 1/255

What is known of the original: pictures of curves from three random points in two dimensions, so of intrinsic dimension
6, 28 x 28, 20,000 for training and 10,000 for testing; it was shipped as a file, and no generator was found. The ink
follows the recipe that the same group gave for pen strokes: 60 evenly spaced points, bilinear splitting over the
4 nearest pixels, a small blur, clipping at 1. **The rest is our choice**: the quadratic, ink by arc length (a stroke is
equally dark wherever it is), width, margin, rounding. This is a regeneration, not the same set: errors on it are not
comparable to those that papers report on CURVES.

The unit square measures 22 pixels, in the middle of the picture. The curve leaves it by at most 1/8 of a side (the
Lebesgue constant of three equidistant nodes is 5/4), so its centre line stays inside the picture. Rounding to 256 greys
makes the bytes independent of how the machine adds up a matrix product.

The width matters. A unit of a sparsely initialised net sees 15 of the 784 pixels: the thinner the strokes, the less
what it sees varies from picture to picture, and the longer training sits on the mean image. The default gives about as
much ink as MNIST has (13 %). Measured over the 20,000 training images of seed 0:

    stroke (pixels)                  1.5     2       3       4
    mean ink                         4.8 %   6.1 %   9.2 %   12.3 %
    mean-image error                 28.7    33.6    46.4    57.9
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import ive

from ref.validation import require_cases, require_count, require_float_dtype, require_number

Array = np.ndarray

SIDE = 28  # pixels of a picture's side
SQUARE = 22  # pixels of the unit square's side
STROKE = 4.0  # pixels from edge to edge of a stroke, an edge being where the ink is 1/2
POINTS = 60  # of ink along a curve
PAD = 1  # pixels around the picture that ink may fall on before it is blurred
CHUNK = 500  # pictures drawn at a time, so that memory does not grow with their number


def curves(n: int, seed: int | Sequence[int] = 0, dtype=np.float64, stroke: float = STROKE) -> Array:
    """Draw n pictures, (n, 784) in [0, 1]; the first m of n are the pictures of `curves(m, seed)`.

    seed: what `numpy.random.default_rng` takes.  stroke: the strokes' width in pixels, 1.5 to 6.
    Raises TypeError or ValueError for an n below 1, a dtype other than float32 and float64, a stroke out of range.
    """
    n, dtype = require_count("n", n), require_float_dtype("dtype", dtype)
    blur, darkness = pen(require_number("stroke", stroke, least=1.5, most=6))
    points = np.random.default_rng(seed).random((n, 3, 2))
    images = np.empty((n, SIDE * SIDE), dtype)
    for start in range(0, n, CHUNK):
        chunk = slice(start, start + CHUNK)
        images[chunk] = draw(points[chunk], blur, darkness)
    return images


def train_test(seed: int = 0, n_train: int = 20_000, n_test: int = 10_000, dtype=np.float64,
               stroke: float = STROKE) -> tuple[Array, Array]:
    """Return x_train (n_train, 784) and x_test (n_test, 784), drawn from the seeds [seed, 0] and [seed, 1]."""
    seed = require_count("seed", seed, least=0)
    return curves(n_train, [seed, 0], dtype, stroke), curves(n_test, [seed, 1], dtype, stroke)


def mean_image_error(x: Array, mean: Array | None = None) -> float:
    """What predicting the mean image costs: squared error summed over pixels, mean over cases.

    x (N, D); mean (D,) the training images' mean image, by default that of x. Any autoencoder must do better.
    """
    x = require_cases("x", x)
    mean = x.mean(axis=0) if mean is None else np.asarray(mean)
    if mean.shape != x.shape[1:]:
        raise ValueError(f"mean has shape {mean.shape} but x has {x.shape[1]} columns")
    return float(np.mean(np.sum((x - mean) ** 2, axis=1)))


def draw(points: Array, blur: Array, darkness: float) -> Array:
    """Pictures (n, 784) of the curves through points (n, 3, 2), with the pen `blur`, `darkness`."""
    n, width = len(points), SIDE + 2 * PAD
    u = (np.arange(POINTS) + 0.5) / POINTS
    l = np.stack([(1 - u) * (1 - 2 * u), 4 * u * (1 - u), u * (2 * u - 1)])  # (3, POINTS)
    dl = np.stack([4 * u - 3, 4 - 8 * u, 4 * u - 1])

    c = SQUARE * np.einsum("nkd,ku->dnu", points, l)  # (2, n, POINTS) across and down, in pixels
    ink = SQUARE * np.hypot(*np.einsum("nkd,ku->dnu", points, dl)) / POINTS  # (n, POINTS)
    c += PAD + (SIDE - SQUARE) / 2 - 0.5  # the centre of the canvas's first pixel is at 0

    corner = np.floor(c).astype(np.intp)
    (right, down), (column, row) = c - corner, corner
    pixel = (np.arange(n)[:, None] * width + row) * width + column  # the upper left one of the 4 nearest
    pixels = np.stack([pixel, pixel + 1, pixel + width, pixel + width + 1])
    shares = ink * np.stack([(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right])
    canvas = np.bincount(pixels.ravel(), shares.ravel(), minlength=n * width * width).reshape(n, width, width)

    images = np.minimum(1, darkness * (blur @ canvas @ blur.T))  # (n, SIDE, SIDE): the blur also crops
    return np.rint(255 * images).reshape(n, SIDE * SIDE) / 255


def pen(stroke: float) -> tuple[Array, float]:
    """The blur K (SIDE, SIDE + 2 PAD) and the darkness a that give strokes of the width `stroke`.

    A line with ink 1 a pixel's length, blurred to the standard deviation s, has the ink exp(-d²/2s²) / (s √2π) at the
    distance d. With a = 2 s √2π the middle is twice as dark as black, and 2 exp(-d²/2s²) = 1/2 at d = s √(2 ln 4).
    Splitting bilinearly has blurred by a variance of 1/6 (mean over places); K adds the rest, as the discrete Gaussian
    exp(-v) I_d(v), I the modified Bessel function, which has the variance v also where v is small (Lindeberg 1990).
    Clipping on whole pixels takes a little away: straight strokes come out up to 7 % narrower (mean over places).
    """
    s = stroke / (2 * np.sqrt(2 * np.log(4)))
    d = np.arange(SIDE)[:, None] + PAD - np.arange(SIDE + 2 * PAD)
    return ive(np.abs(d), s**2 - 1 / 6), 2 * s * np.sqrt(2 * np.pi)
