"""The tasks of the orthogonality experiments by name, the cases held out from training, and what is measured on them.

    name             T                        held-out cases           measure of success
    copy             blanks before recall     fresh ones               accuracy of the ten recalled symbols
    adding           steps                    fresh ones               mean squared error; 1/6 without memory
    mnist, mnist14, digits                    the test images          accuracy; with a p before it, permuted
    tragedies        characters a window      windows of the test part bits a character
    markov           symbols a sequence       fresh ones               bits a symbol, of which `floor` are unavoidable

The permutation is the run's, the same for all its seeds; so are the training images that are kept back, the share
"kept_back" of them where the configuration has one: which evaluation is reported is chosen on these, never on the test
images.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ref.batch import Batch
from ref.experiments import training
from ref.experiments.run import RunError
from ref.tasks.images.labelled import Labelled, stratified_split
from ref.tasks.sequences import adding, copy_memory, sequential_images
from ref.tasks.sequences.sequence_task import SequenceTask
from ref.tasks.text.alphabet import Alphabet
from ref.tasks.text.characters import language_model, windows
from ref.tasks.text.markov import MarkovSource
from ref.tasks.text.next_symbol import next_symbols
from ref.tasks.text.reading import split
from ref.tasks.text.shakespeare import tragedies

PROBE = 50  # cases that the gradient through time is taken of
SETS = ("mnist", "mnist14", "digits")


class Measure(NamedTuple):
    name: str  # in the rows of metrics
    label: str  # on a figure's axis
    higher_is_better: bool
    goal: float | None  # reached where the measure is at least, or at most, so much
    level: float  # what it is without learning from the past,
    level_name: str  # and what that is called


def measure_of(config: dict) -> Measure:
    if config["task"] == "copy":
        return Measure("accuracy", "accuracy of the recalled symbols", True, 0.99, 1 / copy_memory.P, "chance")
    if config["task"] == "adding":
        level = adding.baseline()
        return Measure("error", "mean squared error", False, level / 2, level, "answering the mean")
    if config["task"] == "markov":
        floor = source(config).floor(config["T"])
        return Measure("bits", "bits a character", False, None, floor, "the source's entropy")
    if config["task"] == "tragedies":
        return Measure("bits", "bits a character", False, None, float(np.log2(len(letters()))), "uniform")
    return Measure("accuracy", "accuracy on the test images", True, None, 0.1, "chance")


def task_of(config: dict) -> SequenceTask:
    """Raises RunError for an unknown task."""
    name, T, dtype = config["task"], config["T"], np.dtype(config["dtype"])
    if name == "copy":
        return copy_memory.copy_memory(T, dtype=dtype)
    if name == "adding":
        return adding.adding(T, dtype=dtype)
    if name == "markov":
        return source(config).task(T, dtype)
    if name == "tragedies":
        train, _ = codes()
        return language_model(name, train, T, len(letters()), dtype)
    pictures = images(name, dtype.name, config["seed"], config.get("kept_back", 0.0))
    return sequential_images.sequential_images(name, pictures.train, pictures.order)


def held_out(config: dict) -> Batch:
    """The cases that training never sees; those of drawn tasks are the seed's."""
    name, T, dtype = config["task"], config["T"], np.dtype(config["dtype"])
    if name == "tragedies":
        return next_symbols(windows(codes()[1], T), len(letters()), dtype)
    if name.removeprefix("p") in SETS:
        pictures = images(name, dtype.name, config["seed"], config.get("kept_back", 0.0))
        return sequential_images.sequences(pictures.test, pictures.order)
    return training.held_out(task_of(config), config["part_seed"], config["n_test"])


def kept_back(config: dict) -> Batch | None:
    """The training cases that choose the evaluation; None where the test cases themselves do."""
    if not config.get("kept_back"):
        return None
    pictures = images(config["task"], np.dtype(config["dtype"]).name, config["seed"], config["kept_back"])
    return sequential_images.sequences(pictures.kept, pictures.order)


def measures(config: dict, network, theta, batch: Batch) -> dict:
    """test_loss, mean over all targets; accuracy, the share of right answers; error or bits, from the loss."""
    task, loss, right, weight = task_of(config), 0.0, 0.0, 0
    for z, t, mask in training.outputs(network, theta, batch, config["chunk"]):
        asked = np.array(mask)
        if config["task"] == "copy":
            asked[: -copy_memory.K] = False
        targets = int(np.count_nonzero(mask))
        loss += task.loss.value(z[mask], t[mask]) * targets
        right += (1 - task.wrong(z, t, asked)) * targets
        weight += targets
    row = {"test_loss": loss / weight, "accuracy": right / weight}
    if config["task"] == "adding":
        row["error"] = 2 * row["test_loss"]  # which has a factor ½
    if config["task"] in ("tragedies", "markov"):
        row["bits"] = row["test_loss"] / float(np.log(2))
    return row


def best(measure: Measure, rows: list[dict]) -> dict:
    """The measure at the evaluation that is best, the first of equals: on the cases kept back, whose measure is then
    "kept_back", or where there are none on the held-out cases themselves.  NaN counts for nothing."""
    by = f"kept_{measure.name}" if any(f"kept_{measure.name}" in row for row in rows) else measure.name
    rows = [row for row in rows if np.isfinite(row[by])]
    if not rows:
        return {"best": np.nan}
    row = (max if measure.higher_is_better else min)(rows, key=lambda row: row[by])
    chosen = {"chosen": row["step"], "kept_back": row[by]} if by != measure.name else {}
    return {"best": row[measure.name], **chosen}


def at_goal(measure: Measure, row: dict) -> bool:
    sign = 1 if measure.higher_is_better else -1
    return measure.goal is not None and sign * row[measure.name] >= sign * measure.goal


def reached(measure: Measure, rows: list[dict]) -> int | None:
    """The first evaluated update at which the goal is reached."""
    return next((row["step"] for row in rows if at_goal(measure, row)), None)


class Images(NamedTuple):
    train: Labelled
    kept: Labelled | None  # of the training images, for choosing
    test: Labelled
    order: np.ndarray | None  # of the pixels


@lru_cache
def images(name: str, dtype: str, seed: int, share: float = 0.0) -> Images:
    """share: of the training images that are kept back, the same of every class."""
    if name.removeprefix("p") not in SETS:
        raise RunError(f"task is {name!r} but must be copy, adding, tragedies, markov, or {', '.join(SETS)}, "
                       f"these also with a p before them")
    train, test = sequential_images.train_test(name.removeprefix("p"), np.dtype(dtype))
    order = sequential_images.permutation(train[0].shape[1], seed) if name.startswith("p") else None
    train, kept = stratified_split(*train, share, seed) if share else (train, None)
    return Images(train, kept, test, order)


@lru_cache
def letters() -> Alphabet:
    return Alphabet.of(tragedies())


@lru_cache
def codes():
    """Training and test part of the tragedies."""
    train, _, test = split(tragedies())
    return letters().encode(train), letters().encode(test)


def source(config: dict) -> MarkovSource:
    return MarkovSource.random(10, order=2, seed=config["seed"])
