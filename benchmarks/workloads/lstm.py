"""lstm: the gradient of an LSTM of 128 units over 200 steps, 50 sequences of 10 inputs, squared error at the last step.

Ours is the compiled recurrence, `reference` the same network in plain NumPy, `torch` PyTorch's fused LSTM.  That one
has no peepholes, so there are none here.  Programs return what belongs to W, U, b and the readout V: the peers' initial
states are zero and no parameters, and their readout has no bias.
"""

import numpy as np

from benchmarks.compare import Limits, Settings, compare

D, C = 10, 1
T, N, H = 200, 50, 128


def flops(T: int, N: int, D: int, H: int) -> int:
    """Operations of the products that cannot be left out: h W, ds Wᵀ, hᵀ ds at every step; x U, xᵀ ds beside them."""
    return 3 * 2 * T * N * H * 4 * H + 2 * 2 * T * N * D * 4 * H


FLOPS = {"lstm.grad": flops(T, N, D, H)}
NORMS = {"lstm.grad": 0.374317187248222}  # of the result, as JAX and PyTorch compute it
LIMITS = {("lstm.grad", dtype): Limits({"jax": 0.80, "torch": 0.80}) for dtype in ("float64", "float32")}


def arrays(dtype, T: int = T, N: int = N, D: int = D, H: int = H):
    """W (H, 4H), U (D, 4H), b (4H,), the columns being i, f, g, o; V (H, C); x (T, N, D), t (N, C)."""
    rng = np.random.default_rng(0)
    P = [rng.standard_normal((H, 4 * H)) / np.sqrt(H), rng.standard_normal((D, 4 * H)) / np.sqrt(D), np.zeros(4 * H),
         rng.standard_normal((H, C)) / np.sqrt(H)]
    P[2][H : 2 * H] = 1  # the forget gate's bias
    x, t = rng.standard_normal((T, N, D)), rng.standard_normal((N, C))
    return [p.astype(dtype) for p in P], x.astype(dtype), t.astype(dtype)


def ours(P, x, t, lstm):
    """The gradient of an LSTMRNN on this recurrence."""
    from ref.losses import Masked, squared_error
    from ref.networks.lstm_rnn import LSTMRNN
    from ref.objective import Objective
    from ref.parameters import Parameters

    names = ("W", "U", "b", "V")
    _, N, D = x.shape
    network = LSTMRNN(D, len(P[0]), t.shape[1], outputs="last", peepholes=False, lstm=lstm)
    objective = Objective(network, Masked(squared_error), chunk=N)
    theta, batch = Parameters.zeros(network.shapes, x.dtype), (x, t[None], np.ones((1, N), bool))
    for name, array in zip(names, P):
        theta[name] = array

    def grad():
        gradient = objective.gradient(theta, batch)
        return [gradient[name] for name in names]

    return {"lstm.grad": grad}


def longhand(P, x, t):
    import numba

    from numba_kernels import cpu

    return "numba " + numba.__version__, ours(P, x, t, cpu.lstm)


def reference(P, x, t):
    from ref.layers import lstm

    return "numpy " + np.__version__, ours(P, x, t, lstm)


def jax(P, x, t):
    import jax

    jax.config.update("jax_enable_x64", True)
    P, x, t = jax.tree.map(jax.numpy.asarray, (tuple(P), x, t))
    N = len(t)

    def network(P):
        W, U, b, V = P

        def step(state, xU):
            h, c = state
            i, f, g, o = jax.numpy.split(xU + h @ W, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jax.numpy.tanh(g)
            return (jax.nn.sigmoid(o) * jax.numpy.tanh(c), c), None

        first = jax.numpy.zeros((N, len(W)), W.dtype)
        (h, _), _ = jax.lax.scan(step, (first, first), x @ U + b)
        return h @ V

    grad = jax.jit(jax.grad(lambda P: 0.5 * ((network(P) - t) ** 2).sum() / N))
    return jax.__version__, {"lstm.grad": lambda: jax.block_until_ready(grad(P))}


def torch(P, x, t):
    import torch

    torch.set_num_threads(1)
    (W, U, b, V), x, t = map(torch.from_numpy, P), torch.from_numpy(x), torch.from_numpy(t)
    N, D = x.shape[1:]
    lstm = torch.nn.LSTM(D, len(W), dtype=W.dtype)
    lstm.weight_hh_l0.data, lstm.weight_ih_l0.data, lstm.bias_ih_l0.data = W.T.contiguous(), U.T.contiguous(), b.clone()
    lstm.bias_hh_l0.data.zero_()  # it has two biases, which are added
    V.requires_grad_()

    def grad():
        h, _ = lstm(x)
        loss = 0.5 * ((h[-1] @ V - t) ** 2).sum() / N
        dW, dU, db, dV = torch.autograd.grad(loss, (lstm.weight_hh_l0, lstm.weight_ih_l0, lstm.bias_ih_l0, V))
        return dW.T, dU.T, db, dV

    return torch.__version__, {"lstm.grad": grad}


def run(settings: Settings):
    return compare("lstm", FLOPS, NORMS, ("reference", "jax", "torch"), LIMITS, settings)
