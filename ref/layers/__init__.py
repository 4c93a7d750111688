"""One op a file, each with its four passes: forward, backward, r_forward, r_backward.

Ops are pure functions on arrays of float32 or float64 and keep the dtype they are given.
"""
