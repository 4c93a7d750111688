"""Tasks whose network reads out the last step alone: one row of targets, and the marks that go with it."""

import numpy as np
import pytest

from ref.tasks.sequences.adding import adding
from ref.tasks.sequences.pathological import addition
from ref.tasks.sequences.sequence_task import distinct, output_rows


def test_rows():
    assert addition(40).outputs == "all" and addition(40).rows == addition(40).steps == 44
    assert adding(40).outputs == "last" and adding(40).rows == 1 and adding(40).steps == 40
    assert adding(40, outputs="all").rows == 40
    assert (output_rows("all", 7), output_rows("last", 7)) == (7, 1)


def test_wrong_of_one_row():
    task = adding(10)
    x, t, mask = task.sample(np.random.default_rng(0), 8)
    z = t.copy()
    assert task.wrong(z, t, mask) == 0
    z[0, 2] += 0.05
    z[0, 5] = np.nan
    assert task.wrong(z, t, mask) == 2 / 8
    with pytest.raises(ValueError, match=r"z has shape \(10, 8, 1\) but must be \(1, N, 1\): .* outputs='last'"):
        task.wrong(np.zeros((10, 8, 1)), t, mask)
    with pytest.raises(ValueError, match=r"t has shape \(10, 8, 1\) but must be \(1, N, 1\)"):
        task.wrong(z, np.zeros((10, 8, 1)), mask)
    with pytest.raises(ValueError, match=r"but must be \(S, N, C\), \(S, N, C\), \(S, N\)"):
        task.wrong(z, t, np.ones((10, 8), bool))


def test_both_read_outs_mark_the_same():
    (last, all_) = adding(10), adding(10, outputs="all")
    t, mask = last.sample(np.random.default_rng(1), 50)[1:]
    t_all, mask_all = all_.sample(np.random.default_rng(1), 50)[1:]
    z = np.random.default_rng(2).standard_normal((10, 50, 1))
    z[-1, :20] = t[-1, :20]
    assert last.wrong(z[-1:], t, mask) == all_.wrong(z, t_all, mask_all) > 0.5


def test_distinct():
    rng = np.random.default_rng(0)
    assert sorted(distinct(rng, 5, 5)) == [0, 1, 2, 3, 4]
    assert len(set(distinct(rng, 50, 60))) == 50
    with pytest.raises(ValueError, match="n is 6 but there are only 5 cases"):
        distinct(rng, 6, 5)


def test_outputs_are_checked():
    with pytest.raises(ValueError, match="outputs is 'first' but must be 'all' or 'last'"):
        adding(10, outputs="first")
