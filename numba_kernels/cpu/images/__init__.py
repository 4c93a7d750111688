"""Compiled ops on pictures (N, height, width, channels), and a convolutional network that uses them.

Same functions and arguments as their references; caches are their own: arrays as they were given, where the references
keep what they make of them.
"""

import copy

from numba_kernels.cpu.images import average_pool, batch_norm, batch_norm_relu, conv2d, max_pool, relu
from ref import layers
from ref.layers import identity
from ref.layers.images import average_pool as ref_average_pool, conv2d as ref_conv2d, max_pool as ref_max_pool

TWINS = ((ref_conv2d, conv2d), (ref_max_pool, max_pool), (ref_average_pool, average_pool),
         (layers.batch_norm, batch_norm), (layers.relu, relu))


def accelerated(stages: tuple) -> tuple:
    """Copies of the stages with compiled ops.  A batch norm takes the rectified units after it into its own loops, and
    their stage hands on what it gets.
    """
    ops = [next((twin for op, twin in TWINS if op is stage.op), stage.op) for stage in stages]
    for l in range(len(ops) - 1):
        if ops[l : l + 2] == [batch_norm, relu]:
            ops[l : l + 2] = batch_norm_relu, identity
    return tuple(map(_with_op, stages, ops))


def _with_op(stage, op):
    changed = copy.copy(stage)
    object.__setattr__(changed, "op", op)  # stages are frozen, and their op is the class's
    return changed
