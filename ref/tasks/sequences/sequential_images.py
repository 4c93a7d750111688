"""Images as sequences: one pixel a step, row after row or in one fixed permuted order; which class was it?

    input     x_k = pixel order[k],  k = 0 .. D - 1, one grey level in [0, 1] a step        x (D, N, 1)
    order     0, 1, .., D - 1, or one permutation, fixed for a whole experiment by its seed
    target    the label, at the last step alone                                             t (S, N, C), mask (S, N)

S = 1 with outputs="last", the default, for a network that reads out the last step alone; S = D with outputs="all".

    set        images                                        D = steps    train, test
    mnist      MNIST-5k, 28 x 28                             784          4,000, 1,000
    mnist14    the same, averaged over blocks of 2 x 2       196          4,000, 1,000
    digits     8 x 8                                         64           1,438, 359

    train, test = train_test("mnist14")                      or mnist.full_train_test(folder), a user's own IDX files
    order = permutation(196, seed=0)                         or None: row after row
    task = sequential_images("pmnist14", train, order)       task.sample(rng, 50): 50 different images at random
    x, t, mask = sequences(test, order)                      all of them

For epochs without replacement: `sequences(batches(step), order)` with `batches = minibatches(train, 50)` of
ref.training.batches. A validation set is split from the training set by `labelled.stratified_split`.

Source: Vorontsov et al. 2017, sequential and permuted MNIST: one pixel a step, 784 of them, the permutation fixed once
an experiment. It trains on 50,000 of the 70,000 images; MNIST-5k, the smaller sizes and their names are our choice.
"""

from functools import partial
from math import isqrt

import numpy as np

from ref.batch import Batch
from ref.tasks.images import digits, mnist
from ref.tasks.images.labelled import Labelled
from ref.tasks.sequences.pathological import one_hot
from ref.tasks.sequences.sequence_task import Array, Arrays, SequenceTask, distinct, output_rows, require_outputs
from ref.validation import require_cases, require_count


def sequences(labelled: Labelled, order: Array | None = None, classes: int = 10, outputs: str = "last") -> Batch:
    """All images as one batch x (D, N, 1), t (S, N, classes), mask (S, N), in the images' dtype.

    labelled: images (N, D) and labels (N,) in 0 .. classes - 1.  order (D,): a permutation of 0 .. D - 1.
    """
    images, labels = require_labelled(labelled, classes)
    order = require_order(order, images.shape[1])
    return Batch.of(as_sequences(images[:, order], labels, classes,
                                 output_rows(require_outputs(outputs), images.shape[1])))


def sequential_images(name: str, labelled: Labelled, order: Array | None = None, classes: int = 10,
                      outputs: str = "last") -> SequenceTask:
    """A task that draws different images of a stored set; arguments as those of `sequences`."""
    images, labels = require_labelled(labelled, classes)
    D = images.shape[1]
    draw = partial(draw_images, images=images[:, require_order(order, D)], labels=labels, classes=classes,
                   rows=output_rows(require_outputs(outputs), D))
    return SequenceTask(name, D, D, 1, classes, "softmax_cross_entropy", draw, images.dtype, outputs=outputs)


def draw_images(rng: np.random.Generator, n: int, dtype: np.dtype, images: Array, labels: Array,
                classes: int, rows: int) -> Arrays:
    chosen = distinct(rng, n, len(images))
    return as_sequences(images[chosen], labels[chosen], classes, rows)


def as_sequences(images: Array, labels: Array, classes: int, rows: int) -> Arrays:
    N, dtype = len(images), images.dtype
    t, mask = np.zeros((rows, N, classes), dtype), np.zeros((rows, N), bool)
    t[-1], mask[-1] = one_hot(labels, classes, dtype), True
    return np.ascontiguousarray(images.T)[..., None], t, mask


def permutation(steps: int, seed: int = 0) -> Array:
    """The order (steps,) in which all images of an experiment show their pixels; one seed, one order."""
    return np.random.default_rng(require_count("seed", seed, least=0)).permutation(require_count("steps", steps))


def pool(labelled: Labelled) -> Labelled:
    """Images (N, D) of an even side averaged over blocks of 2 x 2, (N, D / 4), with their labels."""
    images, labels = labelled
    images = require_cases("images", images)
    side = isqrt(images.shape[1])
    if side * side != images.shape[1] or side % 2:
        raise ValueError(f"images has {images.shape[1]} columns but pooling needs square images of an even side")
    return images.reshape(-1, side // 2, 2, side // 2, 2).mean(axis=(2, 4)).reshape(len(images), -1), labels


def train_test(name: str = "mnist", dtype=np.float64, seed: int = 0) -> tuple[Labelled, Labelled]:
    """(train, test) of a set that ships, by the name in the table above; dtype and seed as in ref.tasks.images.mnist.
    """
    if name not in SETS:
        raise ValueError(f"name is {name!r} but must be one of {', '.join(map(repr, SETS))}")
    return SETS[name](dtype, seed)


def mnist14_train_test(dtype=np.float64, seed: int = 0) -> tuple[Labelled, Labelled]:
    train, test = mnist.train_test(dtype, seed)
    return pool(train), pool(test)


SETS = {"mnist": mnist.train_test, "mnist14": mnist14_train_test, "digits": digits.train_test}


def require_labelled(labelled: Labelled, classes: int) -> Labelled:
    images, labels = require_cases("images", labelled[0]), np.asarray(labelled[1])
    classes = require_count("classes", classes, least=2)
    if labels.shape != images.shape[:1]:
        raise ValueError(f"labels has shape {labels.shape} but there are {len(images)} images: (N,) was expected")
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"labels is {labels.dtype} but must be whole numbers")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels go from {labels.min()} to {labels.max()} but must be in 0 .. {classes - 1}")
    return images, labels


def require_order(order: Array | None, D: int) -> Array:
    if order is None:
        return np.arange(D)
    order = np.asarray(order)
    if not np.issubdtype(order.dtype, np.integer):
        raise TypeError(f"order is {order.dtype} but must be whole numbers")
    if order.shape != (D,):
        raise ValueError(f"order has shape {order.shape} but images have {D} pixels: ({D},) was expected")
    if not np.array_equal(np.sort(order), np.arange(D)):
        counts = np.bincount(order[(order >= 0) & (order < D)], minlength=D)
        missing = np.flatnonzero(counts == 0)[0]
        raise ValueError(f"order is no permutation of 0 .. {D - 1}: it leaves out {missing}")
    return order
