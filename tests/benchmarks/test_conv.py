"""The convolutions' bookkeeping: what they compute and count.  No time is measured here."""

import numpy as np
import pytest

from benchmarks.worker import fingerprint
from benchmarks.workloads import conv


@pytest.fixture(scope="module")
def given():
    return conv.arrays(np.float64)


@pytest.fixture(scope="module")
def tasks(given):
    return [getattr(conv, name)(*given)[1] for name in ("longhand", "reference", "product")]


@pytest.mark.parametrize("name", conv.SIZES)
def test_all_our_programs_compute_what_the_peers_compute(name, tasks):
    ours, reference, product = tasks
    for task in (f"conv.{name}.forward", f"conv.{name}.both"):
        prints = [fingerprint(programs[task]()) for programs in tasks if task in programs]
        assert prints[0][0] == pytest.approx(conv.NORMS[task], rel=1e-12)
        assert all(other == pytest.approx(prints[0], rel=1e-10) for other in prints)


def test_every_task_has_a_norm_and_only_the_forward_passes_are_one_product(tasks):
    ours, reference, product = tasks
    assert list(ours) == list(reference) == list(conv.FLOPS) == list(conv.NORMS)
    assert list(product) == [task for task in conv.FLOPS if task.endswith("forward")]


def test_the_operations_are_those_of_the_products(given):
    """Of y, each entry is a sum over a filter; dx and dK are as many again."""
    for name, (_, K, _, dy) in given[0].items():
        assert conv.FLOPS[f"conv.{name}.forward"] == 2 * dy.size * K[..., 0].size
        assert conv.FLOPS[f"conv.{name}.both"] == 3 * 2 * dy.size * K[..., 0].size
