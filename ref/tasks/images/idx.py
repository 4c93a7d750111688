"""IDX, the file format of MNIST and of the sets made in its likeness, plain or gzip-compressed.

    bytes 0, 1      zero
    byte 2          element type: 08 uint8, 09 int8, 0B int16, 0C int32, 0D float32, 0E float64
    byte 3          number of dimensions d
    4d bytes        the d sizes, unsigned, most significant byte first
    the rest        the elements, most significant byte first, last dimension fastest
"""

import gzip
import math
import struct
import zlib
from os import PathLike
from pathlib import Path

import numpy as np

from ref.validation import require_count, require_float_dtype

Array = np.ndarray
DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP = b"\x1f\x8b"
LIMIT = 2**31  # bytes: larger files are read when their reader is told a larger limit
LONGEST_HEADER = 4 + 4 * 255


def load_idx(path: str | PathLike, limit: int = LIMIT) -> Array:
    """The array in an IDX file, in the machine's byte order. Compression is recognised by content.

    No more is read, or decompressed, than the header says.  Raises FileNotFoundError; ValueError naming the file when
    it is not gzip though named .gz, is damaged, has another magic number, holds fewer or more bytes than its header
    says, or when the header says more than `limit` bytes.
    """
    limit = require_count("limit", limit)
    data = read(Path(path), LONGEST_HEADER)
    if len(data) < 4:
        raise ValueError(f"{path} is truncated: it has {len(data)} bytes but its magic number alone should have 4")
    zeros, code, ndim = data[:2], data[2], data[3]
    if zeros != b"\0\0" or code not in DTYPES or ndim == 0:
        raise ValueError(f"{path} is no IDX file: its magic number is {data[:4].hex(' ')} but should be 00 00, "
                         f"a type among {', '.join(f'{c:02x}' for c in DTYPES)}, and the number of dimensions")
    dtype, header = np.dtype(DTYPES[code]), 4 + 4 * ndim
    if len(data) < header:
        raise ValueError(f"{path} is truncated: it has {len(data)} bytes but its header alone should have {header}")
    shape = struct.unpack(f">{ndim}I", data[4:header])
    expected = header + math.prod(shape) * dtype.itemsize
    if expected > limit:
        raise ValueError(f"{path} is too large: its header, with the sizes {' x '.join(map(str, shape))}, says "
                         f"{expected} bytes but limit is {limit}; give a larger limit to read it")
    data = read(Path(path), expected + 1)
    if len(data) != expected:
        what, least = ("is truncated", "") if len(data) < expected else ("has trailing bytes", "at least ")
        raise ValueError(f"{path} {what}: it has {least}{len(data)} bytes but its header, with the sizes "
                         f"{' x '.join(map(str, shape))} and {dtype.itemsize} bytes an element, says {expected}")
    return np.frombuffer(data, dtype, offset=header).reshape(shape).astype(dtype.newbyteorder("="))


def load_images_and_labels(images_path: str | PathLike, labels_path: str | PathLike,
                           dtype=np.float64) -> tuple[Array, Array]:
    """Return images (N, rows * columns) in [0, 1] and labels (N,) from a pair of IDX files, as of MNIST.

    Raises what `load_idx` raises, and ValueError when the files hold other things or different numbers of them.
    """
    dtype = require_float_dtype("dtype", dtype)
    images, labels = load_idx(images_path), load_idx(labels_path)
    for path, array, ndim, what in ((images_path, images, 3, "images (N, rows, columns)"),
                                    (labels_path, labels, 1, "labels (N,)")):
        if array.ndim != ndim or array.dtype != np.uint8:
            raise ValueError(f"{path} holds {array.dtype} of the shape {array.shape} but {what} in uint8 were expected")
    if len(images) != len(labels):
        raise ValueError(f"{images_path} holds {len(images)} images but {labels_path} holds {len(labels)} labels")
    if images.size == 0:
        raise ValueError(f"{images_path} holds no pixels: its shape is {images.shape}")
    return images.reshape(len(images), -1).astype(dtype) / 255, labels.astype(np.intp)


def read(path: Path, size: int) -> bytes:
    """At most the first `size` bytes of a file, decompressed where they are gzip."""
    try:
        with path.open("rb") as file:
            begin = file.read(8)
            if not begin.startswith(GZIP):
                if path.suffix == ".gz":
                    raise ValueError(f"{path} is named .gz but is not a gzip file: it begins with {begin!r}")
                file.seek(0)
                return file.read(size)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} does not exist but an IDX file, plain or gzip, was expected there") from None
    try:
        with gzip.open(path) as file:
            return file.read(size)
    except EOFError:
        raise ValueError(f"{path} is truncated: its gzip stream breaks off") from None
    except (OSError, zlib.error) as error:
        raise ValueError(f"{path} is a damaged gzip file: {error}") from None
