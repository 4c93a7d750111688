"""Labelled images that ship with the code, and their split into a training and a test set."""

from math import isqrt
from pathlib import Path

import numpy as np

from ref.validation import require_count, require_float_dtype, require_number

Array = np.ndarray
Labelled = tuple[Array, Array]  # images (N, D) in [0, 1], labels (N,)

DATA = Path(__file__).parents[1] / "data"


def load_shipped(name: str, white: int, dtype) -> Labelled:
    """The set `name` of the data folder; its grey levels 0 .. white become [0, 1]."""
    dtype = require_float_dtype("dtype", dtype)
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as arrays:
        return arrays["images"].astype(dtype) / white, arrays["labels"].astype(np.intp)


def as_pictures(images: Array, channels: int = 1) -> Array:
    """Rows (N, D) as square pictures (N, side, side, channels), channels last: a view of the rows.

    Raises ValueError where D is no square of a side times the channels.
    """
    channels = require_count("channels", channels)
    if images.ndim != 2:
        raise ValueError(f"images has shape {images.shape} but must be (N, D): one picture a row")
    side = isqrt(images.shape[1] // channels)
    if side * side * channels != images.shape[1]:
        raise ValueError(f"images has {images.shape[1]} columns, which are no square pictures of {channels} channels")
    return images.reshape(-1, side, side, channels)


def stratified_split(images: Array, labels: Array, test_fraction: float = 0.2,
                     seed: int = 0) -> tuple[Labelled, Labelled]:
    """Split into (train, test), both shuffled, with the same fraction of every class in the test set, to a whole case.

    images (N, D), labels (N,). Raises ValueError when the lengths differ or a class would be missing from either part.
    """
    test_fraction = require_number("test_fraction", test_fraction, above=0, below=1)
    rng = np.random.default_rng(require_count("seed", seed, least=0))
    if labels.ndim != 1 or len(images) != len(labels):
        raise ValueError(f"labels has shape {labels.shape} but there are {len(images)} images: (N,) was expected")
    order = rng.permutation(len(labels))
    test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        cases = order[labels[order] == label]
        n_test = round(test_fraction * len(cases))
        if not 0 < n_test < len(cases):
            raise ValueError(f"test_fraction is {test_fraction} but puts {n_test} of the {len(cases)} cases "
                             f"with the label {label} into the test set: both sets need one at least")
        test[cases[:n_test]] = True
    train, test = order[~test[order]], order[test[order]]
    return (images[train], labels[train]), (images[test], labels[test])
