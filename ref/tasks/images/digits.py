"""Digits: 1,797 handwritten digits 8 x 8 with 17 grey levels, small enough for a test or an exercise.

Source and licence: `data/README.md`.
"""

import numpy as np

from ref.tasks.images.labelled import Labelled, load_shipped, stratified_split


def digits(dtype=np.float64) -> Labelled:
    """Images (1797, 64) in [0, 1] and labels (1797,), in the order of the source."""
    return load_shipped("digits", 16, dtype)


def train_test(dtype=np.float64, seed: int = 0) -> tuple[Labelled, Labelled]:
    """Digits as (train, test): four fifths and one fifth of every digit, shuffled."""
    return stratified_split(*digits(dtype), test_fraction=0.2, seed=seed)
