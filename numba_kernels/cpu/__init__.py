"""Kernels for the processor: NAME, a file or a package, for each file of ref/layers and ref/cells that has a twin."""

from numba_kernels.cpu import dnc, elman, lrua, lstm, ntm

TWINS = {"elman": elman, "lstm": lstm, "ntm": ntm, "dnc": dnc, "lrua": lrua}
