"""Compiled twins of hot ops: numba_kernels/cpu/NAME.py has the functions, arguments and caches of ref/layers/NAME.py.
Those of the memories, ref/cells/NAME.py through time, have caches of their own: arrays of all steps in place of lists.

    net = ElmanRNN(n_inputs=2, n_hidden=100, n_outputs=1, elman=numba_kernels.cpu.elman)
    net = accelerate(net)                       # the same, for a network that is there already

So have convolution, average pooling, batch_norm and relu, what was given in place of what is made of it; `accelerate`
puts them into the stages of a convolutional network.

A twin exists where it beats NumPy by measurement.  The affine layer has none: its time is spent in big matrix products,
which are BLAS's already.
"""

import copy

from numba_kernels import cpu
from numba_kernels.stages import accelerated


def accelerate(network):
    """A copy of the network that uses the compiled twin of every op that has one; the network itself stays as it is.

    Raises TypeError where none of its ops has a twin.
    """
    faster = copy.copy(network)
    if hasattr(network, "stages"):
        faster.stages = accelerated(network.stages)
        return faster
    names = [name for name in cpu.TWINS if hasattr(network, name)]
    if not names:
        raise TypeError(f"network is a {type(network).__name__}, none of whose ops has a compiled twin; "
                        f"there are twins of {', '.join(cpu.TWINS)}")
    for name in names:
        setattr(faster, name, cpu.TWINS[name])
    return faster
