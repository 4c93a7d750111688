"""Compiled twins of hot ops: numba_kernels/cpu/NAME.py has the functions, arguments and caches of ref/layers/NAME.py.

A twin exists where it beats NumPy by measurement.  The feed-forward ops have none: their time is spent in big matrix
products, which are BLAS's already.
"""
