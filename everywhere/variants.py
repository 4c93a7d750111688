"""The machines that this one can be.

    nehalem, haswell, zen, skylakex    OpenBLAS takes that processor's kernels (OPENBLAS_CORETYPE)
    nehalem, haswell                   NumPy and numba, too, leave out what that processor does not have
    plain-numpy                        NumPy without any of its chosen instructions (NPY_DISABLE_CPU_FEATURES)
    two-threads                        BLAS on two threads, which sums in another order
    nudge-1, nudge-2, nudge-3          starting parameters moved by one unit in the last place (`everywhere.nudge`)

A processor can be those whose instructions it has: OpenBLAS says which kernels it took, and what it did not take is
left out.  The kernels that it takes unasked are this machine's own.
"""

import os
import subprocess
import sys
from functools import cache
from typing import NamedTuple

# NumPy's names of what a Haswell does not have, by the release that uses them, and numba's name of the processor.
BEYOND_HASWELL = ("AVX512", "X86_V4")
NUMBA = {"nehalem": "nehalem", "haswell": "haswell"}
CORES = {"nehalem": "Nehalem", "haswell": "Haswell", "zen": "Zen", "skylakex": "SkylakeX"}

ASK_BLAS = """
import numpy, threadpoolctl
print(*{pool["architecture"] for pool in threadpoolctl.threadpool_info() if pool["internal_api"] == "openblas"})
"""
ASK_NUMPY = """
from numpy._core import _multiarray_umath as numpy
print(*[name for name in numpy.__cpu_dispatch__ if numpy.__cpu_features__.get(name)])
"""


class Variant(NamedTuple):
    name: str
    environment: dict[str, str]

    @property
    def nudge(self) -> int | None:
        """The seed by which starting parameters are nudged, None for not at all."""
        seed = self.environment.get("LONGHAND_NUDGE")
        return None if seed is None else int(seed)


OWN = Variant("own", {})


def _answer(question: str, **environment: str) -> list[str]:
    command = [sys.executable, "-c", question]
    asked = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    return asked.stdout.split() if asked.returncode == 0 else []


@cache
def blas_core(asked: str = "") -> str:
    """The kernels that OpenBLAS takes when it is asked for some; "" where NumPy's BLAS is another library."""
    taken = _answer(ASK_BLAS, **({"OPENBLAS_CORETYPE": asked} if asked else {}))
    return taken[0] if len(taken) == 1 else ""


@cache
def numpy_features() -> tuple[str, ...]:
    """The instructions that NumPy chose for this processor, by the names under which it can be told to leave them."""
    return tuple(_answer(ASK_NUMPY))


def _without(features: tuple[str, ...]) -> dict[str, str]:
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(features)} if features else {}


@cache
def variants() -> tuple[Variant, ...]:
    """All machines that this one can be, those most unlike it first."""
    every = numpy_features()
    left_out = {"nehalem": every, "haswell": tuple(name for name in every if name.startswith(BEYOND_HASWELL))}
    cores = []
    for name, core in CORES.items():
        if blas_core(core).lower() == core.lower() != blas_core().lower():
            numba = {"NUMBA_CPU_NAME": NUMBA[name], "NUMBA_CPU_FEATURES": ""} if name in NUMBA else {}
            cores.append(Variant(name, {"OPENBLAS_CORETYPE": core} | _without(left_out.get(name, ())) | numba))
    plain = [Variant("plain-numpy", _without(every))] if every else []
    nudged = [Variant(f"nudge-{seed}", {"LONGHAND_NUDGE": str(seed)}) for seed in (1, 2, 3)]
    return (*cores, *plain, Variant("two-threads", {"OPENBLAS_NUM_THREADS": "2"}), *nudged)


def two_unlike_this() -> tuple[Variant, Variant]:
    """For continuous integration: the oldest other processor that this one can be, and a nudge."""
    others = [variant for variant in variants() if variant.nudge is None]
    nudged = [variant for variant in variants() if variant.nudge is not None]
    return others[0], nudged[0]


def by_name(names: list[str]) -> list[Variant]:
    """The variants of these names, all without any; LookupError for a name that is none of this machine's."""
    there = {variant.name: variant for variant in (OWN, *variants())}
    if unknown := [name for name in names if name not in there]:
        raise LookupError(f"this machine cannot be {unknown[0]!r}; it can be: {', '.join(there)}")
    return [there[name] for name in names] if names else list(variants())
