"""conv: convolutions of 128 pictures, forward, and forward and backward with all three gradients.

    conv.A     32 x 32 places, 16 -> 16 channels, 3 x 3        conv.D     16 x 16 places, 32 -> 32 channels, 5 x 5
    conv.B     16 x 16 places, 32 -> 32 channels, 3 x 3        conv.E     32 x 32 places, 32 -> 32 channels, 1 x 1
    conv.C      8 x  8 places, 64 -> 64 channels, 3 x 3

Ours is the compiled layer, `reference` the same in NumPy, `product` the forward pass as one matrix product by BLAS, of
patches that are laid out beforehand: what im2col cannot fall below.  PyTorch has pictures and filters in channels_last,
where it is fastest; JAX has NHWC and HWIO, as ours are.
"""

import numpy as np

from benchmarks.compare import Limits, Settings, compare

N = 128
SIZES = {"A": (32, 16, 16, 3), "B": (16, 32, 32, 3), "C": (8, 64, 64, 3), "D": (16, 32, 32, 5), "E": (32, 32, 32, 1)}
FLOPS = {f"conv.{name}.{task}": times * 2 * N * S * S * k * k * C * O for name, (S, C, O, k) in SIZES.items()
         for task, times in (("forward", 1), ("both", 3))}  # y; y, dx and dK
NORMS = {"conv.A.forward": 16952.3667153352, "conv.A.both": 29511.4633078389,
         "conv.B.forward": 16709.8218656682, "conv.B.both": 28936.5106214539,
         "conv.C.forward": 15940.0978397906, "conv.C.both": 27612.7014745903,
         "conv.D.forward": 26710.5768499137, "conv.D.both": 46313.5456410106,
         "conv.E.forward": 11510.0288483005, "conv.E.both": 20131.6026319105}
LIMITS = {(task, "float32"): Limits({"torch": 1.0, "jax": 0.8}) for task in FLOPS}


def arrays(dtype):
    """x (N, S, S, C), K (k, k, C, O), b (O,) of zeros, dy (N, S, S, O) of each size, by its name."""
    rng = np.random.default_rng(0)

    def drawn(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(dtype)

    return ({name: (drawn(N, S, S, C), drawn(k, k, C, O), np.zeros(O, dtype), drawn(N, S, S, O))
             for name, (S, C, O, k) in SIZES.items()},)


def ours(op, given):
    def tasks(name, x, K, b, dy):
        P = len(K) // 2

        def both():
            y, cache = op.forward(x, K, b, padding=P)
            return [y, *op.backward(dy, cache)]

        return {f"conv.{name}.forward": lambda: [op.forward(x, K, b, padding=P)[0]], f"conv.{name}.both": both}

    return {task: run for name, four in given.items() for task, run in tasks(name, *four).items()}


def longhand(given):
    import numba

    from numba_kernels.cpu.images import conv2d

    return "numba " + numba.__version__, ours(conv2d, given)


def reference(given):
    from ref.layers.images import conv2d

    return "numpy " + np.__version__, ours(conv2d, given)


def product(given):
    """The patches are no part of the time; of a 1 x 1 filter they are the pictures themselves."""
    def task(x, K):
        S, P = x.shape[1], len(K) // 2
        seen = np.pad(x, ((0, 0), (P, P), (P, P), (0, 0)))
        patches = np.concatenate([seen[:, i : i + S, j : j + S] for i, j in np.ndindex(K.shape[:2])], 3)
        patches, columns = patches.reshape(-1, K[..., 0].size), K.reshape(-1, K.shape[3])
        y = np.empty((*x.shape[:3], K.shape[3]), x.dtype)

        def run():
            np.matmul(patches, columns, out=y.reshape(-1, K.shape[3]))
            return [y]

        return run

    return "numpy " + np.__version__, {f"conv.{name}.forward": task(x, K) for name, (x, K, *_) in given.items()}


def jax(given):
    import jax

    jax.config.update("jax_enable_x64", True)

    def convolution(x, K, b):
        return jax.lax.conv_general_dilated(x, K, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b

    @jax.jit
    def both(x, K, b, dy):
        y, pull = jax.vjp(convolution, x, K, b)
        return y, *pull(dy)

    forward, tasks = jax.jit(convolution), {}
    for name, four in given.items():
        four = tuple(map(jax.numpy.asarray, four))
        tasks |= {f"conv.{name}.forward": lambda four=four: [jax.block_until_ready(forward(*four[:3]))],
                  f"conv.{name}.both": lambda four=four: jax.block_until_ready(both(*four))}
    return jax.__version__, tasks


def torch(given):
    import torch

    torch.set_num_threads(1)

    def tasks(name, x, K, b, dy):
        P = len(K) // 2
        x, dy = (torch.from_numpy(a).permute(0, 3, 1, 2) for a in (x, dy))  # channels_last as they are
        K = torch.from_numpy(K).permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
        leaves = [a.detach().requires_grad_() for a in (x, K, torch.from_numpy(b))]

        def forward():
            with torch.no_grad():
                return [torch.nn.functional.conv2d(*leaves, padding=P).permute(0, 2, 3, 1)]

        def both():
            y = torch.nn.functional.conv2d(*leaves, padding=P)
            dx, dK, db = torch.autograd.grad(y, leaves, dy)
            return [y.detach().permute(0, 2, 3, 1), dx.permute(0, 2, 3, 1), dK.permute(2, 3, 1, 0), db]

        return {f"conv.{name}.forward": forward, f"conv.{name}.both": both}

    return torch.__version__, {task: run for name, four in given.items() for task, run in tasks(name, *four).items()}


def run(settings: Settings):
    return compare("conv", FLOPS, NORMS, ("reference", "product", "jax", "torch"), LIMITS, settings)
