"""What the networks of a run are trained on, and what is kept from them.

    digits           8 x 8, grey                                        1,437 and 359 for the test
    textures         16 x 16 in colour, ref.tasks.images.textures       4,000 and 1,000
    textures32       32 x 32                                            4,000 and 1,000
    cifar10          32 x 32 in colour, the files of a folder that the environment's LONGHAND_CIFAR10 names

"n_training" and "n_test" are how many of these are taken, the first; None: all.  The last share "kept_back" of the
training images chooses the rates and is not trained on; the test images choose nothing.  "n_surface" images, the first
of the training set, are those that training loss is measured on, always the same ones, and that means and variances are
recomputed over.  All are standardised by the images that are trained on.  The sets are the same for all seeds of a run.
"""

import os
from typing import NamedTuple

import numpy as np

from ref.batch import Batch
from ref.experiments.run import RunError
from ref.tasks.images import cifar10, digits, textures
from ref.tasks.images.labelled import Labelled, as_pictures
from ref.tasks.images.standardization import standardized

Array = np.ndarray
FOLDER = "LONGHAND_CIFAR10"
CLASSES = 10
GUESS = float(np.log(CLASSES))  # nats: the loss of one that knows nothing


class Data(NamedTuple):
    training: Batch  # pictures (N, Y, X, C), targets (N, classes)
    validation: Batch
    test: Batch
    surface: Batch  # of the training images

    @property
    def image(self) -> tuple[int, ...]:
        return self.training.inputs[0].shape[1:]


def data_of(config: dict) -> Data:
    """Raises RunError for an unknown task, or CIFAR-10 without a folder."""
    dtype = np.dtype(config["dtype"])
    sets = zip(_sets(config["task"], dtype), (config["n_training"], config["n_test"]))
    (x, t), (x_test, t_test) = ((images[:most], labels[:most]) for (images, labels), most in sets)
    n = round(len(x) * (1 - config["kept_back"]))
    x, kept, x_test = standardized(x[:n], x[n:], x_test)
    of_class = np.eye(CLASSES, dtype=dtype)
    training = Batch((x,), (of_class[t[:n]],))
    return Data(training, Batch((kept,), (of_class[t[n:]],)), Batch((x_test,), (of_class[t_test],)),
                training.cases(slice(0, config["n_surface"])))


def _sets(task: str, dtype: np.dtype) -> tuple[Labelled, Labelled]:
    if task == "digits":
        return tuple((as_pictures(images), labels) for images, labels in digits.train_test(dtype))
    if task in ("textures", "textures32"):
        return textures.train_test(side=32 if task == "textures32" else 16, dtype=dtype)
    if task == "cifar10":
        folder = os.environ.get(FOLDER)
        if not folder:
            raise RunError(f"cifar10 needs the files of CIFAR-10: name their folder in the environment, {FOLDER}=...")
        return cifar10.train_test(folder, dtype)
    raise RunError(f"task is {task!r} but must be digits, textures, textures32 or cifar10")
