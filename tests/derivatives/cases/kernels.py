"""Compiled twins beside their references; the references' cases on the kernels; a network on them, whose inputs are data."""

from numba_kernels.cpu import activations, elman, in_place
from ref.checks import Row, require_equal
from ref.layers import elman as reference
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions
from tests.derivatives.cases.layers import PHIS, recurrence
from tests.derivatives.cases.networks import elman_rnn
from tests.kernels import elman_problem

COMPILED = (
    functions(elman, *(f"_{name}{cases}" for name in FOUR_PASSES for cases in ("", "_cases")), "_transposed")
    + functions(activations, "activate", "slope", "r_slope")
    + functions(in_place, "add", "multiply", "multiply_by_sum", "add_to_rows", "add_rows", "add_product")
)
ALL = functions(elman, *FOUR_PASSES) + COMPILED


def twin(T: int, phi: str) -> Case:
    """Every result of the kernel's four passes, with and without its options, is the reference's."""
    name, arrays = f"{elman.__name__} {phi} T={T} beside its reference", elman_problem.arrays(T)

    def run() -> list[Row]:
        got, expected = (elman_problem.results(op, arrays, phi) for op in (elman, reference))
        return [Row(name, result, "the reference's result", require_equal("the reference's result", result, got[result], array, 1e-13), 1e-13)
                for result, array in expected.items() if array is not None]

    return Case(name, ALL, run)


TWINS = [twin(3, phi) for phi in elman_problem.PHIS]  # first: the fastest to notice a fault
KERNELS = [
    *(recurrence(T, phi, elman, COMPILED) for T, phi in PHIS),
    elman_rnn(3, "tanh", "all", op=elman, helpers=ALL),
]
