"""How every kernel is compiled.

    contract    a product and a sum may become one fused operation.  The other relaxations of fastmath stay off: they
                break isnan, or the arithmetic that vector_math rounds by.
    reassoc     in SUMS, of functions that do nothing but sum: in any order, so that several terms are taken at once
    inline      in ONCE, of long functions that are called in one place: not compiled by themselves first
    cache       machine code is kept beside the source for the next process.  Numba does not see when a helper in
                another file has changed: set LONGHAND_NUMBA_CACHE=0 when working on kernels.
"""

import os

JIT = {
    "cache": os.environ.get("LONGHAND_NUMBA_CACHE", "1") != "0",
    "error_model": "numpy",  # a division by zero gives inf or NaN as in NumPy
    "fastmath": {"contract"},
    "nogil": True,
    "no_cfunc_wrapper": True,
}
INNER = JIT | {"no_cpython_wrapper": True}
SUMS = INNER | {"fastmath": {"contract", "reassoc"}}
ONCE = INNER | {"inline": "always"}
