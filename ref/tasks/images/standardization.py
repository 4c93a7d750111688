"""Pictures with mean 0 and standard deviation 1 in each channel, both taken from the training set.

    x' = (x - mean) / √(variance + 1e-12)           mean and variance over pictures and places, (C,)

The test set is moved by the training set's numbers.  cifar.torch, which Im, Tao & Branson 2016 are believed to have
used, does more: it goes from RGB to YUV, normalises the contrast of Y locally, and only U and V by mean and deviation.

Shapes: images (N, Y, X, C).
"""

from typing import NamedTuple

import numpy as np

from ref.validation import require_floats

Array = np.ndarray
EPSILON = 1e-12


class Standardization(NamedTuple):
    mean: Array  # (C,) float64
    deviation: Array

    @classmethod
    def of(cls, images: Array) -> "Standardization":
        """Raises ValueError for images of another shape."""
        images = _checked(images)
        mean = images.mean(axis=(0, 1, 2), dtype=np.float64)
        square = np.mean([np.mean(np.square(picture - mean), axis=(0, 1)) for picture in images], axis=0)
        return cls(mean, np.sqrt(square + EPSILON))

    def apply(self, images: Array) -> Array:
        """Of the images' dtype.  Raises ValueError for another number of channels."""
        images = _checked(images)
        if images.shape[3] != len(self.mean):
            raise ValueError(f"images has {images.shape[3]} channels but the training set had {len(self.mean)}")
        return (images - self.mean.astype(images.dtype)) / self.deviation.astype(images.dtype)


def standardized(train: Array, *others: Array) -> tuple[Array, ...]:
    """The training set and the others, by the training set's mean and deviation."""
    of_training = Standardization.of(train)
    return tuple(of_training.apply(images) for images in (train, *others))


def _checked(images: Array) -> Array:
    images = require_floats("images", images)
    if images.ndim != 4 or not images.size:
        raise ValueError(f"images has shape {images.shape} but must be (N, Y, X, C), channels last, and not empty")
    return images
