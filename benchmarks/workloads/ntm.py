"""ntm: a neural Turing machine at the size of the copy task: an LSTM controller of 100 units, a memory of 128 locations
of width 20, one read and one write head, 42 steps, 16 sequences, logistic cross-entropy at every step.

    ntm.grad   the gradient
    ntm.gnv    the Gauss-Newton product; ours at cached activations, as a run of conjugate gradients asks for it

Ours is the compiled recurrence, `reference` the same network in plain NumPy.  The peers run `step`, which is written
here once for both of their libraries, and not with our code.  All compute one function, with the same epsilon in the
lengths and the same tiny number in the logarithm of what is sharpened.  Weights begin on the first location and h and c
at zero; the first memory, and what is read first, are parameters.
"""

from types import SimpleNamespace

import numpy as np

from benchmarks.compare import Limits, Settings, compare

D, C = 9, 8
T, N, H = 42, 16, 100
L, W = 128, 20
HEAD = W + 6  # a head's key, strength, gate, three shifts and sharpening
EPSILON, TINY = 1e-6, 1e-30
NAMES = ("U", "W", "b", "P", "q", "M0", "r0", "V", "c")


def flops(T: int, N: int) -> dict[str, int]:
    """Operations of the products that cannot be left out: the controller's, the heads' and the readout's."""
    controller, inputs = 2 * T * N * (H + W) * 4 * H, 2 * T * N * D * 4 * H
    heads, outputs = 2 * T * N * H * (2 * HEAD + 2 * W), 2 * T * N * (H + W) * C
    return {"grad": 3 * (controller + heads + outputs) + 2 * inputs,  # z Q, ds Qᵀ, zᵀ ds and so on; x U, xᵀ ds
            "gnv": 4 * (controller + heads + outputs) + 2 * inputs}  # z RQ, Rz Q, ds Qᵀ, zᵀ ds


FLOPS = {f"ntm.{task}": count for task, count in flops(T, N).items()}
# of the results, as JAX and PyTorch compute them
NORMS = {"ntm.grad": 6.658038381724732, "ntm.gnv": 9.976261021402722}
LIMITS = {("ntm.grad", "float64"): Limits({"jax": 0.30, "torch": 0.15}), ("ntm.grad", "float32"): Limits({"jax": 0.40}),
          **{("ntm.gnv", dtype): Limits({"jax": 0.35}) for dtype in ("float64", "float32")}}


def arrays(dtype, T: int = T, N: int = N):
    """The parameters in the order of NAMES, a direction likewise, x (T, N, D) and t (T, N, C)."""
    rng = np.random.default_rng(0)
    shapes = ((D + W, 4 * H), (H, 4 * H), (4 * H,), (H, 2 * HEAD + 2 * W), (2 * HEAD + 2 * W,), (L, W), (1, W),
              (H + W, C), (C,))
    P, v = ([(0.1 * rng.standard_normal(shape)).astype(dtype) for shape in shapes] for _ in range(2))
    x, t = ((rng.random((T, N, size)) < 0.5).astype(dtype) for size in (D, C))
    return P, v, x, t


def ours(P, v, x, t, ntm=None):
    """The two tasks of an NTMRNN on this recurrence, or on the reference's."""
    from ref.losses import Masked, logistic_cross_entropy
    from ref.networks.ntm_rnn import NTMRNN
    from ref.objective import Objective
    from ref.parameters import Parameters

    network = NTMRNN(D, H, C, L, W, learnt=("M", "r"), **({} if ntm is None else {"ntm": ntm}))
    objective = Objective(network, Masked(logistic_cross_entropy), chunk=x.shape[1])

    def parameters(arrays):
        theta = Parameters.zeros(network.shapes, x.dtype)
        for name, array in zip(NAMES, arrays):
            theta[name] = array
        return theta

    def parts(gradient):
        return [gradient[name] for name in NAMES]

    theta, direction, batch = parameters(P), parameters(v).vector, (x, t, np.ones(x.shape[:2], bool))
    G = objective.curvature(theta, batch)
    return {"ntm.grad": lambda: parts(objective.gradient(theta, batch)),
            "ntm.gnv": lambda: parts(theta.like(G @ direction))}


def longhand(P, v, x, t):
    import numba

    from numba_kernels import cpu

    return "numba " + numba.__version__, ours(P, v, x, t, cpu.ntm)


def reference(P, v, x, t):
    return "numpy " + np.__version__, ours(P, v, x, t)


def step(lib, P, state, x):
    """One step by a library's own differentiable functions: the next state, and the outputs before the sigmoid."""
    U, W_h, b, heads, q, _, _, V, c_out = P
    M, w_read, w_write, r, h, c = state

    def address(o, w, M):
        k, beta, g = lib.tanh(o[:, :W]), lib.softplus(o[:, W : W + 1]), lib.sigmoid(o[:, W + 1 : W + 2])
        s, gamma = lib.softmax(o[:, W + 2 : W + 5]), 1 + lib.softplus(o[:, W + 5 :])
        lengths = lib.sqrt((M * M).sum(2) + EPSILON) * lib.sqrt((k * k).sum(1) + EPSILON)[:, None]
        w_g = g * lib.softmax(beta * lib.einsum("nlw,nw->nl", M, k) / lengths) + (1 - g) * w
        w_s = s[:, :1] * lib.roll(w_g, -1, 1) + s[:, 1:2] * w_g + s[:, 2:] * lib.roll(w_g, 1, 1)
        return lib.softmax(gamma * lib.log(w_s + TINY))

    i, f, g, o = lib.split(lib.concat([x, r]) @ U + h @ W_h + b)
    c = lib.sigmoid(f) * c + lib.sigmoid(i) * lib.tanh(g)
    h = lib.sigmoid(o) * lib.tanh(c)
    said = h @ heads + q
    w_write = address(said[:, HEAD : 2 * HEAD], w_write, M)
    e, a = lib.sigmoid(said[:, 2 * HEAD : 2 * HEAD + W]), lib.tanh(said[:, 2 * HEAD + W :])
    M = M * (1 - w_write[:, :, None] * e[:, None]) + w_write[:, :, None] * a[:, None]
    w_read = address(said[:, :HEAD], w_read, M)
    r = lib.einsum("nl,nlw->nw", w_read, M)
    return (M, w_read, w_write, r, h, c), lib.concat([h, r]) @ V + c_out


def jax(P, v, x, t):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    P, v, x, t = jax.tree.map(jnp.asarray, (tuple(P), tuple(v), x, t))
    N = x.shape[1]
    lib = SimpleNamespace(tanh=jnp.tanh, sigmoid=jax.nn.sigmoid, softplus=jax.nn.softplus, softmax=jax.nn.softmax,
                          sqrt=jnp.sqrt, log=jnp.log, einsum=jnp.einsum, roll=jnp.roll,
                          split=lambda s: jnp.split(s, 4, 1), concat=lambda parts: jnp.concatenate(parts, 1))
    focused, zeros = jnp.zeros((N, L), x.dtype).at[:, 0].set(1), jnp.zeros((N, H), x.dtype)

    def network(P):
        first = jnp.broadcast_to(P[5], (N, L, W)), focused, focused, jnp.broadcast_to(P[6], (N, W)), zeros, zeros
        return jax.lax.scan(lambda state, x: step(lib, P, state, x), first, x)[1]

    def loss(P):
        z = network(P)
        return (jax.nn.softplus(z) - z * t).sum() / N

    def product(P, v):
        z, Rz = jax.jvp(network, (P,), (v,))
        y = jax.nn.sigmoid(z)
        return jax.vjp(network, P)[1](y * (1 - y) * Rz / N)[0]

    grad, gnv = jax.jit(jax.grad(loss)), jax.jit(product)
    return jax.__version__, {"ntm.grad": lambda: jax.block_until_ready(grad(P)),
                             "ntm.gnv": lambda: jax.block_until_ready(gnv(P, v))}


def torch(P, v, x, t):
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    P, v = (tuple(map(torch.from_numpy, arrays)) for arrays in (P, v))
    x, t = torch.from_numpy(x), torch.from_numpy(t)
    N = x.shape[1]
    lib = SimpleNamespace(tanh=torch.tanh, sigmoid=torch.sigmoid, softplus=functional.softplus,
                          softmax=lambda a: torch.softmax(a, 1), sqrt=torch.sqrt, log=torch.log, einsum=torch.einsum,
                          roll=torch.roll, split=lambda s: s.chunk(4, 1), concat=lambda parts: torch.cat(parts, 1))
    focused, zeros = x.new_zeros(N, L), x.new_zeros(N, H)
    focused[:, 0] = 1

    def network(*P):
        state = P[5].expand(N, L, W), focused, focused, P[6].expand(N, W), zeros, zeros
        z = []
        for x_t in x:
            state, z_t = step(lib, P, state, x_t)
            z.append(z_t)
        return torch.stack(z)

    leaves = [p.clone().requires_grad_() for p in P]

    def grad():
        loss = functional.binary_cross_entropy_with_logits(network(*leaves), t, reduction="sum") / N
        return torch.autograd.grad(loss, leaves)

    def gnv():
        z, Rz = torch.func.jvp(network, P, v)
        y = torch.sigmoid(z)
        return torch.func.vjp(network, *P)[1](y * (1 - y) * Rz / N)

    return torch.__version__, {"ntm.grad": grad, "ntm.gnv": gnv}


def run(settings: Settings):
    return compare("ntm", FLOPS, NORMS, ("reference", "jax", "torch"), LIMITS, settings)
