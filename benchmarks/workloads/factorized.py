"""factorized: a whole training step of the factorised network, 128 units over 200 steps, 50 sequences of copy memory.

    W = W_U S W_Vᵀ      forward, cross-entropy a step, backward, gradients of the factors
    W_U, W_V            a Cayley step each
    W_p                 RMSprop in Lasagne's form at the rate divided by 2 m;  all others: RMSprop

Ours is the network with the compiled recurrence and the optimiser put together by name, `reference` the same in plain
NumPy.  JAX compiles the whole step as one function, PyTorch runs it eagerly; both do the Cayley step by the line of the
paper, (I + η/2 A)⁻¹ (I - η/2 A) M.  Programs return the loss and all the new parameters.  The rates are so large that a
step that is wrong shows among them also in float32; the time does not depend on them.

The limit is that of tanh units.  With the copy task's linear ones, half of JAX's time in float32 was, when first
measured, 1.06 times that of a plain matrix product of as many operations.
"""

import numpy as np

from benchmarks.compare import Limits, Settings, compare

D, C = 10, 9
T, N, H = 200, 50, 128
MARGIN = 0.01
CAYLEY_RATE, RATE = 1.0, 0.01
RHO, EPSILON = 0.9, 1e-6
ACTIVATIONS = ("tanh", "identity")
SHAPES = {"U": (D, H), "W_U": (H, H), "W_p": (H,), "W_V": (H, H), "b": (H,), "h0": (H,), "V": (H, C), "c": (C,)}


def flops(T: int, N: int, D: int, H: int, C: int) -> int:
    """Operations of the products and systems that cannot be left out."""
    recurrence = 3 * 2 * T * N * H * H + 2 * 2 * T * N * D * H  # h W, ds Wᵀ, hᵀ ds; x U, xᵀ ds
    readout = 3 * 2 * T * N * H * C  # h V, dz Vᵀ, hᵀ dz
    factors = 3 * 2 * H**3  # U S Vᵀ, dW V, dWᵀ U
    cayley = 2 * (2 * 2 * H**3 + 2 * H**3 // 3 + 2 * H**3)  # each: G Mᵀ and A M, LU, two triangular systems
    return recurrence + readout + factors + cayley


FLOPS = {f"factorized.{activation}": flops(T, N, D, H, C) for activation in ACTIVATIONS}
NORMS = {"factorized.tanh": 22.1095692699735, "factorized.identity": 26.4703656889723}  # as the peers say
LIMITS = {("factorized.tanh", dtype): Limits({"jax": 0.50}) for dtype in ("float64", "float32")}


def arrays(dtype):
    """The parameters by name; x (T, N, D), t (T, N, C), one-hot: 10 symbols, blanks, delimiter, the symbols again."""
    rng = np.random.default_rng(0)
    P = {name: rng.standard_normal(shape) / np.sqrt(shape[0]) for name, shape in SHAPES.items()}
    for name in ("W_U", "W_V"):
        P[name] = np.linalg.qr(P[name])[0]
    P["W_p"] = rng.standard_normal(H)
    symbols, targets = np.zeros((2, T, N), int)
    symbols[:10] = targets[-10:] = rng.integers(1, C, size=(10, N))
    symbols[-11] = D - 1
    return ({name: np.ascontiguousarray(p, dtype) for name, p in P.items()},
            np.eye(D, dtype=dtype)[symbols], np.eye(C, dtype=dtype)[targets])


def ours(P, x, t, accelerated):
    from ref.losses import Masked, softmax_cross_entropy
    from ref.objective import Objective
    from ref.optimizers import PerParameter, RMSprop
    from ref.orthogonality import CayleyDescent, renormalized
    from ref.orthogonality.factorized_rnn import FactorizedRNN
    from ref.parameters import Parameters

    optimizer = PerParameter({("W_U", "W_V"): CayleyDescent(CAYLEY_RATE),
                        ("W_p",): RMSprop(renormalized(RATE, MARGIN), RHO, EPSILON)},
                       others=RMSprop(RATE, RHO, EPSILON))
    batch = x, t, np.ones((T, N), bool)

    def task(activation):
        network = accelerated(FactorizedRNN(D, H, C, MARGIN, activation))
        objective = Objective(network, Masked(softmax_cross_entropy, "targets"))
        theta = Parameters.from_arrays({name: P[name] for name in network.shapes})
        state = optimizer.init(theta)

        def step():
            new, _, report = optimizer.step(theta, state, objective, batch)
            return [report["loss"], *(new[name] for name in SHAPES)]

        return step

    return {f"factorized.{activation}": task(activation) for activation in ACTIVATIONS}


def longhand(P, x, t):
    import numba

    from numba_kernels import accelerate

    return "numba " + numba.__version__, ours(P, x, t, accelerate)


def reference(P, x, t):
    return "numpy " + np.__version__, ours(P, x, t, lambda network: network)


def jax(P, x, t):
    import jax

    jax.config.update("jax_enable_x64", True)
    np = jax.numpy
    P, x, t = jax.tree.map(np.asarray, (P, x, t))
    zeros = jax.tree.map(np.zeros_like, P)
    phis = {"tanh": np.tanh, "identity": lambda s: s}

    def cayley(M, G):
        K, I = CAYLEY_RATE / 2 * (G @ M.T - M @ G.T), np.eye(len(M), dtype=M.dtype)
        return np.linalg.solve(I + K, (I - K) @ M)

    def task(phi):
        def loss(P, x, t):
            W = (P["W_U"] * (1 + MARGIN * np.tanh(P["W_p"] / 2))) @ P["W_V"].T

            def one(h, xU):
                h = phi(xU + h @ W)
                return h, h

            _, h = jax.lax.scan(one, np.broadcast_to(P["h0"], (N, H)), x @ P["U"] + P["b"])
            return -(t * jax.nn.log_softmax(h @ P["V"] + P["c"])).sum() / (T * N)

        @jax.jit
        def step(P, r, x, t):
            value, g = jax.value_and_grad(loss)(P, x, t)
            new, r = {}, {name: RHO * r[name] + (1 - RHO) * g[name] ** 2 for name in r}
            for name in P:
                if name in ("W_U", "W_V"):
                    new[name] = cayley(P[name], g[name])
                else:
                    rate = RATE / (2 * MARGIN) if name == "W_p" else RATE
                    new[name] = P[name] - rate * g[name] / np.sqrt(r[name] + EPSILON)
            return value, new, r

        r = {name: zeros[name] for name in P if name not in ("W_U", "W_V")}

        def run():
            value, new, _ = jax.block_until_ready(step(P, r, x, t))
            return [value, *(new[name] for name in SHAPES)]

        return run

    return jax.__version__, {f"factorized.{name}": task(phis[name]) for name in ACTIVATIONS}


def torch(P, x, t):
    import torch

    torch.set_num_threads(1)
    P = {name: torch.from_numpy(p).requires_grad_() for name, p in P.items()}
    x, t = torch.from_numpy(x), torch.from_numpy(t)
    identity, zeros = torch.eye(H, dtype=x.dtype), {name: torch.zeros_like(p) for name, p in P.items()}
    phis = {"tanh": torch.tanh, "identity": lambda s: s}

    def loss(phi):
        W = (P["W_U"] * (1 + MARGIN * torch.tanh(P["W_p"] / 2))) @ P["W_V"].T
        h, states = P["h0"].expand(N, H), []
        for xU in x @ P["U"] + P["b"]:
            h = phi(xU + h @ W)
            states.append(h)
        return -(t * torch.log_softmax(torch.stack(states) @ P["V"] + P["c"], -1)).sum() / (T * N)

    def moved(name, p, g):
        if name in ("W_U", "W_V"):
            K = CAYLEY_RATE / 2 * (g @ p.T - p @ g.T)
            return torch.linalg.solve(identity + K, (identity - K) @ p)
        r, rate = RHO * zeros[name] + (1 - RHO) * g * g, RATE / (2 * MARGIN) if name == "W_p" else RATE
        return p - rate * g / torch.sqrt(r + EPSILON)

    def task(phi):
        def step():
            value = loss(phi)
            gradients = torch.autograd.grad(value, list(P.values()))
            with torch.no_grad():
                new = {name: moved(name, p, g) for (name, p), g in zip(P.items(), gradients)}
            return [value.detach(), *(new[name] for name in SHAPES)]

        return step

    return torch.__version__, {f"factorized.{name}": task(phis[name]) for name in ACTIVATIONS}


def run(settings: Settings):
    return compare("factorized", FLOPS, NORMS, ("reference", "jax", "torch"), LIMITS, settings)
