"""Kernels for the processor: NAME, a file or a package, for each file of ref/layers and ref/cells that has a twin."""

from numba_kernels.cpu import batch_norm, dnc, elman, lrua, lstm, ntm, relu
from numba_kernels.cpu.images import average_pool, conv2d, max_pool

TWINS = {"elman": elman, "lstm": lstm, "ntm": ntm, "dnc": dnc, "lrua": lrua, "batch_norm": batch_norm,
         "relu": relu, "images.conv2d": conv2d, "images.max_pool": max_pool, "images.average_pool": average_pool}
