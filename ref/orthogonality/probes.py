"""Probes of a recurrent network in training: its transition's singular values, and how far its gradients reach.

    spectrum            s_1 >= .. >= s_n of W: mean, standard deviation, smallest, largest, and the quantiles between
                        which four fifths of them lie;  condition = s_1 / s_n;  defect = ||WᵀW - I||_F = √Σ (s² - 1)²
    gradient norms      g_t = √(1/N Σₙ |dL_nT/dh_nt|²)         t = 1, ..., T

L_nT is the loss of case n's last output alone, so that g_T is the gradient where it starts and g_1 what is left of it T
- 1 steps before: the transition's singular values bound g_t / g_{t+1}, times the nonlinearity's slopes.

Shapes: W (n, n); x (T, N, D); t (S, N, C), of which the last step is used.  All sums are taken in float64.  The paper's
figures of spectra and of gradients through time show the same quantities; its released code sums squares over cases.
"""

import numpy as np

from ref.orthogonality.soft_constraints import require_matrix
from ref.parameters import Parameters
from ref.protocols import HasStateGradients

Array = np.ndarray


def spectrum_summary(W: Array) -> dict[str, float]:
    """s_mean, s_spread, s_min, s_10, s_90 (quantiles in per cent), s_max, condition (inf where W is singular) and
    orthogonality_defect."""
    s = np.linalg.svd(require_matrix("W", W).astype(np.float64), compute_uv=False)
    low, high = np.quantile(s, (0.1, 0.9))
    return {"s_mean": float(s.mean()), "s_spread": float(s.std()),
            "s_min": float(s[-1]), "s_10": float(low), "s_90": float(high), "s_max": float(s[0]),
            "condition": float(s[0] / s[-1]) if s[-1] else np.inf,
            "orthogonality_defect": float(np.linalg.norm(s * s - 1))}


def gradient_norms(network, loss, theta: Parameters, x: Array, t: Array) -> Array:
    """g_1 .. g_T (T,).  network: an ElmanRNN or FactorizedRNN; loss: a module of ref.losses."""
    if not isinstance(network, HasStateGradients):
        raise TypeError(f"network is a {type(network).__name__} but must have state_gradients, as an ElmanRNN has")
    z, cache = network.forward(theta, x)
    if np.shape(t) != z.shape:
        raise ValueError(f"t has shape {np.shape(t)} but the network's outputs have {z.shape}")
    dz = np.zeros_like(z)
    dz[-1] = loss.gradient(z[-1], t[-1]) * x.shape[1]  # of each case's own loss, not of their mean
    dh = network.state_gradients(dz, cache)
    return np.sqrt(np.square(dh, dtype=np.float64).sum(axis=2).mean(axis=1))
