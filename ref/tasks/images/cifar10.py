"""CIFAR-10, 60,000 colour pictures 32 x 32 in ten classes, from a user's own files, in either of the forms it comes in.

    binary      data_batch_1.bin ... data_batch_5.bin, test_batch.bin
                a picture is 3,073 bytes: its label, then 1,024 of red, of green, of blue, row after row
    python      data_batch_1 ... data_batch_5, test_batch: pickles of a dict
                data (N, 3072) uint8, in the order as above, and labels, a list

The pickles are read as data and not run (ref.tasks.images.plain_pickle).  Nothing is downloaded.  Krizhevsky 2009.
"""

from os import PathLike
from pathlib import Path

import numpy as np

from ref.tasks.images.labelled import Labelled
from ref.tasks.images.plain_pickle import load_plain
from ref.validation import require_float_dtype

Array = np.ndarray

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIDE, CHANNELS = 32, 3
PIXELS = CHANNELS * SIDE * SIDE
BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = "test_batch"


def train_test(folder: str | PathLike, dtype=np.float64) -> tuple[Labelled, Labelled]:
    """(train, test) of the binary files in the folder, or else the pickles: pictures (N, 32, 32, 3) in [0, 1], channels
    last, and labels (N,).  In float64 all of them take 1.5 GB.

    Raises FileNotFoundError naming the first file that is missing, and what `load_binary` and `load_python` raise.
    """
    folder, dtype = Path(folder), require_float_dtype("dtype", dtype)
    binary = (folder / f"{BATCHES[0]}.bin").exists()
    ending, load = (".bin", load_binary) if binary else ("", load_python)
    paths = [folder / f"{name}{ending}" for name in (*BATCHES, TEST)]
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist but six files of CIFAR-10, {BATCHES[0]} to 5 and {TEST}, "
                                    f"all with .bin or all without, were expected in {folder}")
    *training, (x_test, t_test) = (load(path) for path in paths)
    x, t = (np.concatenate(parts) for parts in zip(*training))
    return (x.astype(dtype) / 255, t), (x_test.astype(dtype) / 255, t_test)


def load_binary(path: str | PathLike) -> Labelled:
    """Pictures (N, 32, 32, 3) uint8, channels last, and labels (N,) of one binary file.

    Raises FileNotFoundError; ValueError naming the file where it is not whole pictures, or has a label above 9.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist but a binary file of CIFAR-10 was expected there")
    n, left = divmod(path.stat().st_size, 1 + PIXELS)
    if left or not n:
        raise ValueError(f"{path} is truncated, or no binary file of CIFAR-10: it has {path.stat().st_size} bytes, "
                         f"which is {n} times {1 + PIXELS}, a label and a picture, and {left} more")
    records = np.fromfile(path, np.uint8).reshape(n, 1 + PIXELS)
    return _pictures(records[:, 1:]), _labels(path, records[:, 0])


def load_python(path: str | PathLike) -> Labelled:
    """Pictures (N, 32, 32, 3) uint8, channels last, and labels (N,) of one pickle, which is read and not run.

    Raises what `load_plain` raises; ValueError naming the file where data or labels are missing or of another kind.
    """
    path = Path(path)
    held = load_plain(path)
    for name in ("data", "labels"):
        if name not in held:
            raise ValueError(f"{path} has no {name!r} but {sorted(map(str, held))}: it is no file of CIFAR-10")
    data, labels = held["data"], held["labels"]
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape[1:] != (PIXELS,) or not len(data):
        what = f"{data.dtype} {data.shape}" if isinstance(data, np.ndarray) else f"a {type(data).__name__}"
        raise ValueError(f"{path} has as data {what} but uint8 (N, {PIXELS}) was expected")
    if not isinstance(labels, list) or not all(type(label) is int for label in labels) or len(labels) != len(data):
        raise ValueError(f"{path} has as labels a {type(labels).__name__} of {np.size(labels)} but a list of "
                         f"{len(data)} whole numbers was expected, one a picture")
    return _pictures(data), _labels(path, np.array(labels, object))


def _pictures(rows: Array) -> Array:
    """(N, 3072), colour after colour -> (N, 32, 32, 3)."""
    return np.ascontiguousarray(rows.reshape(-1, CHANNELS, SIDE, SIDE).transpose(0, 2, 3, 1))


def _labels(path: Path, labels: Array) -> Array:
    wrong = np.flatnonzero((labels < 0) | (labels >= len(CLASSES)))
    if len(wrong):
        raise ValueError(f"{path} gives picture {wrong[0]} the label {labels[wrong[0]]} but labels are 0 to "
                         f"{len(CLASSES) - 1}")
    return labels.astype(np.intp)
