"""All checks of a network: its four passes are those of an op whose arguments are the parameters' arrays.

theta is anything with a flat `.vector`, named arrays in `.items()`, and `.like(vector)`, such as
ref.parameters.Parameters.
"""

import numpy as np

from ref.checks.failure import require_equal, require_nonzero
from ref.checks.hygiene import check_layouts, check_pure
from ref.checks.ops import check_op
from ref.checks.passes import op_name
from ref.checks.table import Row

Array = np.ndarray


class NetworkAsOp:
    """forward(W1, b1, ...) and so on, at fixed inputs."""

    def __init__(self, network, theta, inputs: tuple):
        self.network, self.theta, self.inputs = network, theta, inputs

    def _join(self, arrays) -> "Parameters":  # noqa: F821 - whatever theta is
        return self.theta.like(np.concatenate([array.ravel() for array in arrays]))

    def forward(self, *arrays):
        theta = self._join(arrays)
        return self.network.forward(theta, *(x.astype(theta.vector.dtype, copy=False) for x in self.inputs))

    def backward(self, dz, cache):
        return tuple(array for _, array in self.network.backward(dz, cache).items())

    def r_forward(self, *arrays_and_cache):
        *arrays, cache = arrays_and_cache
        return self.network.r_forward(self._join(arrays), cache)

    def r_backward(self, Rdz, dz, cache, r_cache):
        return tuple(array for _, array in self.network.r_backward(Rdz, dz, cache, r_cache).items())


def check_backward_squares(network, theta, x: Array, seed: int = 0, tolerance: float = 1e-12) -> float:
    """backward_squares against a loop over cases: Σₙ gₙ and Σₙ gₙ²; return the worst relative error."""
    z, cache = network.forward(theta, x)
    dz = np.random.default_rng(seed).standard_normal(z.shape)
    cases = []
    for n in range(len(x)):
        _, one = network.forward(theta, x[n : n + 1])
        cases.append(network.backward(dz[n : n + 1], one).vector)
    worst = 0.0
    for name, got, expected in zip(("gradient", "squares"), network.backward_squares(dz, cache),
                                   (np.sum(cases, axis=0), np.sum(np.square(cases), axis=0)), strict=True):
        require_nonzero("backward_squares against a loop over cases", name, expected)
        worst = max(worst, require_equal("backward_squares against a loop over cases", name, got.vector, expected,
                                         tolerance))
    return worst


def check_network(network, theta, x: Array | tuple, seed: int = 0, linear: bool = False,
                  name: str | None = None) -> list[Row]:
    """Every check of the network at theta and x; CheckFailure at the first that fails.

    theta, x   float64, small, all dimensions different, away from kinks; a tuple where the network takes several inputs
    linear     the outputs are linear in the parameters
    """
    name, inputs = name or op_name(network), x if isinstance(x, tuple) else (x,)
    op = NetworkAsOp(network, theta, inputs)
    rows = check_op(op, dict(theta.items()), seed, linear=linear, name=name)
    rng = np.random.default_rng(seed)
    v = theta.like(rng.standard_normal(theta.vector.size))
    dz, Rdz = rng.standard_normal((2, *network.forward(theta, *inputs)[0].shape))

    def passes(dz, Rdz, *inputs):
        z, cache = network.forward(theta, *inputs)
        Rz, r_cache = network.r_forward(v, cache)
        results = (z, network.backward(dz, cache), Rz, network.r_backward(Rdz, dz, cache, r_cache))
        return results + network.backward_squares(dz, cache) if hasattr(network, "backward_squares") else results

    check_pure(passes, dz, Rdz, *inputs, name=name)
    rows += [Row(name, "x, dz", "same bits, nothing mutated", 0.0, 0.0),
             Row(name, "x, dz", "memory layouts", check_layouts(passes, dz, Rdz, *inputs, name=name), 1e-12)]
    if hasattr(network, "backward_squares"):
        rows.append(Row(name, "all", "squares against a loop over cases",
                        check_backward_squares(network, theta, *inputs, seed=seed), 1e-12))
    return rows
