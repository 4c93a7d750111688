"""cayley: one step on the orthogonal matrices by the Cayley transform, n x n, learning rate 0.01.

    M <- (I + η/2 A)⁻¹ (I - η/2 A) M            A = G Mᵀ - M Gᵀ

JAX and PyTorch compute that line as it stands, ours its increment form.  geoopt retracts along the gradient in the
canonical metric and doubles it on the way (ref.orthogonality), so that half the rate is the same step.
"""

import numpy as np

from benchmarks.compare import Limits, Settings, compare

SIZES = (128, 512)
RATE = 0.01

FLOPS = {f"cayley{n}": 4 * n**3 + 2 * n**3 // 3 + 2 * n**3 for n in SIZES}  # G Mᵀ and A M, LU, two triangular systems
NORMS = {f"cayley{n}": n**0.5 for n in SIZES}  # of an orthogonal matrix
LIMITS = {(task, "float64"): Limits({"jax": 0.75, "torch": 0.75, "geoopt": 1.0}) for task in FLOPS}


def arrays(dtype):
    """M and G of each size."""
    both = []
    for n in SIZES:
        rng = np.random.default_rng(0)
        M = np.ascontiguousarray(np.linalg.qr(rng.standard_normal((n, n)))[0].astype(dtype))
        both.append((M, rng.standard_normal((n, n)).astype(dtype)))
    return (both,)


def tasks(step, both):
    """step(M, G) at each size."""
    return {f"cayley{len(M)}": lambda M=M, G=G: [step(M, G)] for M, G in both}


def longhand(both):
    from ref.orthogonality import cayley_step

    return "numpy " + np.__version__, tasks(lambda M, G: cayley_step(M, G, RATE), both)


def jax(both):
    import jax

    jax.config.update("jax_enable_x64", True)

    @jax.jit
    def step(M, G):
        A, I = G @ M.T - M @ G.T, jax.numpy.eye(len(M), dtype=M.dtype)
        return jax.numpy.linalg.solve(I + RATE / 2 * A, (I - RATE / 2 * A) @ M)

    return jax.__version__, tasks(lambda M, G: jax.block_until_ready(step(M, G)), jax.tree.map(jax.numpy.asarray, both))


def torch(both):
    import torch

    torch.set_num_threads(1)
    identity = {len(M): torch.eye(len(M), dtype=torch.from_numpy(M).dtype) for M, _ in both}

    def step(M, G):
        A, I = G @ M.T - M @ G.T, identity[len(M)]
        return torch.linalg.solve(I + RATE / 2 * A, (I - RATE / 2 * A) @ M)

    return torch.__version__, tasks(step, [tuple(map(torch.from_numpy, pair)) for pair in both])


def geoopt(both):
    import geoopt
    import torch

    torch.set_num_threads(1)
    manifold = geoopt.CanonicalStiefel()

    def step(M, G):
        return manifold.retr(M, -RATE / 2 * manifold.egrad2rgrad(M, G))

    return geoopt.__version__, tasks(step, [tuple(map(torch.from_numpy, pair)) for pair in both])


def run(settings: Settings):
    return compare("cayley", FLOPS, NORMS, ("jax", "torch", "geoopt"), LIMITS, settings)
