"""All checks of an op with the four passes."""

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np

from ref.checks.backward import check_backward, check_dot
from ref.checks.failure import CheckFailure
from ref.checks.hygiene import check_float32, check_layouts, check_pure
from ref.checks.passes import PASSES, Arguments, Point, as_tuple, op_name
from ref.checks.r_backward import check_op_symmetry, check_r_backward
from ref.checks.r_forward import check_r_forward, check_r_forward_complex
from ref.checks.table import Row
from ref.checks.taylor import check_taylor


def check_op_taylor(op, arguments: Arguments, seed: int = 0) -> tuple[float, float]:
    """Taylor remainders of <dy, f> along a unit direction: with backward (slope 2), then with r_backward too (slope 3).
    """
    point = Point(op, arguments, seed)
    norm = np.sqrt(sum(np.sum(Rx * Rx) for Rx in point.directions))
    point.directions = tuple(Rx / norm for Rx in point.directions)
    gradients = as_tuple(op.backward(point.dy, point.cache))
    r_gradients = point.r_gradients(Rdy=np.zeros_like(point.dy))
    slope, curvature = (sum(np.sum(d * Rx) for d, Rx in zip(ds, point.directions)) for ds in (gradients, r_gradients))

    def f(step):
        return np.sum(point.dy * point.output(step))

    return check_taylor(f, (f(0), slope), "backward"), check_taylor(f, (f(0), slope, curvature), "r_backward")


def check_op_hygiene(op, arguments: Arguments, seed: int = 0) -> tuple[float, float, float]:
    """Each pass is pure; all four accept any memory layout; all four keep float32."""
    point = Point(op, arguments, seed)
    n = len(point.arguments)
    check_pure(op.forward, *point.arguments, name="forward")
    check_pure(op.backward, point.dy, point.cache, name="backward")
    check_pure(op.r_forward, *point.directions, point.cache, name="r_forward")
    check_pure(op.r_backward, point.Rdy, point.dy, point.cache, point.r_forward()[1], name="r_backward")

    def passes(dy, Rdy, *rest):
        forward = op.forward(*rest[:n])
        r_forward = op.r_forward(*rest[n:], forward[1])
        return forward, op.backward(dy, forward[1]), r_forward, op.r_backward(Rdy, dy, forward[1], r_forward[1])

    arrays = (point.dy, point.Rdy, *point.arguments, *point.directions)
    return 0.0, check_layouts(passes, *arrays, name=op_name(op)), check_float32(passes, *arrays, name=op_name(op))


def without_absent(op, arguments: Arguments) -> tuple:
    """The op as one that does not take the arguments that are None here, and the others.

    All four passes keep a place for an absent argument: None goes in there, and None must come out.
    """
    if not isinstance(arguments, Mapping) or all(array is not None for array in arguments.values()):
        return op, arguments
    given = [array is not None for array in arguments.values()]

    def filled(arrays: tuple) -> list:
        arrays = iter(arrays)
        return [next(arrays) if there else None for there in given]

    def taken(check: str, results: tuple) -> tuple:
        for name, there, result in zip(arguments, given, results, strict=True):
            if not there and result is not None:
                raise CheckFailure(f"{check}, argument {name}: expected None, since it is absent, got {result!r:.60}")
        return tuple(result for there, result in zip(given, results) if there)

    shorter = SimpleNamespace(
        forward=lambda *arrays: op.forward(*filled(arrays)),
        backward=lambda dy, cache: taken("backward", op.backward(dy, cache)),
        r_forward=lambda *arrays_and_cache: op.r_forward(*filled(arrays_and_cache[:-1]), arrays_and_cache[-1]),
        r_backward=lambda *caches: taken("r_backward", op.r_backward(*caches)))
    return shorter, {name: array for name, array in arguments.items() if array is not None}


def check_op(op, arguments: Arguments, seed: int = 0, analytic: bool = False, linear: bool = False,
             name: str | None = None) -> list[Row]:
    """Every check of the op at its arguments; CheckFailure at the first that fails.

    op          module or object with forward, backward, r_forward, r_backward
    arguments   float64 arrays, by name or in forward's order; small, all dimensions different, away from kinks; None,
                with its name, for one that is absent
    analytic    also check r_forward by the complex step: forward must not use abs, norms or comparisons of magnitudes
    linear      the op is linear, or linear between kinks: r_backward must then be zero for Rdy = 0
    """
    missing = [pass_name for pass_name in PASSES if not hasattr(op, pass_name)]
    if missing:
        raise TypeError(f"op {op_name(op)} has no {', '.join(missing)} but needs {', '.join(PASSES)}")
    name = name or op_name(op)
    op, arguments = without_absent(op, arguments)
    rows = [Row(name, argument, "backward against differences", error, 1e-8)
            for argument, error in check_backward(op, arguments, seed).items()]
    rows.append(Row(name, "all", "r_forward against differences", check_r_forward(op, arguments, seed), 1e-8))
    if analytic:
        rows.append(Row(name, "all", "r_forward against the complex step",
                        check_r_forward_complex(op, arguments, seed), 1e-12))
    rows.append(Row(name, "all", "dot test", check_dot(op, arguments, seed), 1e-12))
    rows += [Row(name, argument, "r_backward against differences", error, 1e-8)
             for argument, error in check_r_backward(op, arguments, seed).items()]
    rows.append(Row(name, "all", "symmetry of r_backward", check_op_symmetry(op, arguments, seed, linear), 1e-12))
    slope_2, slope_3 = check_op_taylor(op, arguments, seed)
    rows += [Row(name, "all", "Taylor slope 2 (shortfall)", slope_2, 0.1),
             Row(name, "all", "Taylor slope 3 (shortfall)", slope_3, 0.1)]
    pure, layout, float32 = check_op_hygiene(op, arguments, seed)
    return rows + [Row(name, "all", "same bits, nothing mutated", pure, 0.0),
                   Row(name, "all", "memory layouts", layout, 1e-12),
                   Row(name, "all", "float32 stays float32", float32, 1e-4)]
