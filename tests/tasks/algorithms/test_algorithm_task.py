"""What all algorithmic tasks share: sizes drawn from ranges, padding that changes nothing, the same bytes anywhere."""

import hashlib
import pickle
import subprocess
import sys

import numpy as np
import pytest

from ref import LSTMRNN, Objective
from ref.losses import Masked, logistic_cross_entropy
from ref.tasks.algorithms import TASKS
from ref.tasks.algorithms.algorithm_task import AlgorithmTask, padded, require_range
from ref.tasks.algorithms.copy import copy
from ref.tasks.algorithms.repeat_copy import repeat_copy
from ref.tasks.algorithms.scoring import bits_per_sequence

SMALL = {  # ranges in which cases differ in length
    "copy": dict(length=(1, 4), bits=3),
    "repeat_copy": dict(length=(1, 3), repeats=(1, 4), bits=2),
    "associative_recall": dict(items=(2, 4), vectors=2, bits=3),
    "dynamic_ngrams": dict(length=(4, 12), context=2),
    "priority_sort": dict(length=(3, 6), answers=3, bits=3),
}
every_task = pytest.mark.parametrize("name", TASKS)
both = pytest.mark.parametrize("lengths", ["batch", "case"])


def small(name, **options) -> AlgorithmTask:
    return TASKS[name](**SMALL[name], **options)


def ends(batch):
    """The steps (N,) of each case: its answer comes last."""
    mask = batch.targets[1]
    return len(mask) - mask[::-1].argmax(axis=0)


@both
@every_task
def test_arrays(name, lengths):
    task = small(name, lengths=lengths)
    assert task.name == name and task.lengths == lengths and task.loss is logistic_cross_entropy
    for seed in range(5):
        batch = task.sample(np.random.default_rng(seed), 30)
        x, t, mask = batch
        T = len(x)
        assert batch.axis == 1 and batch.n_cases == 30
        assert x.shape == (T, 30, task.n_inputs) and t.shape == (T, 30, task.n_outputs) and mask.shape == (T, 30)
        assert mask.dtype == bool and mask.any(axis=0).all()
        assert np.all((t == 0) | (t == 1)) and not t[~mask].any()
        if name != "dynamic_ngrams":  # which is asked and told at once
            assert not x[mask].any(), "nothing is shown during the answer"
        behind = np.arange(T)[:, None] >= ends(batch)
        assert not x[behind].any() and not t[behind].any() and not mask[behind].any()
        before = np.arange(T)[:, None] < mask.argmax(axis=0)
        np.testing.assert_array_equal(mask, ~before & ~behind, err_msg="an answer is in one piece")
        assert ends(batch).max() == T


@every_task
def test_lengths(name):
    """One length in each batch, another in the next; or several in one."""
    rng = np.random.default_rng(0)
    by_batch = [set(ends(small(name).sample(rng, 8))) for _ in range(60)]
    assert all(len(one) == 1 for one in by_batch)
    by_case = set(ends(small(name, lengths="case").sample(rng, 600)))
    assert by_case == set.union(*by_batch) and len(by_case) > 1


def test_sizes_are_uniform_and_both_ends_are_drawn():
    rng = np.random.default_rng(0)
    drawn = np.bincount(ends(copy((2, 6), bits=1, lengths="case").sample(rng, 20_000)) // 2, minlength=8)
    assert not drawn[[0, 1, 7]].any()
    np.testing.assert_allclose(drawn[2:7] / 20_000, 1 / 5, atol=0.015)
    each = np.bincount([len(copy((2, 6), bits=1).sample(rng, 3)[0]) // 2 for _ in range(4000)], minlength=8)
    np.testing.assert_allclose(each[2:7] / 4000, 1 / 5, atol=0.03)
    pairs = ends(repeat_copy((1, 2), (1, 2), bits=1, lengths="case").sample(rng, 20_000))
    steps = {1 + 1 + 2: 1, 1 + 2 + 2: 1, 2 + 2 + 2: 1, 2 + 4 + 2: 1}  # L + R L + 2 of the four pairs
    for T in steps:
        assert np.mean(pairs == T) == pytest.approx(1 / 4, abs=0.015)


@every_task
def test_the_expected_loss_is_the_same_of_both(name):
    guess = {}
    for lengths, size, count in (("batch", 1, 3000), ("case", 3000, 1)):
        rng, task = np.random.default_rng(1), small(name, lengths=lengths)
        drawn = [task.sample(rng, size).targets for _ in range(count)]
        guess[lengths] = np.mean([bits_per_sequence(np.zeros_like(t), t, mask) for t, mask in drawn])
    assert guess["batch"] == pytest.approx(guess["case"], rel=0.05)


@every_task
def test_padding_changes_neither_a_case_s_answer_nor_the_loss_nor_the_gradient(name):
    task = small(name, lengths="case")
    batch = task.sample(np.random.default_rng(2), 9)
    steps = ends(batch)
    assert len(set(steps)) > 1
    network = LSTMRNN(task.n_inputs, 5, task.n_outputs)
    objective, theta = Objective(network, Masked(task.loss)), network.init(np.random.default_rng(0))
    value, gradient = objective.value_and_gradient(theta, batch)
    z = network.forward(theta, *batch.inputs)[0]
    values, gradients = [], []
    for case, T in enumerate(steps):
        alone = tuple(np.ascontiguousarray(array[:T, case : case + 1]) for array in batch)
        np.testing.assert_allclose(network.forward(theta, alone[0])[0][:, 0], z[:T, case], rtol=1e-12, atol=1e-14)
        of_one = objective.value_and_gradient(theta, alone)
        values.append(of_one[0])
        gradients.append(of_one[1].vector)
    assert value == pytest.approx(np.mean(values), rel=1e-12)
    np.testing.assert_allclose(gradient.vector, np.mean(gradients, axis=0), rtol=1e-9, atol=1e-12)
    assert value == pytest.approx(bits_per_sequence(z, *batch.targets) * np.log(2), rel=1e-12)


def test_padded():
    first = (np.ones((2, 1, 3)), np.ones((2, 1, 2)), np.ones((2, 1), bool))
    second = tuple(np.full((4, 2, *array.shape[2:]), 7, array.dtype) for array in first)
    x, t, mask = padded([(np.array([1]), first), (np.array([0, 2]), second)], 3)
    assert x.shape == (4, 3, 3) and t.shape == (4, 3, 2)
    assert mask.tolist() == [[True] * 3] * 2 + [[True, False, True]] * 2
    assert np.all(x[:, [0, 2]] == 7) and np.all(x[:2, 1] == 1) and not x[2:, 1].any() and not t[2:, 1].any()


@both
@every_task
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_draws_the_same(name, lengths, dtype):
    x, t, mask = small(name, lengths=lengths, dtype=dtype).sample(np.random.default_rng(0), 20)
    x64, t64, mask64 = small(name, lengths=lengths).sample(np.random.default_rng(0), 20)
    assert x.dtype == t.dtype == dtype and x64.dtype == np.float64
    np.testing.assert_array_equal(x, x64.astype(dtype))
    np.testing.assert_array_equal(t, t64)
    np.testing.assert_array_equal(mask, mask64)


@both
@every_task
def test_same_seed_same_bytes(name, lengths):
    task = small(name, lengths=lengths)
    first = task.sample(np.random.default_rng(3), 20)
    for a, b in zip(first, pickle.loads(pickle.dumps(task)).sample(np.random.default_rng(3), 20)):
        assert a.tobytes() == b.tobytes()
    rng = np.random.default_rng(3)
    task.sample(rng, 20)
    for other in (task.sample(rng, 20), task.sample(np.random.default_rng(4), 20)):
        assert other[1].shape != first[1].shape or not np.array_equal(other[1], first[1])


PROGRAM = """
import hashlib, pickle, sys
import numpy as np
for task in pickle.load(sys.stdin.buffer):
    whole = b"".join(array.tobytes() for array in task.sample(np.random.default_rng(5), 7))
    print(hashlib.sha256(whole).hexdigest())
"""


def test_same_bytes_in_another_process():
    tasks = [small(name, lengths=lengths) for name in TASKS for lengths in ("batch", "case")]
    told = subprocess.run([sys.executable, "-c", PROGRAM], input=pickle.dumps(tasks), capture_output=True, check=True)
    here = [hashlib.sha256(b"".join(array.tobytes() for array in task.sample(np.random.default_rng(5), 7))).hexdigest()
            for task in tasks]
    assert told.stdout.decode().split() == here and len(set(here)) == len(tasks)


@every_task
def test_wrong_counts_vectors(name):
    task = small(name, lengths="case")
    _, t, mask = task.sample(np.random.default_rng(0), 40)
    z = 8 * t - 4
    z[~mask] *= -1
    assert task.wrong(z, t, mask) == 0
    at = np.argwhere(mask)
    for step, case in at[:3]:
        z[step, case, -1] *= -1
    z[tuple(at[-1])] = np.nan
    assert task.wrong(z, t, mask) == pytest.approx(4 / mask.sum())


def test_require_range():
    assert require_range("length", 3) == (3, 3) and require_range("length", [2, 5]) == (2, 5)
    assert require_range("length", np.int64(3)) == (3, 3) and require_range("length", (4, 4)) == (4, 4)
    for value, error, message in [
        (0, ValueError, "length is 0 but must be at least 1"),
        ((0, 3), ValueError, r"length\[0\] is 0 but must be at least 1"),
        ((3, 2), ValueError, r"length is \(3, 2\) but its least, 3, must not be above its most, 2"),
        ((), ValueError, r"length is \(\) but must be a whole number, or two: the least and the most"),
        ((1, 2, 3), ValueError, r"length is \(1, 2, 3\) but must be a whole number, or two"),
        ((1, 2.5), TypeError, r"length\[1\] is 2.5 but must be a whole number"),
        ("1-20", TypeError, "length is '1-20' but must be a whole number"),
        (True, TypeError, "length is True but must be a whole number"),
    ]:
        with pytest.raises(error, match=message):
            require_range("length", value)


@every_task
def test_bad_arguments(name):
    with pytest.raises(ValueError, match="lengths is 'cases' but must be 'batch' or 'case'"):
        small(name, lengths="cases")
    with pytest.raises(TypeError, match="dtype is int64 but must be float32 or float64"):
        small(name, dtype=np.int64)
    task = small(name)
    with pytest.raises(TypeError, match="rng is 3 but must be a numpy.random.Generator"):
        task.sample(3, 5)
    with pytest.raises(ValueError, match="n is 0 but must be at least 1"):
        task.sample(np.random.default_rng(0), 0)
    _, t, mask = task.sample(np.random.default_rng(0), 5)
    with pytest.raises(ValueError, match="z, t, mask have shapes"):
        task.wrong(t[:-1], t, mask)
