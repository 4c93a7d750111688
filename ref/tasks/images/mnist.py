"""MNIST, handwritten digits 28 x 28: 5,000 of them ship with the code, all 70,000 are read from a user's own files.

Source and licence: `data/README.md`.
"""

from os import PathLike
from pathlib import Path

import numpy as np

from ref.tasks.images.idx import load_images_and_labels
from ref.tasks.images.labelled import Labelled, load_shipped, stratified_split


def mnist_5k(dtype=np.float64) -> Labelled:
    """Images (5000, 784) in [0, 1] and labels (5000,): 500 of each digit, sorted by digit."""
    return load_shipped("mnist_5k", 255, dtype)


def train_test(dtype=np.float64, seed: int = 0) -> tuple[Labelled, Labelled]:
    """MNIST-5k as (train, test): 4,000 and 1,000 images with their labels, 400 and 100 of each digit, shuffled."""
    return stratified_split(*mnist_5k(dtype), test_fraction=0.2, seed=seed)


def full_train_test(folder: str | PathLike, dtype=np.float64) -> tuple[Labelled, Labelled]:
    """(train, test) from a folder with the four IDX files of MNIST, or of a set with the same file names.

    The files are train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte,
    each plain or with .gz. Raises FileNotFoundError naming the missing one, and what `ref.tasks.images.idx` raises.
    """

    def path(name: str) -> Path:
        candidates = [Path(folder) / name, Path(folder) / f"{name}.gz"]
        for candidate in candidates:
            if candidate.exists():
                return candidate
        raise FileNotFoundError(f"neither {candidates[0]} nor {candidates[1].name} exists: four IDX files are needed")

    def load(part: str) -> Labelled:
        return load_images_and_labels(path(f"{part}-images-idx3-ubyte"), path(f"{part}-labels-idx1-ubyte"), dtype)

    return load("train"), load("t10k")
