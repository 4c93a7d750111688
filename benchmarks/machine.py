"""One thread on one core, with or without AVX-512, and what the results depend on: processor, libraries."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from everywhere.variants import by_name

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}

# What holds the peers to the instructions of a Haswell; for NumPy, OpenBLAS and numba, `everywhere` knows it.
PEERS_WITHOUT_AVX512 = {
    "XLA_FLAGS": f"{ONE_THREAD['XLA_FLAGS']} --xla_cpu_max_isa=AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
}


def without_avx512() -> None:
    """Hold this process and its children, ours and the peers, to a Haswell's instructions; after one_thread.

    The code that JAX compiles has no 512-bit registers then (looked at in its object files); what its libraries choose
    for themselves is not known: the recurrent network's gradient took it 0.13 s with and without.

    Raises LookupError where the machine cannot be one, or is one already.
    """
    haswell, = by_name(["haswell"])
    os.environ.update(haswell.environment | PEERS_WITHOUT_AVX512)


def one_thread(core: int | None = None) -> int | None:
    """Hold this process and its children to one thread on one core; call it before NumPy is imported.

    core: by default the second where there is one, since the first serves most interrupts.  Return the core, or None
    where the system cannot pin processes.  Raises ValueError for a core that this process may not use.
    """
    os.environ.update(ONE_THREAD)
    if not hasattr(os, "sched_setaffinity"):
        if core is not None:
            raise ValueError(f"core is {core} but this system cannot pin processes to a core")
        return None
    cores = sorted(os.sched_getaffinity(0))
    if core is None:
        core = cores[min(1, len(cores) - 1)]
    if core not in cores:
        raise ValueError(f"core is {core} but must be one of {cores}")
    os.sched_setaffinity(0, {core})
    return core


def processor() -> str:
    """The processor's model name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def description() -> dict[str, str]:
    """What a reader of the results needs to know of the machine; nothing that names it."""
    import numpy as np

    config = np.show_config(mode="dicts")
    blas = config["Build Dependencies"]["blas"]
    simd = config["SIMD Extensions"].get("found", [])
    return {
        "processor": processor() + (", held to AVX2" if "AVX2" in os.environ.get("XLA_FLAGS", "") else ""),
        "simd": " ".join(simd),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": version("scipy"),
        "blas": f"{blas['name']} {blas['version']}",
    }
