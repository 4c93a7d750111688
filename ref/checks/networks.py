"""All checks of a network: its four passes are those of an op whose arguments are the parameters' arrays.

theta is anything with a flat `.vector`, named arrays in `.items()`, and `.like(vector)`, such as
ref.parameters.Parameters.
"""

import numpy as np

from ref.checks.failure import CheckFailure, require_equal, require_nonzero
from ref.checks.hygiene import check_layouts, check_pure
from ref.checks.ops import check_op
from ref.checks.passes import op_name
from ref.checks.table import Row

Array = np.ndarray


class NetworkAsOp:
    """forward(W1, b1, ...) and so on, at fixed inputs; `without` are parameters that stay as they are in theta."""

    def __init__(self, network, theta, inputs: tuple, without: tuple[str, ...] = ()):
        self.network, self.theta, self.inputs, self.without = network, theta, inputs, without

    def _join(self, arrays, held: float = 1.0) -> "Parameters":  # noqa: F821 - whatever theta is
        """The arrays put together, and held times those that stay."""
        arrays = iter(arrays)
        joined = [held * array if name in self.without else next(arrays) for name, array in self.theta.items()]
        dtype = next((array.dtype for name, array in zip(dict(self.theta.items()), joined)
                      if name not in self.without))
        return self.theta.like(np.concatenate([array.ravel() for array in joined]).astype(dtype, copy=False))

    def _taken(self, gradient) -> tuple:
        return tuple(array for name, array in gradient.items() if name not in self.without)

    def forward(self, *arrays):
        theta = self._join(arrays)
        dtype = theta.vector.dtype
        return self.network.forward(theta, *(x if x.dtype == bool else x.astype(dtype, copy=False)
                                             for x in self.inputs))

    def backward(self, dz, cache):
        return self._taken(self.network.backward(dz, cache))

    def r_forward(self, *arrays_and_cache):
        *arrays, cache = arrays_and_cache
        return self.network.r_forward(self._join(arrays, held=0), cache)

    def r_backward(self, Rdz, dz, cache, r_cache):
        return self._taken(self.network.r_backward(Rdz, dz, cache, r_cache))


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


def check_idle(network, theta, inputs: tuple, idle: tuple[str, ...], seed: int = 0, tolerance: float = 1e-12) -> float:
    """Parameters that the outputs do not depend on have no gradient, beside the largest of the others; and a change of
    them changes no output.  Return the worst relative size.
    """
    z, cache = network.forward(theta, *inputs)
    rng = np.random.default_rng(seed)
    gradient = network.backward(rng.standard_normal(z.shape), cache)
    moved = theta.copy()
    for name in idle:
        moved[name] = moved[name] + rng.standard_normal(moved[name].shape)
    worst = np.abs(network.forward(moved, *inputs)[0] - z).max() / np.abs(z).max()
    worst = max(worst, *(np.abs(gradient[name]).max() / np.abs(gradient.vector).max() for name in idle))
    if not worst <= tolerance:
        raise CheckFailure(f"idle parameters, argument {', '.join(idle)}: the outputs depend on them, {worst:.1e}, "
                           f"allowed {tolerance:.0e}")
    return float(worst)


def check_network(network, theta, x: Array | tuple, seed: int = 0, linear: bool = False, name: str | None = None,
                  idle: tuple[str, ...] = ()) -> list[Row]:
    """Every check of the network at theta and x; CheckFailure at the first that fails.

    theta, x   float64, small, all dimensions different, away from kinks; a tuple where the network takes several inputs
    linear     the outputs are linear in the parameters
    idle       parameters that the outputs do not depend on, as biases before batch normalization
    """
    name, inputs = name or op_name(network), x if isinstance(x, tuple) else (x,)
    op = NetworkAsOp(network, theta, inputs, idle)
    arguments = {of: array for of, array in theta.items() if of not in idle}
    rows = check_op(op, arguments, seed, linear=linear, name=name)
    if idle:
        error = check_idle(network, theta, inputs, idle, seed)
        rows.append(Row(name, ", ".join(idle), "no output depends on it", error, 1e-12))
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
