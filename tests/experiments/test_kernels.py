"""What a run's ops run on is chosen in one place, which says what is wrong."""

import sys
from types import SimpleNamespace

import pytest

from ref.experiments.kernels import on_kernels, require_kernels
from ref.experiments.run import RunError
from ref.layers import elman
from ref.networks.elman_rnn import ElmanRNN


def test_kernels_that_are_not_there(monkeypatch):
    module = SimpleNamespace(NAME="e", KERNELS=("numpy", "cpu"))
    require_kernels(module, "numpy")
    monkeypatch.setitem(sys.modules, "numba_kernels.cpu", None)
    with pytest.raises(RunError, match="kernels is 'cpu', which needs numba_kernels.cpu"):
        require_kernels(module, "cpu")
    with pytest.raises(RunError, match="kernels is 'cuda' but e runs on numpy or cpu"):
        require_kernels(module, "cuda")


def test_a_network_on_its_kernels():
    network = ElmanRNN(2, 3, 1)
    assert on_kernels(network, "numpy") is network
    faster = on_kernels(network, "cpu")
    assert type(faster) is ElmanRNN and network.elman is elman and faster.elman is not elman
    with pytest.raises(RunError, match="kernels is 'cuda' but networks run on numpy or cpu"):
        on_kernels(network, "cuda")
