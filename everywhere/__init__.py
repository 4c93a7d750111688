"""This machine as other machines: the same chapters and tests with other kernels, other threads, other last bits.

    python -m everywhere chapters     every chapter on every machine; which assertions fail where
    python -m everywhere tests        the test suite on them
    python -m everywhere list         the machines that this processor can be

A number that a long or chaotic run prints depends on the last bit, and the last bit depends on the processor: BLAS
sums in another order, NumPy and numba take other instructions.  What is asserted must hold all the same.
"""
