"""Structural damping: a step that changes the hidden states of a recurrent network by much is damped, even where the
outputs do not change.

    penalty      S(d) = 1/N Σₙ Σ_t D(h_t(theta), h_t(theta + d))      D the matching loss of phi, summed over units
    curvature    S''  = 1/N Σₙ Σ_t J_tᵀ D''(s_t) J_t                  J_t = ∂s_t/∂theta, at d = 0
    damping      B    = G + lambda I + lambda mu S''

A matching loss has D''(s) = phi'(s): 1 - h² for tanh, h (1 - h) for the logistic function, 1 for linear units.  So
S'' v needs nothing new but one term in the backward pass of G v, which then gives both at once:

    ds_t = phi'(s_t) dh_t + lambda mu/N D''(s_t) Rs_t                 and D''(s_t) Rs_t = phi'(s_t) Rs_t = Rh_t

The Gauss-Newton split is at the pre-activation s_t, where D is convex.  To split at h_t is a mistake that is easily
made, in two ways.  Where the term is added to dh_t, it is multiplied by phi' once more: S'' weighs Rs_t² with phi'²
instead of phi'.  Where J_t is the Jacobian of h_t and D'' stays as it is, with phi'³.  Either way saturated units would
hardly be damped.
S and its gradient are zero at d = 0, so the objective and its gradient are not touched.

Normalisation: mean over cases, sum over all steps and units, as the objective is a mean over cases and a sum over
outputs and the steps that have a target.  mu does not depend on N; but where only one step of T has a target, S'' still
sums over T.  The code released with Martens & Sutskever 2011 divides all sums by the number of targets in place of the
number of cases, which leaves the weight of S'' beside G as it is here; its D'' for tanh has a further factor 1/4, and
its mu starts at 0.03.

Martens & Sutskever 2011; Martens & Sutskever 2012.
"""

from collections.abc import Callable
from functools import partial

from ref.parameters import Parameters
from ref.protocols import HasHiddenStates
from ref.validation import require_number


def structurally_damped(network, strength: float) -> Callable:
    """The product (G + strength S'') v for Objective.curvature; strength is lambda mu.

    Raises TypeError for a network that is not recurrent, ValueError for a negative strength.
    """
    if not isinstance(network, HasHiddenStates):
        raise TypeError(f"network is a {type(network).__name__} but structural damping needs hidden states over time, "
                        f"as in an ElmanRNN")
    return partial(damped_gauss_newton_product, strength=require_number("strength", strength, least=0))


def damped_gauss_newton_product(network, loss, cache, z, targets: tuple, v: Parameters, strength: float) -> Parameters:
    """(G + strength S'') v at the cached activations; arguments as in ref.curvature."""
    Rz, r_cache = network.r_forward(v, cache)
    Rh = network.hidden_directions(r_cache)
    return network.backward(loss.gauss_newton_product(z, *targets, Rz), cache, strength / Rh.shape[1] * Rh)
