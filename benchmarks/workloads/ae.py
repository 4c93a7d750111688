"""ae: the CURVES autoencoder 784-400-200-100-50-25-6 and back, 1,000 cases: the gradient, and the Gauss-Newton product.

    ae.grad   the gradient of the logistic cross-entropy
    ae.gnv    G v; ours at cached activations, as a run of conjugate gradients asks for it

JAX's compiled function does the forward pass again at every product; `jax_linearize` is JAX at cached activations, for
comparison.  Programs return the weights' part of the result, then the biases'.
"""

from itertools import pairwise

import numpy as np

from benchmarks.compare import Limits, Settings, compare

SIZES = (784, 400, 200, 100, 50, 25, 6, 25, 50, 100, 200, 400, 784)
CODE = len(SIZES) // 2  # the code layer is linear, and so is the last: the loss takes the pre-activations
ACTIVATIONS = ["identity" if l in (CODE, len(SIZES) - 1) else "logistic" for l in range(1, len(SIZES))]
N = 1000

# Operations of the products in one pass over all layers, and in the first layer, where ds Wᵀ and Ry W are not needed.
PASS, FIRST = 2 * N * sum(a * b for a, b in pairwise(SIZES)), 2 * N * SIZES[0] * SIZES[1]
FLOPS = {
    "ae.grad": 3 * PASS - FIRST,  # y W, yᵀ ds, ds Wᵀ
    "ae.gnv": 4 * PASS - 2 * FIRST,  # y V, Ry W, yᵀ ds, ds Wᵀ
}
NORMS = {"ae.grad": 125.05361135310777, "ae.gnv": 730.2766172826206}  # of the results, as JAX and PyTorch compute them
LIMITS = {
    ("ae.grad", "float64"): Limits({"jax": 0.95}),
    ("ae.grad", "float32"): Limits({"jax": 1.2}),
    ("ae.gnv", "float64"): Limits({"jax": 0.80}, gemm=0.80),
    ("ae.gnv", "float32"): Limits({"jax": 0.95}),
}


def arrays(dtype):
    """W, b: weights and biases; V, c: a direction, likewise; x (N, 784): input and target."""
    rng = np.random.default_rng(0)
    W = [(rng.standard_normal((a, b)) / np.sqrt(a)).astype(dtype) for a, b in pairwise(SIZES)]
    b = [np.zeros(n, dtype) for n in SIZES[1:]]
    V = [rng.standard_normal(w.shape).astype(dtype) for w in W]
    c = [rng.standard_normal(n).astype(dtype) for n in SIZES[1:]]
    x = (rng.random((N, SIZES[0])) < 0.1).astype(dtype)
    return W, b, V, c, x


def longhand(W, b, V, c, x):
    from ref.losses import logistic_cross_entropy
    from ref.networks.mlp import MLP
    from ref.objective import Objective
    from ref.parameters import Parameters

    def parameters(W, b):
        both = zip(W, b)
        return Parameters.from_arrays({f"{name}{l}": a for l, pair in enumerate(both, 1) for name,
                                       a in zip("Wb", pair)})

    def parts(g):
        return [g[f"{name}{l}"] for name in "Wb" for l in range(1, len(SIZES))]

    objective = Objective(MLP(SIZES, ACTIVATIONS), logistic_cross_entropy, chunk=N)
    theta, v = parameters(W, b), parameters(V, c).vector
    G = objective.curvature(theta, (x, x))
    return "numpy " + np.__version__, {
        "ae.grad": lambda: parts(objective.gradient(theta, (x, x))),
        "ae.gnv": lambda: parts(theta.like(G @ v)),
    }


def jax_network():
    """JAX in float64 where it is asked for, and the network as a function of (W, b) and x."""
    import jax

    jax.config.update("jax_enable_x64", True)

    def network(P, x):
        y = x
        for l, (w, b) in enumerate(zip(*P), 1):
            s = y @ w + b
            y = s if l in (CODE, len(SIZES) - 1) else jax.nn.sigmoid(s)
        return y

    return jax, network


def jax(W, b, V, c, x):
    jax, network = jax_network()
    P, v, x = jax.tree.map(jax.numpy.asarray, ((W, b), (V, c), x))

    def loss(P, x):
        z = network(P, x)
        return (jax.nn.softplus(z) - z * x).sum() / N

    def product(P, v, x):
        z, Rz = jax.jvp(lambda P: network(P, x), (P,), (v,))
        p = jax.nn.sigmoid(z)
        return jax.vjp(lambda P: network(P, x), P)[1](p * (1 - p) * Rz / N)[0]

    grad, gnv = jax.jit(jax.grad(loss)), jax.jit(product)

    def wait(result):
        return jax.tree.leaves(jax.block_until_ready(result))

    return jax.__version__, {"ae.grad": lambda: wait(grad(P, x)), "ae.gnv": lambda: wait(gnv(P, v, x))}


def jax_linearize(W, b, V, c, x):
    jax, network = jax_network()
    P, v, x = jax.tree.map(jax.numpy.asarray, ((W, b), (V, c), x))
    z, J = jax.linearize(lambda P: network(P, x), P)
    Jt = jax.linear_transpose(J, P)
    p = jax.nn.sigmoid(z)
    gnv = jax.jit(lambda v: Jt(p * (1 - p) * J(v) / N)[0])
    return jax.__version__, {"ae.gnv": lambda: jax.tree.leaves(jax.block_until_ready(gnv(v)))}


def torch(W, b, V, c, x):
    import torch

    torch.set_num_threads(1)
    P, v, x = tuple(map(torch.from_numpy, W + b)), tuple(map(torch.from_numpy, V + c)), torch.from_numpy(x)
    L = len(W)

    def network(*P):
        y = x
        for l in range(1, L + 1):
            s = torch.addmm(P[L + l - 1], y, P[l - 1])
            y = s if l in (CODE, L) else torch.sigmoid(s)
        return y

    leaves = [p.clone().requires_grad_() for p in P]

    def grad():
        loss = torch.nn.functional.binary_cross_entropy_with_logits(network(*leaves), x, reduction="sum") / N
        return torch.autograd.grad(loss, leaves)

    def gnv():
        z, Rz = torch.func.jvp(network, P, v)
        p = torch.sigmoid(z)
        return torch.func.vjp(network, *P)[1](p * (1 - p) * Rz / N)

    return torch.__version__, {"ae.grad": grad, "ae.gnv": gnv}


def run(settings: Settings):
    return compare("ae", FLOPS, NORMS, ("jax", "jax_linearize", "torch"), LIMITS, settings)
