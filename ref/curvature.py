"""Curvature-vector products: about one gradient's work each, and no matrix is ever formed.

    Gauss-Newton   G v = Jᵀ H_L J v       R-forward, the loss's own Hessian, backward
    Hessian        H v = R{∇f}            R-forward, then R-backward

J is the Jacobian of the network's output z, H_L the Hessian of the loss in z (its positive semi-definite part where the
loss is not convex in z); G is positive semi-definite, which is why the split is made at z and not after a matching
output nonlinearity.  Martens & Sutskever 2012, sections 5 and 6.
"""

import numpy as np

from ref.parameters import Parameters

Array = np.ndarray


def gauss_newton_product(network, loss, cache, z: Array, targets: tuple, v: Parameters) -> Parameters:
    """G v at the cached activations: z the outputs at cache, targets what the loss takes beside z, such as (t,).

    >>> import numpy as np
    >>> from ref import MLP, gauss_newton_product, losses
    >>> network, x, t = MLP((3, 5, 2)), np.ones((4, 3)), np.zeros((4, 2))
    >>> theta = network.init(np.random.default_rng(0))
    >>> z, cache = network.forward(theta, x)
    >>> v = theta.copy()  # a direction
    >>> Gv = gauss_newton_product(network, losses.squared_error, cache, z, (t,), v)
    >>> bool(v.vector @ Gv.vector > 0)
    True
    """
    return network.backward(loss.gauss_newton_product(z, *targets, network.r_forward(v, cache)[0]), cache)


def hessian_product(network, loss, cache, z: Array, targets: tuple, v: Parameters) -> Parameters:
    """H v at the cached activations; H may be indefinite.

    >>> import numpy as np
    >>> from ref import MLP, hessian_product, losses
    >>> network, x, t = MLP((3, 5, 2)), np.ones((4, 3)), np.zeros((4, 2))
    >>> theta = network.init(np.random.default_rng(0))
    >>> z, cache = network.forward(theta, x)
    >>> hessian_product(network, losses.squared_error, cache, z, (t,), theta.copy()).names
    ('W1', 'b1', 'W2', 'b2')
    """
    Rz, r_cache = network.r_forward(v, cache)
    return network.r_backward(loss.hessian_product(z, *targets, Rz), loss.gradient(z, *targets), cache, r_cache)


PRODUCTS = {"gauss_newton": gauss_newton_product, "hessian": hessian_product}
