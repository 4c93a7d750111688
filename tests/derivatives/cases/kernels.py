"""Compiled twins beside their references; the references' cases on the kernels; networks on them, their inputs data."""

from itertools import product

import numpy as np
from numba import njit

from numba_kernels.cpu import activations, dnc, elman, in_place, lrua, lstm, memory, ntm, panels, states
from ref.cells import dnc as ref_dnc, lrua as ref_lrua
from ref.cells.ntm import Design
from ref.checks import Row, require_equal
from ref.layers import softmax
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal
from tests.derivatives.cases.cells import computing, turing
from tests.derivatives.cases.layers import PHIS, recurrence
from tests.derivatives.cases.lrua import least_recently_used, lrua_rnn
from tests.derivatives.cases.lstm import long_short_term_memory
from tests.derivatives.cases.networks import elman_rnn, lstm_rnn
from tests.derivatives.cases.states import of_each_case
from tests.kernels import problems

STATES = functions(states, "transposed", "start", "of_start")
ELMAN = (
    functions(elman, "_sums")
    + STATES
    + functions(elman.loops, *(f"{name}_cases" for name in FOUR_PASSES))
    + functions(activations, "activate", "slope", "r_slope", "tanh", "logistic")
    + functions(in_place, "add", "multiply", "multiply_by_sum", "add_to_rows", "add_rows", "add_product",
                "clip_entries", "clipped")
)
LSTM = (
    functions(lstm, "_arrays", "_stacked", "_or_zeros", "_sums", "_gradients")
    + STATES
    + functions(lstm.loops, *(f"{name}_cases" for name in FOUR_PASSES), "beside")
    + functions(lstm.cell, "four", "cells", "backward_cells", "r_cells", "r_backward_cells", "add_to_peepholes")
    + functions(activations, "tanh", "logistic")
    + functions(in_place, "add", "add_product", "clipped")
)
CONTROLLER = (
    functions(memory.controller, "inputs", "beside_one", "to_reads", "speak", "speak_backward", "r_speak",
                "r_speak_backward")
    + functions(memory.arrays, "fit_back", "stacked", "turned", "zero_sums", "taken_apart", "flat")
)
NTM = (
    CONTROLLER
    + functions(ntm, "trace", "last_r", "_fit_back")
    + functions(ntm.arrays, "layout", "columns", "head_by_head", "stacked", "turned", "taken_apart", "ways_back",
                "as_state")
    + functions(ntm.loops, "forward_cases", "backward_cases", "at")
    + functions(ntm.r_loops, "r_forward_cases", "r_backward_cases")
    + functions(ntm.heads, "contents", "forward_step", "backward_step")
    + functions(ntm.r_heads, "of_head", "r_forward_step", "r_backward_step")
    + functions(memory.interface, "activate", "softplus", "times_slopes", "through_tanh", "r_times_slopes",
                "r_through_tanh", "r_through_logistic")
    + functions(memory.access, "inverse_lengths", "inverse_length", "compare", "compare_row_backward",
                "compare_backward", "write", "keep", "write_row_backward", "write_backward", "read", "read_backward")
    + functions(memory.r_access, "r_inverse_lengths", "r_compare", "r_compare_backward", "r_keep", "r_write",
                "r_write_backward", "r_read", "r_read_backward")
    + functions(memory.weighting, "said", "gated", "to_sharpen", "weigh", "through_softmax", "r_through_softmax",
                "weigh_backward")
    + functions(memory.r_weighting, "r_gated", "r_weigh", "r_weigh_backward")
    + functions(memory.rows, "dot", "total_of", "subtract", "scale", "softmax", "largest", "log", "fill", "extend",
                "add_convolution", "add_correlation")
    + functions(in_place, "put")
)
DNC = (
    CONTROLLER
    + functions(dnc, "trace", "last_r", "_fit_back")
    + functions(dnc.arrays, "layout", "shapes", "begin", "ways_back", "as_state")
    + functions(dnc.loops, "forward_cases", "backward_cases")
    + functions(dnc.r_loops, "r_forward_cases", "r_backward_cases")
    + functions(dnc.heads, "rows_of", "seen_of", "find", "find_backward", "weigh", "weigh_backward", "look",
                "look_backward", "forward_step", "backward_step")
    + functions(dnc.r_heads, "r_find", "r_find_backward", "r_weigh", "r_weigh_backward", "r_look_backward",
                "r_forward_step", "r_backward_step")
    + functions(dnc.interface, "cut", "activate", "times_slopes", "through_logistic", "r_times_slopes")
    + functions(dnc.links, "precede", "precede_backward", "link", "link_backward", "dot_of_difference", "add_times",
                "follow", "follow_backward", "mix", "mix_backward")
    + functions(dnc.r_links, "r_precede", "r_precede_backward", "r_link", "r_link_backward", "r_follow",
                "r_follow_backward", "r_mix", "r_mix_backward")
    + functions(dnc.free, "retain", "use", "use_backward", "sort", "is_after", "offer", "allocate",
                "allocate_backward")
    + functions(dnc.r_free, "r_retain", "r_use", "r_use_backward", "r_offer", "r_allocate", "r_allocate_backward")
)
LRUA = (
    CONTROLLER
    + functions(lrua, "trace", "last_r", "_fit_back", "_of_start")
    + functions(lrua.arrays, "layout", "begin", "ways_back", "as_state")
    + functions(lrua.loops, "forward_cases", "backward_cases")
    + functions(lrua.r_loops, "r_forward_cases", "r_backward_cases")
    + functions(lrua.heads, "rows_of", "forward_step", "backward_step")
    + functions(lrua.r_heads, "r_strength", "r_forward_step", "r_backward_step")
    + functions(lrua.interface, "cut", "strength", "activate", "times_slopes", "r_times_slopes")
    + functions(lrua.writing, "its_own", "aim", "aim_backward", "forget", "add", "add_backward", "use")
    + functions(lrua.r_writing, "r_aim", "r_aim_backward", "r_add", "r_add_backward")
    + functions(dnc.free, "sort", "is_after")  # of the first of the order alone
    + functions(memory.access, "compare_backward")  # with no more rows of memory than it needs
)
ALL = {"elman": functions(elman, *FOUR_PASSES) + ELMAN, "lstm": functions(lstm, *FOUR_PASSES) + LSTM,
       "ntm": functions(ntm, *FOUR_PASSES) + NTM, "dnc": functions(dnc, *FOUR_PASSES) + DNC,
       "lrua": functions(lrua, *FOUR_PASSES) + LRUA}


WHAT = "the reference's result"


@njit
def softmax_of_row(x):
    memory.rows.softmax(x)


@njit
def log_of_row(x, out):
    memory.rows.log(x, out)


def softmax_and_log(L: int) -> Case:
    """Of numbers near each other, and with one at each place in turn so far above the rest that only its own distance
    from the largest keeps exp from overflowing; in float32 as well.
    """
    title = f"numba_kernels.cpu.memory.rows: {L} locations"
    near = np.round(16 * normal(L)) / 16 + 500  # exact in either dtype
    each = np.concatenate([near[None], near + 1000 * np.eye(L)])

    def run() -> list[Row]:
        rows = []
        for dtype, tolerance in ((np.float64, 1e-13), (np.float32, 1e-5)):
            for x in each.astype(dtype):
                weights, logs = x.copy(), np.empty_like(x)
                softmax_of_row(weights)
                log_of_row(x, logs)
                rows += [Row(title, name, WHAT, require_equal(WHAT, name, got, expected, tolerance), tolerance)
                         for name, got, expected in (("softmax", weights, softmax.forward(x)[0]),
                                                     ("log", logs, np.log(x)))]
        return rows

    return Case(title, functions(memory.rows, "softmax", "largest", "log", "subtract", "scale", "total_of"), run)


@njit
def products(A, B, put, added):
    panels.put_product(put, A, B)
    panels.add_product(added, A, B)


def products_in_panels(K: int, G: int) -> Case:
    """Beside NumPy's, of as many rows as leave one to four to the last block; a row behind them stays."""
    title = f"numba_kernels.cpu.panels: ({K}, {G})"

    def run() -> list[Row]:
        rows = []
        for N, (dtype, tolerance) in product((5, 6, 7, 8), ((np.float64, 1e-14), (np.float32, 1e-5))):
            A, B, out = (normal(*shape, seed=seed).astype(dtype)
                         for seed, shape in enumerate(((N, K), (K, G), (N + 1, G))))
            put, added = out.copy(), out.copy()
            products(A, panels.in_panels(B), put[:N], added[:N])
            AB = np.concatenate([A @ B, np.zeros((1, G), dtype)])
            out[:N] = out[:N] + AB[:N]
            AB[N] = out[N]
            rows += [Row(title, name, WHAT, require_equal(WHAT, name, got, expected, tolerance), tolerance)
                     for name, got, expected in (("put", put, AB), ("added", added, out))]
        return rows

    return Case(title, functions(panels, "in_panels", "put_product", "add_product", "four_rows"), run)


def twin(name: str, T: int, variant: str) -> Case:
    """Every result of the kernel's four passes, with and without its options, is the reference's."""
    kernel, reference, problem, _ = problems.TWINS[name]
    title = f"{kernel.__name__} {variant} T={T} beside its reference"

    def run() -> list[Row]:
        # each with arrays of its own, so that no fault reaches the other's, or those of the next run
        both = (problems.one_by_one(problem, op, problem.arrays(T), variant) for op in (kernel, reference))
        return [Row(title, result, WHAT, require_equal(WHAT, result, got, expected, 1e-13), 1e-13)
                for (result, got), (_, expected) in zip(*both, strict=True) if expected is not None]

    return Case(title, ALL[name], run)


TWINS = [softmax_and_log(9), products_in_panels(3, 19)]
TWINS += [twin(name, 3, variant)  # first: the fastest to notice a fault
          for name, (_, _, problem, _) in problems.TWINS.items() for variant in problem.VARIANTS]
KERNELS = [
    *(recurrence(T, phi, elman, ELMAN) for T, phi in PHIS),
    *(long_short_term_memory(T, peepholes, lstm, LSTM) for T, peepholes in ((1, True), (2, False), (3, True))),
    of_each_case(elman, 3, 4, 2, 5, "logistic", ELMAN),
    of_each_case(lstm, 3, 4, 5, 2, "peepholes", LSTM),
    turing(1, Design(3, 2, 2, 1), op=ntm, helpers=NTM),
    turing(2, Design(5, 3, 1, 2, shifts=2, order="read first", contents="identity"), op=ntm, helpers=NTM),
    turing(2, Design(4, 2, strength="oneplus"), "feedforward", each_case=False, op=ntm, helpers=NTM),
    computing(2, ref_dnc.Design(3, 2, 2), each_case=False, op=dnc, helpers=DNC),
    least_recently_used(2, ref_lrua.Design(4, 2, 2, strength="oneplus"), each_case=False, op=lrua, helpers=LRUA),
    least_recently_used(2, ref_lrua.Design(4, 3, 2, 0.5, "softplus", True, spread="one each", zeroes="all"),
                        "feedforward", op=lrua),
    lrua_rnn(2, 2, op=lrua),
    elman_rnn(3, "tanh", "all", op=elman, helpers=ALL["elman"]),
    lstm_rnn(2, "all", True, op=lstm, helpers=ALL["lstm"]),
]
