"""One op a file, each with its four passes: forward, backward, r_forward, r_backward.

Ops are pure functions on arrays of float32 or float64 and keep the dtype they are given.

>>> import numpy as np
>>> from ref.layers import affine
>>> y, cache = affine.forward(np.ones((4, 3)), np.ones((3, 2)), np.zeros(2))
>>> dx, dW, db = affine.backward(np.ones_like(y), cache)
>>> y.shape, dW.tolist()
((4, 2), [[4.0, 4.0], [4.0, 4.0], [4.0, 4.0]])
"""

from ref.layers import identity, logistic, relu, softplus, tanh

# Ops without parameters, each element by element, by the names that networks take.
ACTIVATIONS = {"identity": identity, "logistic": logistic, "tanh": tanh, "relu": relu, "softplus": softplus}
