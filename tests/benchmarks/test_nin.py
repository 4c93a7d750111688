"""The network in network's bookkeeping: what it computes and counts.  No time is measured here."""

import numpy as np
import pytest

from benchmarks.worker import fingerprint
from benchmarks.workloads import nin
from ref.networks.images.nin import nin_digits


@pytest.fixture(scope="module")
def tasks():
    return [getattr(nin, name)(*nin.arrays(np.float64))[1] for name in ("longhand", "reference")]


@pytest.mark.parametrize("task", nin.FLOPS)
def test_both_our_programs_compute_what_the_peers_compute(task, tasks):
    assert all(list(programs) == list(nin.FLOPS) == list(nin.NORMS) for programs in tasks)
    prints = [fingerprint(programs[task]()) for programs in tasks]
    assert prints[0][0] == pytest.approx(nin.NORMS[task], rel=1e-12)
    assert prints[0] == pytest.approx(prints[1], rel=1e-10)


def test_the_parameters_are_the_network_s():
    P, v, x, t, masks = nin.arrays(np.float32)
    network = nin_digits()
    assert {name: p.shape for name, p in P.items()} == network.shapes
    assert x.shape[1:] == network.image
    assert [mask.shape for mask in masks] == [(nin.CASES, *shape) for shape in network.dropped]


def test_the_operations_are_those_of_the_convolutions():
    """y, dK and dx of each, but dx of the first; the Hessian's: R y from x and from K, and twice both gradients."""
    shapes = nin_digits().shapes
    products = [2 * 3 * places * np.prod(shape) for places, group in zip((64, 16, 4), "123")
                for name, shape in shapes.items() if name[0] == group and name.endswith("K")]
    first, others = products[0], sum(products[1:])
    assert nin.flops(3) == {"nin.epoch": 2 * first + 3 * others, "nin.hessian": 2 * first + 7 * others}
