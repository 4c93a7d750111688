"""One op a file, each with its four passes: forward, backward, r_forward, r_backward.

Ops are pure functions on arrays of float32 or float64 and keep the dtype they are given.
"""

from ref.layers import identity, logistic, relu, softplus, tanh

# Ops without parameters, each element by element, by the names that networks take.
ACTIVATIONS = {"identity": identity, "logistic": logistic, "tanh": tanh, "relu": relu, "softplus": softplus}
