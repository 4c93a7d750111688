"""Where the tests of what takes long to compile run: each memory's in one process, those of the layers of pictures in
another; what compiles a memory again, with the slow.

A compiled recurrence with a memory takes a minute to compile for each dtype, in every process that calls it.
"""

import re

import pytest

MEMORIES = re.compile(r"(?:numba_kernels\.cpu\.|(?:kernels|benchmarks|compiled).*?(?<![a-z]))(ntm|dnc|lrua)(?![a-z])")
PICTURES = re.compile(r"numba_kernels\.cpu\.(?:images|batch_norm|relu)|"
                      r"kernels/test_layers|benchmarks/test_(?:conv|nin)|test_compiled_layers")
IN_FLOAT32 = re.compile(r"float32|numba_kernels\.cpu\.(?:ntm|dnc|lrua)\b(?:(?!beside its reference).)*$")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        memory = MEMORIES.search(item.nodeid)
        if memory is None:
            if PICTURES.search(item.nodeid):
                item.add_marker(pytest.mark.xdist_group("pictures"))
            continue
        item.add_marker(pytest.mark.xdist_group(memory[1]))
        if IN_FLOAT32.search(item.nodeid):  # check_op looks at float32 too, comparisons beside the reference do not
            item.add_marker(pytest.mark.slow)
