"""Training: one seed is the same start, minibatches, augmentation and masks for every optimiser; paths; beginnings."""

import numpy as np
import pytest

from ref.experiments.loss_surfaces.training import part as training
from ref.experiments.loss_surfaces.training.data import data_of
from ref.experiments.loss_surfaces.training.methods import ALL, METHODS
from ref.experiments.loss_surfaces.training.part import final, train_part
from ref.experiments.loss_surfaces.training.path import file_of, kept
from ref.experiments.recording import FolderRecorder, measured, read_rows
from ref.experiments.run import RunError
from ref.objective import Objective
from tests.experiments.loss_surfaces.little import one_part


def trained(folder, config: dict) -> dict:
    folder.mkdir()
    with FolderRecorder(folder) as recorder:
        return train_part(config, recorder)


def seen(monkeypatch, folder, config: dict) -> tuple[np.ndarray, list]:
    """The start, and the arrays of every batch of every gradient, in their order."""
    batches = []

    class Recorded(Objective):
        def value_and_gradient(self, theta, batch):
            batches.append(tuple(array.copy() for array in batch))
            return super().value_and_gradient(theta, batch)

    with monkeypatch.context() as patched:
        patched.setattr(training, "Objective", Recorded)
        trained(folder, config)
    return kept(folder, 0).vector, batches


def test_optimisers_of_a_seed_see_the_same_and_other_seeds_do_not(monkeypatch, tmp_path):
    """Bit for bit: the start, then images, flipped and shifted, masks and targets of every minibatch; twice each where
    a step takes two gradients.
    """
    settings = {"flips": True, "shift": 1}
    start, batches = seen(monkeypatch, tmp_path / "sgd", one_part("sgd", **settings))
    assert len(batches) == 6 and all(len(batch) == 4 for batch in batches), "images, two masks, targets"
    assert all((one[0] != other[0]).any() for one, other in zip(batches, batches[1:]))
    for method in ("adam", "adadelta"):
        again, others = seen(monkeypatch, tmp_path / method, one_part(method, **settings))
        np.testing.assert_array_equal(start, again)
        assert_same(batches, others)
    for method in ("rk2", "adam-rk2"):
        again, others = seen(monkeypatch, tmp_path / method, one_part(method, **settings))
        np.testing.assert_array_equal(start, again)
        assert_same([batch for batch in batches for _ in range(2)], others)
    other, others = seen(monkeypatch, tmp_path / "seed", one_part("sgd", seed=1, **settings))
    assert (start != other).any()
    assert all((one != two).any() for one, two in zip(batches[0], others[0]))


def assert_same(batches: list, others: list) -> None:
    assert len(batches) == len(others)
    for one, other in zip(batches, others):
        for array, again in zip(one, other, strict=True):
            np.testing.assert_array_equal(array, again)


@pytest.mark.parametrize("method", ALL)
def test_every_optimiser_learns(tmp_path, method):
    rate = METHODS[method].rates[-1]
    config = one_part(method, rate, dropout=False, n_training=600, minibatch=60)
    result = trained(tmp_path / "run", config)
    rows = measured(read_rows(tmp_path / "run"), "surface_loss")
    assert result["stopped"] == "steps" and result["surface_loss"] < 0.97 * rows[0]["surface_loss"]
    assert result["gradient_equivalents"] == (2 if "rk2" in method else 1) * result["steps"] * 60


def test_the_path_is_kept_and_the_result_is_of_its_last_point(tmp_path):
    result = trained(tmp_path / "run", one_part("adam", 1e-2))
    assert result["steps_an_epoch"] == 3 and result["last"] == 6
    assert sorted(path.stem for path in (tmp_path / "run" / "path").iterdir()) == ["0", "3", "6"]
    vectors = [kept(tmp_path / "run", step).vector for step in (0, 3, 6)]
    assert (vectors[0] != vectors[1]).any() and (vectors[1] != vectors[2]).any()
    assert final(tmp_path / "run", result).vector.tobytes() == vectors[2].tobytes()
    assert result["norm"] == pytest.approx(np.linalg.norm(vectors[2].astype(float)))
    assert 0 < result["norm_weights"] < result["norm"]


def test_a_part_that_begins_where_another_stood_goes_on_with_its_minibatches(monkeypatch, tmp_path):
    """Gradient descent without a state goes on as if nothing had happened; its rate falls anew, so that it is the
    same only from one method to another: here Runge-Kutta, which has no state.
    """
    whole = trained(tmp_path / "whole", one_part("rk2"))
    config = one_part("rk2", begin={"part": "whole", "epoch": 1})
    result = trained(tmp_path / "rest", config)
    assert (result["begin"], result["last"], result["steps"]) == (3, 6, 3)
    np.testing.assert_array_equal(final(tmp_path / "whole", whole).vector, final(tmp_path / "rest", result).vector)
    with pytest.raises(FileNotFoundError):
        trained(tmp_path / "none", one_part("rk2", begin={"part": "whole", "epoch": 5}, epochs=6))


def test_interrupted_training_ends_with_the_same_bits(monkeypatch, tmp_path):
    from ref.training.train import train

    whole = trained(tmp_path / "whole", one_part("adam", 1e-2))
    calls, norm = [], training.norm

    def fails(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise OSError("interrupted")
        return norm(*arguments)

    monkeypatch.setattr(training, "train", lambda *args, **rest: train(*args, **rest, checkpoint_every=1))
    with monkeypatch.context() as patched:
        patched.setattr(training, "norm", fails)
        with pytest.raises(OSError, match="interrupted"):
            trained(tmp_path / "cut", one_part("adam", 1e-2))
    with FolderRecorder(tmp_path / "cut") as recorder:
        assert 0 < recorder.load().step < 6, "else nothing is tested here"
        again = train_part(one_part("adam", 1e-2), recorder)
    times = ("seconds", "processor_seconds")
    assert {name: value for name, value in whole.items() if name not in times} == {
        name: value for name, value in again.items() if name not in times}
    for step in (0, 3, 6):
        assert file_of(tmp_path / "whole", step).read_bytes() == file_of(tmp_path / "cut", step).read_bytes()


def test_compiled_layers_train_to_the_same_end_up_to_rounding(tmp_path):
    """On compiled kernels, named in the configuration; the ends are not the same bits, so that they were used."""
    ends = [final(tmp_path / kernels, trained(tmp_path / kernels, one_part("rk2", kernels=kernels))).vector
            for kernels in ("numpy", "cpu")]
    assert (ends[0] != ends[1]).any()
    np.testing.assert_allclose(ends[1], ends[0], rtol=0, atol=1e-4)


def test_data_are_standardised_apart_and_the_surface_is_of_the_training_images():
    data = data_of(one_part("sgd", n_training=None, n_test=None))
    (x, t), (kept_back, _), (x_test, _), (surface, _) = data
    assert (len(x), len(kept_back), len(x_test), len(surface)) == (1294, 144, 359, 40)
    assert abs(x.mean()) < 1e-5 and abs(x.std() - 1) < 1e-5 and x.dtype == np.float32
    np.testing.assert_array_equal(surface, x[:40])
    assert (t.sum(axis=1) == 1).all() and t.shape == (1294, 10)
    few = data_of(one_part("sgd"))
    assert (few.training.n_cases, few.validation.n_cases, few.test.n_cases) == (108, 12, 50)
    images = [image.tobytes() for part in (x, kept_back, x_test) for image in part]
    assert len(set(images)) == len(images)


@pytest.mark.parametrize("task, image", [("textures", (16, 16, 3)), ("digits", (8, 8, 1))])
def test_other_tasks_have_their_pictures(task, image):
    assert data_of({**one_part("sgd"), "task": task}).image == image


def test_tasks_that_are_not_there(monkeypatch):
    monkeypatch.delenv("LONGHAND_CIFAR10", raising=False)
    with pytest.raises(RunError, match="cifar10 needs the files of CIFAR-10: name their folder in the environment"):
        data_of({**one_part("sgd"), "task": "cifar10"})
    with pytest.raises(RunError, match="task is 'faces' but must be digits, textures, textures32 or cifar10"):
        data_of({**one_part("sgd"), "task": "faces"})
