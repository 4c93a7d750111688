"""Longhand's reference: deep-learning papers written out by hand in NumPy.

Every forward, backward, R-forward and R-backward pass is explicit code; `ref.checks` verifies each of them.
"""

from ref.arrays import keep_freed_memory

keep_freed_memory()
