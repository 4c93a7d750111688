"""memory: the peak of one Hessian-free step on the CURVES autoencoder, in vectors of the parameters' size.

    (peak of the step - activations of one chunk) / size of theta      at most 12

The peak is that of everything allocated from theta on: theta itself, the optimiser's state, the step's result. The
data, 4 chunks of them, are not counted. The activations are what a forward pass over one chunk leaves behind.
"""

import tracemalloc

from benchmarks.compare import Settings
from benchmarks.report import Row
from benchmarks.workloads.ae import ACTIVATIONS, SIZES, N

LIMIT = 12
ITERATIONS = 20  # of CG: the peak is reached within the first


def peak(dtype: str) -> tuple[float, float, float]:
    """Return the peak of a step, one chunk's activations and one vector, in bytes."""
    import numpy as np

    from ref.hessian_free.minibatches import cycling
    from ref.hessian_free.optimizer import HessianFree
    from ref.losses import logistic_cross_entropy
    from ref.networks.mlp import MLP
    from ref.objective import Objective
    from ref.tasks.images.curves import curves

    x = curves(4 * N, dtype=dtype)
    batch = cycling((x, x), 0, N)
    network = MLP(SIZES, ACTIVATIONS)
    objective = Objective(network, logistic_cross_entropy, weight_decay=2e-5, chunk=N)
    optimizer = HessianFree(max_iterations=ITERATIONS)

    tracemalloc.start()
    theta = network.init(np.random.default_rng(0), dtype=dtype)
    state = optimizer.init(theta)
    before = tracemalloc.get_traced_memory()[0]
    kept = network.forward(theta, x[:N])
    chunk = tracemalloc.get_traced_memory()[0] - before
    del kept
    for _ in range(2):  # the second step starts warm
        tracemalloc.reset_peak()
        theta, state, _ = optimizer.step(theta, state, objective, batch)
    step = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return step, chunk, theta.vector.nbytes


def run(settings: Settings):
    rows, notes = [], []
    for dtype in settings.dtypes:
        step, chunk, vector = peak(dtype)
        rows.append(Row("memory.hf", dtype, "vectors beside one chunk's activations", [(step - chunk) / vector], LIMIT))
        notes.append(f"memory.hf {dtype}: peak {step / 2**20:.1f} MiB, one chunk's activations {chunk / 2**20:.1f} "
                     f"MiB, "
                     f"one vector {vector / 2**20:.1f} MiB")
    return rows, notes
