"""Pictures of a minibatch flipped and shifted: a function of the pictures, the seed and the step alone.

    flips       half of the pictures, chosen anew, are mirrored left to right, as cifar.torch does
    shift       each picture is moved by whole pixels, at most so many, in both directions; zeros come in

Every optimiser of a seed sees the same pictures at the same step.  Pictures that are standardised first have zeros for
their mean colour.

Shapes: images (N, Y, X, C).
"""

import numpy as np

from ref.random import stream
from ref.validation import require_count, require_floats

Array = np.ndarray


def augmented(images: Array, seed: int, step: int, flips: bool = True, shift: int = 0) -> Array:
    """New pictures; the images stay as they are.  Raises ValueError for images of another shape, a shift that is
    negative or as large as the pictures.
    """
    images, shift = require_floats("images", images, finite=False), require_count("shift", shift, least=0)
    if images.ndim != 4:
        raise ValueError(f"images has shape {images.shape} but must be (N, Y, X, C), channels last")
    N, Y, X, _ = images.shape
    if shift >= min(Y, X):
        raise ValueError(f"shift is {shift} but must be below {min(Y, X)}: nothing would be left of the pictures")
    rng = stream(seed, step, "augmentation")
    new = images.copy()
    mirrored = rng.permutation(N) < N // 2
    down, right = rng.integers(2 * shift + 1, size=(2, N))
    if flips:
        new[mirrored] = images[mirrored, :, ::-1]
    if shift:
        around = np.pad(new, ((0, 0), (shift, shift), (shift, shift), (0, 0)))
        rows, columns = down[:, None] + np.arange(Y), right[:, None] + np.arange(X)
        new = around[np.arange(N)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return new
