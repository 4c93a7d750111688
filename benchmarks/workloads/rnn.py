"""rnn: an Elman network of 100 tanh units over 200 steps, 100 sequences, squared error at the last step.

    rnn.grad   the gradient
    rnn.gnv    the Gauss-Newton product; ours at cached activations, as a run of conjugate gradients asks for it

Ours is the compiled recurrence, `reference` the same network in plain NumPy.  JAX's compiled function does the forward
pass again at every product; `jax_linearize` is JAX at cached activations, for comparison.  Programs return what belongs
to W, U, b and the readout V: the peers' initial state is zero and no parameter, and their readout has no bias.
"""

import numpy as np

from benchmarks.compare import Limits, Settings, compare

D, C = 2, 1
T, N, H = 200, 100, 100


def flops(T: int, N: int, H: int) -> dict[str, int]:
    """Operations of the products that cannot be left out: H x H at every step, and the inputs' beside them."""
    square, inputs = 2 * T * N * H * H, 2 * T * N * D * H
    return {"grad": 3 * square + 2 * inputs,  # h W, ds Wᵀ, hᵀ ds; x U, xᵀ ds
            "gnv": 4 * square + 2 * inputs}  # h RW, Rh W, ds Wᵀ, hᵀ ds; x RU, xᵀ ds


FLOPS = {f"rnn.{task}": count for task, count in flops(T, N, H).items()}
# of the results, as JAX and PyTorch compute them
NORMS = {"rnn.grad": 1.6119260758774647, "rnn.gnv": 11.445479265619937}
LIMITS = {(task, dtype): Limits({"jax": limit}) for task in FLOPS for dtype,
          limit in (("float64", 0.40), ("float32", 0.35))}


def arrays(dtype, T: int = T, N: int = N, H: int = H):
    """W (H, H), U (D, H), b (H,), V (H, C); a direction likewise; x (T, N, D), t (N, C)."""
    rng = np.random.default_rng(0)
    P = [rng.standard_normal((H, H)) / np.sqrt(H), rng.standard_normal((D, H)), np.zeros(H),
         rng.standard_normal((H, C)) / np.sqrt(H)]
    P = [p.astype(dtype) for p in P]
    v = [rng.standard_normal(p.shape).astype(dtype) for p in P]
    x, t = rng.standard_normal((T, N, D)).astype(dtype), rng.standard_normal((N, C)).astype(dtype)
    return P, v, x, t


def ours(P, v, x, t, elman):
    """The two tasks of an ElmanRNN on this recurrence."""
    from ref.losses import Masked, squared_error
    from ref.networks.elman_rnn import ElmanRNN
    from ref.objective import Objective
    from ref.parameters import Parameters

    names = ("W", "U", "b", "V")
    _, N, D = x.shape
    network = ElmanRNN(D, len(P[0]), t.shape[1], outputs="last", elman=elman)
    objective = Objective(network, Masked(squared_error), chunk=N)

    def parameters(arrays):
        theta = Parameters.zeros(network.shapes, x.dtype)
        for name, array in zip(names, arrays):
            theta[name] = array
        return theta

    def parts(gradient):
        return [gradient[name] for name in names]

    theta, direction, batch = parameters(P), parameters(v).vector, (x, t[None], np.ones((1, N), bool))
    G = objective.curvature(theta, batch)
    return {"rnn.grad": lambda: parts(objective.gradient(theta, batch)),
            "rnn.gnv": lambda: parts(theta.like(G @ direction))}


def longhand(P, v, x, t):
    import numba

    from numba_kernels import cpu

    return "numba " + numba.__version__, ours(P, v, x, t, cpu.elman)


def reference(P, v, x, t):
    from ref.layers import elman

    return "numpy " + np.__version__, ours(P, v, x, t, elman)


def jax_network(P, v, x, t):
    """JAX in float64 where it is asked for, its arrays, and the network as a function of P."""
    import jax

    jax.config.update("jax_enable_x64", True)
    P, v, x, t = jax.tree.map(jax.numpy.asarray, (tuple(P), tuple(v), x, t))

    def network(P):
        W, U, b, V = P
        first = jax.numpy.zeros((x.shape[1], len(W)), W.dtype)
        h, _ = jax.lax.scan(lambda h, xU: (jax.numpy.tanh(xU + h @ W), None), first, x @ U + b)
        return h @ V

    return jax, network, P, v, t


def jax(P, v, x, t):
    jax, network, P, v, t = jax_network(P, v, x, t)
    N = len(t)

    def product(P, v):
        _, Rz = jax.jvp(network, (P,), (v,))
        return jax.vjp(network, P)[1](Rz / N)[0]

    grad, gnv = jax.jit(jax.grad(lambda P: 0.5 * ((network(P) - t) ** 2).sum() / N)), jax.jit(product)
    return jax.__version__, {"rnn.grad": lambda: jax.block_until_ready(grad(P)),
                             "rnn.gnv": lambda: jax.block_until_ready(gnv(P, v))}


def jax_linearize(P, v, x, t):
    jax, network, P, v, t = jax_network(P, v, x, t)
    _, J = jax.linearize(network, P)
    Jt = jax.linear_transpose(J, P)
    gnv = jax.jit(lambda v: Jt(J(v) / len(t))[0])
    return jax.__version__, {"rnn.gnv": lambda: jax.block_until_ready(gnv(v))}


def torch(P, v, x, t):
    import torch

    torch.set_num_threads(1)
    P, v, x, t = tuple(map(torch.from_numpy, P)), tuple(map(torch.from_numpy,
                                                            v)), torch.from_numpy(x), torch.from_numpy(t)
    N = x.shape[1]

    def network(W, U, b, V):
        h = torch.zeros(N, len(W), dtype=W.dtype)
        for xU in x @ U + b:
            h = torch.tanh(xU + h @ W)
        return h @ V

    leaves = [p.clone().requires_grad_() for p in P]

    def gnv():
        _, Rz = torch.func.jvp(network, P, v)
        return torch.func.vjp(network, *P)[1](Rz / N)

    return torch.__version__, {"rnn.grad": lambda: torch.autograd.grad(0.5 * ((network(*leaves) - t) ** 2).sum() / N,
                                                                       leaves), "rnn.gnv": gnv}


def run(settings: Settings):
    return compare("rnn", FLOPS, NORMS, ("reference", "jax", "jax_linearize", "torch"), LIMITS, settings)
