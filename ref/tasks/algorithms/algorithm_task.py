"""A task whose episodes are of different lengths: first the input, then the answer, one step after the other.

Arrays are time-major: inputs x (T, N, D), targets t (T, N, C) of zeros and ones, mask (T, N) of booleans, which selects
the steps of the answer.  Everywhere else t is zero and the loss has to leave the step out.  While a network answers, x
is zero, except where every step is an answer (dynamic n-grams).

The sizes of an episode (a length, a number of repeats, a number of items) are drawn uniformly from ranges, both ends
included:

    lengths="batch"    one draw a batch: all its cases have as many steps, and none is spent on padding
    lengths="case"     one draw a case: shorter cases are padded to the longest one, behind their own answer

Padding is zero in x and t and False in the mask.  A recurrent network goes on through it, but what it does there is
neither scored nor sent back, and since it comes last it cannot change the case's own answer: the loss and the gradient
are those of the cases taken one by one.  The network's last states are not: they are those after the padding.

Both have the same expected loss.  With one length a batch, the gradient varies more from batch to batch, since all the
cases are short or all are long, and a single batch is no sample of all lengths: held-out cases are therefore drawn with
lengths="case", or one length at a time.  The paper does not say how its cases were drawn; the default, "batch", costs
no padding and is what much later code does.

Source: Graves, Wayne & Danihelka 2014, section 4: binary targets, logistic outputs, cross-entropy.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np

from ref import losses
from ref.batch import Batch
from ref.tasks.algorithms.scoring import require_answers
from ref.tasks.sequences.sequence_task import RIGHT, Array, Arrays
from ref.validation import require_count, require_float_dtype

Range = tuple[int, int]  # the least and the most, both included
Draw = Callable[..., Arrays]  # (rng, n, dtype, *sizes) -> n cases of these sizes

LENGTHS = ("batch", "case")


@dataclass(frozen=True, eq=False)
class AlgorithmTask:
    """`sample` draws from the task; `ref.tasks.algorithms.scoring` says what an answer costs.

    Raises ValueError for other lengths than "batch" and "case", TypeError for a dtype that is no float.
    """

    name: str
    n_inputs: int
    n_outputs: int
    sizes: tuple[Range, ...]  # from which each episode's are drawn
    baseline: float  # bits a sequence, on average, of a guess; each module says of what
    draw: Draw = field(repr=False)
    dtype: np.dtype = np.dtype(np.float64)
    lengths: str = "batch"
    loss_name: str = field(default="logistic_cross_entropy", init=False)  # modules do not travel between processes

    def __post_init__(self):
        if self.lengths not in LENGTHS:
            raise ValueError(f"lengths is {self.lengths!r} but must be 'batch' or 'case'")
        object.__setattr__(self, "dtype", require_float_dtype("dtype", self.dtype))

    @property
    def loss(self) -> ModuleType:
        """The module of ref.losses; an objective takes Masked(task.loss)."""
        return getattr(losses, self.loss_name)

    def sample(self, rng: np.random.Generator, n: int) -> Batch:
        """Draw n fresh cases, a batch of x, t, mask. The same state of rng gives the same bytes."""
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng is {rng!r} but must be a numpy.random.Generator")
        n = require_count("n", n)
        least, most = np.array(self.sizes).T
        draws = rng.integers(least, most + 1, size=(1 if self.lengths == "batch" else n, len(self.sizes)))
        sizes = np.broadcast_to(draws, (n, len(self.sizes)))
        parts = []
        for size in np.unique(sizes, axis=0):
            cases = np.flatnonzero(np.all(sizes == size, axis=1))
            parts.append((cases, self.draw(rng, len(cases), self.dtype, *size.tolist())))
        return Batch.of(padded(parts, n))

    def wrong(self, z: Array, t: Array, mask: Array) -> float:
        """The fraction of wrong vectors among those of the answers: any bit on the wrong side of 1/2, or NaN.

        z (T, N, C) the network's outputs before the output nonlinearity.
        """
        require_answers(z, t, mask)
        right = RIGHT[self.loss_name](z, t) & ~np.isnan(z).any(axis=-1)
        return float(np.mean(~right[mask]))


def padded(parts: list[tuple[Array, Arrays]], n: int) -> Arrays:
    """One batch of n cases from (their numbers, their arrays) of each length, zero after their end."""
    steps = max(len(arrays[0]) for _, arrays in parts)
    whole = tuple(np.zeros((steps, n, *array.shape[2:]), array.dtype) for array in parts[0][1])
    for cases, arrays in parts:
        for into, array in zip(whole, arrays):
            into[: len(array), cases] = array
    return whole


def blank(T: int, n: int, D: int, C: int, dtype: np.dtype) -> Arrays:
    """x (T, n, D), t (T, n, C) and mask (T, n) of nothing."""
    return np.zeros((T, n, D), dtype), np.zeros((T, n, C), dtype), np.zeros((T, n), bool)


def random_bits(rng: np.random.Generator, *shape: int) -> Array:
    """Zeros and ones, as likely, each independent of the others."""
    return rng.integers(2, size=shape)


def middle(sizes: Range) -> float:
    """The mean of a size that is drawn from a range."""
    return sum(sizes) / 2


def require_range(name: str, value: int | Range, least: int = 1) -> Range:
    """(least, most) of one whole number or of two, or an error."""
    if not isinstance(value, (tuple, list)):
        return (require_count(name, value, least),) * 2
    if len(value) != 2:
        raise ValueError(f"{name} is {value!r} but must be a whole number, or two: the least and the most")
    low, high = (require_count(f"{name}[{place}]", number, least) for place, number in enumerate(value))
    if low > high:
        raise ValueError(f"{name} is {value!r} but its least, {low}, must not be above its most, {high}")
    return low, high
