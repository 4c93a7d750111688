"""Kernels for the processor, one file for each file of ref/layers that has a twin."""

from numba_kernels.cpu import dnc, elman, lrua, lstm, ntm

TWINS = {"elman": elman, "lstm": lstm, "ntm": ntm, "dnc": dnc, "lrua": lrua}
