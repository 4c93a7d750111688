"""Which tests run in one process: a file's, those of an experiment's folder, of each compiled recurrence, and of the
layers of pictures: they share what takes long to compile or to run.  Other tests of derivatives go by the op.  What
compiles an LSTM or a memory in float32 goes with the slow.

The scheduler is ours: pytest-xdist 3.8 writes the names of its groups where pytest 9.2 does not look for them.
"""

import os
import re

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the Makefile: the matrices of tests are small

RECURRENCE = re.compile(r"(?:numba_kernels\.cpu\.|(?:kernels|benchmarks|compiled).*?(?<![a-z]))"
                        r"(ntm|dnc|lrua|lstm|elman)(?![a-z])")
PICTURES = re.compile(r"numba_kernels\.cpu\.(?:images|batch_norm|relu)|"
                      r"kernels/test_layers|benchmarks/test_(?:conv|nin)|test_compiled_layers")
LONG = ("lstm", "ntm", "dnc", "lrua")  # a quarter of a minute or more to compile, for each dtype
# check_op looks at both dtypes, comparisons with the reference do not
IN_FLOAT32 = re.compile(r"float32\]$|test_case\[.*numba_kernels(?:(?!beside its reference).)*$")


def group_of(nodeid: str) -> str:
    """What the test shares with others: the name of a group that runs in one process."""
    if recurrence := RECURRENCE.search(nodeid):
        return recurrence[1]
    if PICTURES.search(nodeid):
        return "pictures"
    if nodeid.startswith("tests/derivatives/"):
        return nodeid.partition(" ")[0]
    file = nodeid.partition("::")[0]
    folder = file.rpartition("/")[0]
    return folder if folder.startswith("tests/experiments/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        _split_scope = staticmethod(group_of)

    return ByGroup(config, log)


def pytest_collection_modifyitems(items):
    for item in items:
        if group_of(item.nodeid) in LONG and IN_FLOAT32.search(item.nodeid):
            item.add_marker(pytest.mark.slow)
