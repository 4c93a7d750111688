"""nin: the network in network for digits, 1,437 pictures 8 x 8, in batches of 128 (the rest of 29 included), masks of
dropout given.

    nin.epoch    one epoch of momentum: 12 steps
    nin.hessian  the exact Hessian times a vector, of the first batch; ours at cached activations, as a run of
                 conjugate gradients asks for it

Ours is the network with the compiled stages, `reference` the same in NumPy.  PyTorch runs eagerly, `torch` in its
default layout, `torch_last` in channels_last; JAX compiles a whole step, and the product as jvp of grad.  Programs
return all parameters, or the product.
"""

import numpy as np

from benchmarks.compare import Limits, Settings, compare

N, CASES, CLASSES = 128, 1437, 10
EPSILON, RATE, MOMENTUM = 1e-3, 1e-4, 0.9
GROUPS = (((32, 24, 16), 5), ((32, 32, 32), 5), ((32, 32, CLASSES), 3))
PLACES = (64, 16, 4)


def flops(cases: int) -> dict[str, int]:
    """Operations of the convolutions' products: y, dK and dy Kᵀ; x RK, Rx K, dK's two, dx's two, and dx itself."""
    layers, C = [], 1
    for (widths, size), places in zip(GROUPS, PLACES):
        for k, width in zip((size, 1, 1), widths):
            layers.append(2 * places * k * k * C * width)
            C = width
    first, others = layers[0], sum(layers[1:])
    return {"nin.epoch": cases * (2 * first + 3 * others), "nin.hessian": min(cases, N) * (2 * first + 7 * others)}


FLOPS = flops(CASES)
NORMS = {"nin.epoch": 21.9201114395375, "nin.hessian": 39.6830129809222}
LIMITS = {("nin.epoch", "float32"): Limits({"torch": 0.6, "torch_last": 0.6, "jax": 0.8}),
          ("nin.hessian", "float32"): Limits({"jax": 0.6})}


def arrays(dtype):
    """Parameters by name; a direction likewise; x (CASES, 8, 8, 1), t one-hot; two masks of dropout."""
    rng = np.random.default_rng(1)
    P, C = {}, 1
    for g, (widths, size) in enumerate(GROUPS, 1):
        for b, width in enumerate(widths, 1):
            k = size if b == 1 else 1
            P |= {f"{g}{b}K": rng.standard_normal((k, k, C, width)) / np.sqrt(k * k * C), f"{g}{b}b": np.zeros(width),
                  f"{g}{b}gamma": np.ones(width), f"{g}{b}beta": np.zeros(width)}
            C = width
    P = {name: p.astype(dtype) for name, p in P.items()}
    v = {name: rng.standard_normal(p.shape).astype(dtype) for name, p in P.items()}
    x = rng.random((CASES, 8, 8, 1)).astype(dtype)
    t = np.eye(CLASSES, dtype=dtype)[rng.integers(0, CLASSES, CASES)]
    masks = [rng.random((CASES, side, side, width)) < 0.5 for side, width in ((4, 16), (2, 32))]
    return P, v, x, t, masks


def batches():
    return [slice(first, first + N) for first in range(0, CASES, N)]


def ours(P, v, x, t, masks, accelerated):
    from ref.batch import Batch
    from ref.losses import softmax_cross_entropy
    from ref.networks.images.nin import nin_digits
    from ref.objective import Objective
    from ref.optimizers import Momentum
    from ref.parameters import Parameters

    network = accelerated(nin_digits())
    objective, optimizer = Objective(network, softmax_cross_entropy, chunk=N), Momentum(RATE, MOMENTUM)
    theta, direction = (Parameters.from_arrays({name: arrays[name] for name in network.shapes}) for arrays in (P, v))
    parts = [Batch((x[cut], *(mask[cut] for mask in masks)), (t[cut],)) for cut in batches()]
    H = objective.curvature(theta, parts[0], "hessian")

    def epoch():
        now, state = theta, optimizer.init(theta)
        for part in parts:
            now, state, _ = optimizer.step(now, state, objective, part)
        return [now[name] for name in P]

    def product():
        Hv = theta.like(H @ direction.vector)
        return [Hv[name] for name in P]

    return {"nin.epoch": epoch, "nin.hessian": product}


def longhand(*given):
    import numba

    from numba_kernels import accelerate

    return "numba " + numba.__version__, ours(*given, accelerate)


def reference(*given):
    return "numpy " + np.__version__, ours(*given, lambda network: network)


def jax(P, v, x, t, masks):
    import jax
    from jax import lax, numpy as jnp

    jax.config.update("jax_enable_x64", True)
    names = list(P)  # JAX sorts them
    P, v, x, t, masks = jax.tree.map(jnp.asarray, (P, v, x, t, masks))

    def pool(y, start, operation):
        return lax.reduce_window(y, start, operation, (1, 3, 3, 1), (1, 2, 2, 1), ((0, 0), (0, 1), (0, 1), (0, 0)))

    def loss(P, x, t, masks):
        y = x
        for g in (1, 2, 3):
            for b in (1, 2, 3):
                K, bias, gamma, beta = (P[f"{g}{b}{name}"] for name in ("K", "b", "gamma", "beta"))
                y = lax.conv_general_dilated(y, K, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias
                mean, variance = y.mean((0, 1, 2)), y.var((0, 1, 2))
                y = jax.nn.relu(gamma * (y - mean) / jnp.sqrt(variance + EPSILON) + beta)
            if g == 1:
                y = pool(y, -jnp.inf, lax.max)
            elif g == 2:
                y = pool(y, 0.0, lax.add) / pool(jnp.ones((1, *y.shape[1:3], 1), y.dtype), 0.0, lax.add)
            if g < 3:
                y = y * (masks[g - 1] * 2).astype(y.dtype)
        return -(t * jax.nn.log_softmax(y.mean((1, 2)))).sum() / len(x)

    @jax.jit
    def step(P, velocity, x, t, masks):
        g = jax.grad(loss)(P, x, t, masks)
        velocity = jax.tree.map(lambda u, d: MOMENTUM * u - RATE * d, velocity, g)
        return jax.tree.map(jnp.add, P, velocity), velocity

    @jax.jit
    def product(P, v, x, t, masks):
        return jax.jvp(lambda P: jax.grad(loss)(P, x, t, masks), (P,), (v,))[1]

    parts = [(x[cut], t[cut], [mask[cut] for mask in masks]) for cut in batches()]

    def epoch():
        now, velocity = P, jax.tree.map(jnp.zeros_like, P)
        for part in parts:
            now, velocity = step(now, velocity, *part)
        return [jax.block_until_ready(now)[name] for name in names]

    def hessian():
        Hv = jax.block_until_ready(product(P, v, *parts[0]))
        return [Hv[name] for name in names]

    return jax.__version__, {"nin.epoch": epoch, "nin.hessian": hessian}


def torch(P, v, x, t, masks):
    return _torch(P, x, t, masks, "contiguous_format")


def torch_last(P, v, x, t, masks):
    return _torch(P, x, t, masks, "channels_last")


def _torch(P, x, t, masks, layout: str):
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    layout = getattr(torch, layout)
    x, *masks = (torch.from_numpy(a).permute(0, 3, 1, 2).contiguous(memory_format=layout)
                 for a in (x, *(mask.astype(x.dtype) * 2 for mask in masks)))
    t = torch.from_numpy(t.argmax(1))
    start = {name: torch.from_numpy(p).permute(3, 2, 0, 1).contiguous(memory_format=layout) if p.ndim == 4
             else torch.from_numpy(p) for name, p in P.items()}

    def network(P, y, masks):
        for g in (1, 2, 3):
            for b in (1, 2, 3):
                K, bias, gamma, beta = (P[f"{g}{b}{name}"] for name in ("K", "b", "gamma", "beta"))
                y = functional.conv2d(y, K, bias, padding=K.shape[2] // 2)
                y = functional.relu(functional.batch_norm(y, None, None, gamma, beta, True, 0.1, EPSILON))
            if g == 1:
                y = functional.max_pool2d(y, 3, 2, ceil_mode=True)
            elif g == 2:
                y = functional.avg_pool2d(y, 3, 2, ceil_mode=True)
            if g < 3:
                y = y * masks[g - 1]
        return y.mean((2, 3))

    def epoch():
        now = {name: p.clone(memory_format=torch.preserve_format).requires_grad_() for name, p in start.items()}
        optimizer = torch.optim.SGD(now.values(), RATE, MOMENTUM)
        for cut in batches():
            optimizer.zero_grad(set_to_none=True)
            z = network(now, x[cut], [mask[cut] for mask in masks])
            functional.cross_entropy(z, t[cut]).backward()
            optimizer.step()
        return [p.detach().permute(2, 3, 1, 0) if p.ndim == 4 else p.detach() for p in now.values()]

    return torch.__version__, {"nin.epoch": epoch}


def run(settings: Settings):
    return compare("nin", FLOPS, NORMS, ("reference", "jax", "torch", "torch_last"), LIMITS, settings)
