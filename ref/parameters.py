"""Parameters: all the weights of a network in one contiguous vector, with a named view into it for each array.

    theta.vector        (P,)   what optimisers see: sums, products and norms are single NumPy calls
    theta["W1"]         the array of that name, a view: writing to it writes to the vector

Networks read and write the views; conjugate gradients, optimisers and checkpoints work on the vector.
"""

import json
from collections.abc import Iterator, Mapping
from math import prod

import numpy as np

from ref.files import write_atomically
from ref.validation import require_float_dtype, require_floats

Array = np.ndarray
Shapes = Mapping[str, tuple[int, ...]]


class Parameters:
    """One vector and named, shaped views into it.

    shapes   name -> shape, in the order in which the arrays lie in the vector
    vector   (P,) float32 or float64, contiguous; the views share its memory, it is not copied.  Zeros of `dtype` where
             it is None.

    Raises ValueError where the vector's length does not fit the shapes, TypeError for integer or complex vectors.

    >>> import numpy as np
    >>> from ref import Parameters
    >>> theta = Parameters({"W": (2, 3), "b": (3,)})
    >>> theta["b"][:] = 1
    >>> theta.vector
    array([0., 0., 0., 0., 0., 0., 1., 1., 1.])
    """

    __slots__ = ("shapes", "vector", "_views")

    def __init__(self, shapes: Shapes, vector: Array | None = None, dtype=np.float64):
        self.shapes = {str(name): tuple(int(n) for n in shape) for name, shape in shapes.items()}
        if any(n < 1 for shape in self.shapes.values() for n in shape):
            raise ValueError(f"shapes must have positive dimensions, got {self.shapes}")
        size = sum(prod(shape) for shape in self.shapes.values())
        if vector is None:
            vector = np.zeros(size, require_float_dtype("dtype", dtype))
        else:
            vector = require_floats("vector", vector, finite=False)
            if vector.shape != (size,):
                raise ValueError(f"vector has shape {vector.shape} but the shapes need ({size},): {self.shapes}")
        self.vector = np.ascontiguousarray(vector)
        self._views = {}
        start = 0
        for name, shape in self.shapes.items():
            stop = start + prod(shape)
            self._views[name] = self.vector[start:stop].reshape(shape)
            start = stop

    @classmethod
    def zeros(cls, shapes: Shapes, dtype=np.float64) -> "Parameters":
        return cls(shapes, dtype=dtype)

    @classmethod
    def from_vector(cls, vector: Array, shapes: Shapes) -> "Parameters":
        return cls(shapes, vector)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> "Parameters":
        """A new vector that holds copies of the arrays; all must be of one dtype."""
        arrays = {name: require_floats(name, array, finite=False) for name, array in arrays.items()}
        dtypes = {array.dtype for array in arrays.values()}
        if len(dtypes) != 1:
            raise TypeError(f"arrays must share one dtype, got {sorted(map(str, dtypes))}")
        new = cls({name: array.shape for name, array in arrays.items()}, dtype=dtypes.pop())
        for name, array in arrays.items():
            new[name] = array
        return new

    def like(self, vector: Array | None = None) -> "Parameters":
        """The same names and shapes over another vector, whose memory is shared, or over zeros."""
        return Parameters(self.shapes, vector, self.dtype)

    def copy(self) -> "Parameters":
        return self.like(self.vector.copy())

    def astype(self, dtype) -> "Parameters":
        return Parameters(self.shapes, self.vector.astype(require_float_dtype("dtype", dtype)))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.shapes)

    @property
    def size(self) -> int:
        return self.vector.size

    @property
    def dtype(self) -> np.dtype:
        return self.vector.dtype

    def __getitem__(self, name: str) -> Array:
        try:
            return self._views[name]
        except KeyError:
            raise KeyError(f"no parameter is named {name!r}; there are {', '.join(self.shapes)}") from None

    def __setitem__(self, name: str, value) -> None:
        view = self[name]
        if np.shape(value) != view.shape:
            raise ValueError(f"{name} has shape {np.shape(value)} but must have {view.shape}")
        view[...] = value

    def __contains__(self, name: object) -> bool:
        return name in self.shapes

    def __iter__(self) -> Iterator[str]:
        return iter(self.shapes)

    def __len__(self) -> int:
        return len(self.shapes)

    def items(self) -> Iterator[tuple[str, Array]]:
        return iter(self._views.items())

    def __repr__(self) -> str:
        arrays = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        return f"Parameters({self.size} {self.dtype}: {arrays})"

    def save(self, path) -> None:
        """Write to an .npz file, through a temporary file and a rename, so that no half-written file is ever left."""
        names = json.dumps([[name, shape] for name, shape in self.shapes.items()])
        write_atomically(path, lambda file: np.savez(file, vector=self.vector, shapes=np.array(names)))

    @classmethod
    def load(cls, path) -> "Parameters":
        """Raises ValueError where the file is not one that `save` wrote."""
        try:
            with np.load(path, allow_pickle=False) as file:
                shapes = {name: tuple(shape) for name, shape in json.loads(str(file["shapes"]))}
                return cls(shapes, file["vector"])
        except FileNotFoundError:
            raise
        except Exception as error:
            raise ValueError(f"path {str(path)!r} does not hold saved Parameters: {error}") from error
