"""dnc: the gradient of a DNC over 40 steps, 16 sequences of 9 inputs and 8 outputs, squared error at every step.

64 locations of width 16, two read heads, an LSTM of 64 units.  Ours is the compiled recurrence, `reference` the same
network in plain NumPy, `jax` and `torch` the same function written for them, whose derivatives they find themselves:
epsilon in the roots and in the allocation, which sorts stably.  Programs return the gradient of every parameter, the
start of the memory, the reads and the controller among them.
"""

import tracemalloc

import numpy as np

from benchmarks.compare import Limits, Settings, compare
from benchmarks.report import Row

D, C, H = 9, 8, 64
T, N = 40, 16
L, W, R = 64, 16, 2
NAMES = ("U", "W", "b", "P", "q", "M0", "r0", "h0", "c0", "V", "c")


def interface(W: int, R: int) -> list[int]:
    """The sizes of what the controller says: the read heads' keys and strengths, the write head's, e, v, f, g_a, g_w,
    pi.
    """
    return [R * W, R, W, 1, W, W, R, 1, 1, 3 * R]


def flops(T: int, N: int, D: int, H: int, L: int, W: int, R: int, C: int) -> int:
    """Operations of the products that cannot be left out, each of which has two on the way back: the controller's, the
    heads', the readout's, all keys with the memory, the reads, the read heads' weights along the links both ways.  The
    inputs have no gradient.
    """
    once = (H + R * W) * 4 * H + H * sum(interface(W, R)) + (H + R * W) * C + (2 * R + 1) * L * W + 2 * R * L * L
    return 2 * T * N * (3 * once + 2 * D * 4 * H)


FLOPS = {"dnc.grad": flops(T, N, D, H, L, W, R, C)}
NORMS = {}
LIMITS = {("dnc.grad", dtype): Limits({"jax": 0.30}) for dtype in ("float64", "float32")}
EPSILON = 1e-6  # in roots and in the allocation


def arrays(dtype, T: int = T, N: int = N):
    """The parameters by NAMES; x (T, N, D), t (T, N, C)."""
    rng = np.random.default_rng(0)

    def normal(*shape: int):
        return rng.standard_normal(shape) / np.sqrt(shape[0])

    I = sum(interface(W, R))
    P = [normal(D + R * W, 4 * H), normal(H, 4 * H), np.zeros(4 * H), normal(H, I), normal(I), normal(L, W),
         normal(R, W), normal(H), normal(H), normal(H + R * W, C), np.zeros(C)]
    P[2][H : 2 * H] = 1  # the forget gate's bias
    x, t = rng.standard_normal((T, N, D)), rng.standard_normal((T, N, C))
    return [p.astype(dtype) for p in P], x.astype(dtype), t.astype(dtype)


def ours(P, x, t, dnc):
    """The gradient of a DNCRNN on this recurrence."""
    from ref.losses import Masked, squared_error
    from ref.networks.dnc_rnn import DNCRNN
    from ref.objective import Objective
    from ref.parameters import Parameters

    network = DNCRNN(D, H, C, L, W, R, dnc=dnc)
    objective = Objective(network, Masked(squared_error), chunk=x.shape[1])
    theta, batch = Parameters.zeros(network.shapes, x.dtype), (x, t, np.ones(t.shape[:2], bool))
    for name, array in zip(NAMES, P):
        theta[name] = array

    def grad():
        gradient = objective.gradient(theta, batch)
        return [gradient[name] for name in NAMES]

    return {"dnc.grad": grad}


def longhand(P, x, t):
    import numba

    from numba_kernels import cpu

    return "numba " + numba.__version__, ours(P, x, t, cpu.dnc)


def reference(P, x, t):
    from ref.networks.dnc_rnn import THROUGH_TIME

    return "numpy " + np.__version__, ours(P, x, t, THROUGH_TIME)


def jax(P, x, t):
    import jax

    jax.config.update("jax_enable_x64", True)
    P, x, t = jax.tree.map(jax.numpy.asarray, (tuple(P), x, t))
    jnp, sigmoid, softmax, softplus = jax.numpy, jax.nn.sigmoid, jax.nn.softmax, jax.nn.softplus
    ends = np.cumsum(interface(W, R))[:-1]
    off_diagonal = 1 - jnp.eye(L, dtype=x.dtype)
    N = x.shape[1]

    def direction(a):
        return a / jnp.sqrt((a * a).sum(axis=-1, keepdims=True) + EPSILON)

    def content(M, k, beta):
        return softmax(beta[..., None] * (direction(k) @ direction(M).mT))

    def allocation(u):
        order = jnp.argsort(u, axis=1, stable=True)
        s = EPSILON + (1 - EPSILON) * jnp.take_along_axis(u, order, axis=1)
        before = jnp.cumprod(jnp.concatenate([jnp.ones((N, 1), u.dtype), s[:, :-1]], axis=1), axis=1)
        return jnp.zeros_like(u).at[jnp.arange(N)[:, None], order].set((1 - s) * before, unique_indices=True)

    def network(theta):
        U, K, b, P, q, M0, r0, h0, c0, V, d = theta

        def step(state, xU):
            M, u, links, p, ww, wr, r, h, c = state
            i, f, g, o = jnp.split(xU + r.reshape(N, R * W) @ U[D:] + h @ K, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
            h = sigmoid(o) * jnp.tanh(c)
            k_r, beta_r, k_w, beta_w, e, v, free, g_a, g_w, pi = jnp.split(h @ P + q, ends, axis=1)
            pi = softmax(pi.reshape(N, R, 3))
            u = (u + (1 - u) * ww) * (1 - sigmoid(free)[..., None] * wr).prod(axis=1)
            c_w = content(M, k_w[:, None], 1 + softplus(beta_w))[:, 0]
            g_a = sigmoid(g_a)
            ww = sigmoid(g_w) * (g_a * allocation(u) + (1 - g_a) * c_w)
            M = M * (1 - ww[..., None] * sigmoid(e)[:, None]) + ww[..., None] * v[:, None]
            links = off_diagonal * ((1 - ww[..., None] - ww[:, None]) * links + ww[..., None] * p[:, None])
            p = (1 - ww.sum(axis=1, keepdims=True)) * p + ww
            c_r = content(M, k_r.reshape(N, R, W), 1 + softplus(beta_r))
            wr = pi[..., :1] * (wr @ links) + pi[..., 1:2] * c_r + pi[..., 2:] * (wr @ links.mT)
            r = wr @ M
            return (M, u, links, p, ww, wr, r, h, c), jnp.concatenate([h, r.reshape(N, R * W)], axis=1)

        def zeros(*shape: int):
            return jnp.zeros((N, *shape), x.dtype)

        def same(array):
            return jnp.broadcast_to(array, (N, *array.shape))

        first = (same(M0), zeros(L), zeros(L, L), zeros(L), zeros(L), zeros(R, L), same(r0), same(h0), same(c0))
        return jax.lax.scan(step, first, x @ U[:D] + b)[1] @ V + d

    grad = jax.jit(jax.grad(lambda theta: 0.5 * ((network(theta) - t) ** 2).sum() / N))
    return jax.__version__, {"dnc.grad": lambda: jax.block_until_ready(grad(P))}


def torch(P, x, t):
    import torch

    torch.set_num_threads(1)
    theta, x, t = [torch.from_numpy(p).requires_grad_() for p in P], torch.from_numpy(x), torch.from_numpy(t)
    softplus, sizes, N = torch.nn.functional.softplus, interface(W, R), x.shape[1]
    off_diagonal = 1 - torch.eye(L, dtype=x.dtype)
    one = torch.ones(N, 1, dtype=x.dtype)

    def direction(a):
        return a / torch.sqrt((a * a).sum(dim=-1, keepdim=True) + EPSILON)

    def content(M, k, beta):
        return torch.softmax(beta[..., None] * (direction(k) @ direction(M).mT), dim=-1)

    def allocation(u):
        u, order = torch.sort(u, dim=1, stable=True)
        s = EPSILON + (1 - EPSILON) * u
        before = torch.cumprod(torch.cat([one, s[:, :-1]], dim=1), dim=1)
        return torch.zeros_like(u).scatter(1, order, (1 - s) * before)

    def network():
        U, K, b, P, q, M0, r0, h0, c0, V, d = theta
        M, r, h, c = (array.expand(N, *array.shape) for array in (M0, r0, h0, c0))
        u = p = ww = torch.zeros(N, L, dtype=x.dtype)
        links, wr, y = torch.zeros(N, L, L, dtype=x.dtype), torch.zeros(N, R, L, dtype=x.dtype), []
        for xU in x @ U[:D] + b:
            i, f, g, o = (xU + r.reshape(N, R * W) @ U[D:] + h @ K).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            k_r, beta_r, k_w, beta_w, e, v, free, g_a, g_w, pi = (h @ P + q).split(sizes, dim=1)
            pi_b, pi_c, pi_f = torch.softmax(pi.reshape(N, R, 3), dim=-1).split(1, dim=-1)
            u = (u + (1 - u) * ww) * (1 - torch.sigmoid(free)[..., None] * wr).prod(dim=1)
            c_w = content(M, k_w[:, None], 1 + softplus(beta_w))[:, 0]
            g_a = torch.sigmoid(g_a)
            ww = torch.sigmoid(g_w) * (g_a * allocation(u) + (1 - g_a) * c_w)
            M = M * (1 - ww[..., None] * torch.sigmoid(e)[:, None]) + ww[..., None] * v[:, None]
            links = off_diagonal * ((1 - ww[..., None] - ww[:, None]) * links + ww[..., None] * p[:, None])
            p = (1 - ww.sum(dim=1, keepdim=True)) * p + ww
            c_r = content(M, k_r.reshape(N, R, W), 1 + softplus(beta_r))
            wr = pi_b * (wr @ links) + pi_c * c_r + pi_f * (wr @ links.mT)
            r = wr @ M
            y.append(torch.cat([h, r.reshape(N, R * W)], dim=1))
        return torch.stack(y) @ V + d

    return torch.__version__, {
        "dnc.grad": lambda: torch.autograd.grad(0.5 * ((network() - t) ** 2).sum() / N, theta)}


def cache_size(dtype: str, T: int) -> int:
    """Bytes that the compiled forward pass over T steps leaves behind for the way back."""
    from numba_kernels import cpu
    from ref.networks.dnc_rnn import DNCRNN
    from ref.parameters import Parameters

    P, x, _ = arrays(np.dtype(dtype), T)
    network = DNCRNN(D, H, C, L, W, R, dnc=cpu.dnc)
    theta = Parameters.zeros(network.shapes, x.dtype)
    for name, array in zip(NAMES, P):
        theta[name] = array
    network.forward(theta, x)
    tracemalloc.start()
    kept = network.forward(theta, x)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return size


def run(settings: Settings):
    rows, notes = compare("dnc", FLOPS, NORMS, ("reference", "jax", "torch"), LIMITS, settings)
    for dtype in settings.dtypes:
        once, twice = cache_size(dtype, T), cache_size(dtype, 2 * T)
        rows.append(Row("dnc.memory", dtype, f"cache of {2 * T} steps / of {T}", [twice / once], 2.0))
        notes.append(f"dnc.memory {dtype}: cache {once / 2**20:.1f} MiB for {T} steps, {twice / 2**20:.1f} MiB for "
                     f"{2 * T}")
    return rows, notes
