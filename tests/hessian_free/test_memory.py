"""The memory of one Hessian-free step: the activations of one chunk and at most 12 vectors of the parameters' size.

Activations are what the caches of one chunk hold after a forward pass, as tracemalloc counts it (the inputs are the
data's). theta, the state and the data are there before the step and do not count; the new theta and direction do.  The
net is wide enough for a vector and a chunk's activations to be several MB together, so that small change does not
matter.
"""

import tracemalloc

import numpy as np
import pytest

from ref.hessian_free import Batches, HessianFree
from ref.losses import logistic_cross_entropy
from ref.networks.mlp import MLP
from ref.objective import Objective

CHUNK = 400
NETWORK = MLP((400, 300, 150, 400), "logistic")


def peak_of(function):
    """Return the function's result, the bytes it holds and the most that were held at once, beyond what was there
    before.
    """
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    result = function()
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return result, now - before, peak - before


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    theta = NETWORK.init(rng, "glorot")
    x = rng.uniform(size=(3 * CHUNK, 400))
    _, activations, _ = peak_of(lambda: NETWORK.forward(theta, x[:CHUNK]))
    assert min(theta.vector.nbytes, activations) > 1.5e6
    return theta, x, activations


def vectors(data, options, gradient, curvature):
    """The peak of a warm step, less one chunk's activations, in vectors."""
    theta, x, activations = data
    objective = Objective(NETWORK, logistic_cross_entropy, 1e-5, CHUNK)
    optimizer = HessianFree(damping=1.0, max_iterations=4, **options)
    batches = Batches((x[:gradient], x[:gradient]), (x[:curvature], x[:curvature]))
    state = {**optimizer.init(theta), "direction": np.full_like(theta.vector, 1e-6)}
    (_, _, report), _, peak = peak_of(lambda: optimizer.step(theta, state, objective, batches))
    assert report["cg_iterations"] > 1
    return (peak - activations) / theta.vector.nbytes


@pytest.mark.parametrize("name, options", [
    ("default", {}), ("damped rho", dict(rho="damped")), ("no backtracking", dict(backtracking=False)),
    ("fixed rate, no preconditioner", dict(preconditioner=None, rate=1.0)),
])
def test_one_step_needs_at_most_twelve_vectors_beside_a_chunk(data, name, options):
    for where, curvature in (("activations kept", CHUNK), ("in chunks", 2 * CHUNK)):
        count = vectors(data, options, CHUNK, curvature)
        print(f"{name}, {where}: activations of one chunk and {count:.2f} vectors")
        assert 5 < count <= 12


def test_scale_sensitive_damping_needs_one_vector_more(data):
    """Its diagonal, which CG needs at every product."""
    plain, scaled = (vectors(data, options, CHUNK, 2 * CHUNK) for options in ({}, dict(scale_mix=0.5)))
    print(f"scale-sensitive: activations of one chunk and {scaled:.2f} vectors")
    assert scaled <= plain + 1.01 <= 13.01


def test_a_hessian_step_needs_the_chunks_r_activations_too(data):
    """R-backward uses what R-forward kept, and carries two messages down, dy and Rdy, where backward carries one."""
    theta, x, _ = data
    _, cache = NETWORK.forward(theta, x[:CHUNK])
    _, r_activations, _ = peak_of(lambda: NETWORK.r_forward(theta, cache))
    count = vectors(data, dict(curvature="hessian"), CHUNK, 2 * CHUNK) - r_activations / theta.vector.nbytes
    print(f"hessian: activations and R-activations of one chunk and {count:.2f} vectors")
    assert 5 < count <= 14


def test_memory_does_not_grow_with_the_data(data):
    """Mistake caught: all cases, two chunks' activations, or CG's stored iterates kept at once."""
    few, many = (vectors(data, {}, N, N) for N in (2 * CHUNK, 3 * CHUNK))
    assert many <= few + 0.1
