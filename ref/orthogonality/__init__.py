"""Orthogonality of recurrent transitions (Vorontsov, Trabelsi, Kadoury & Pal 2017), kept exactly or loosely.

Every function takes and returns plain arrays.  The conventions, each held by a test in tests/orthogonality:

    point         M (n, p), n >= p, MᵀM = I: the columns are orthonormal
    gradient      G = dL/dM, the array of partial derivatives, not yet tangent to anything
    side          A = G Mᵀ - M Gᵀ (n, n) acts on M from the left, B = MᵀG - GᵀM (p, p) from the right; A M = M B where M
                  is square.  Exchanged, they give an orthogonal step that does not descend: the released code's
                  (`wrong_side`)
    rate          cayley_step(M, G, η) moves M by -η A M and the loss by -η/2 ||A||², to first order
    factor 2      A M is the gradient in the canonical metric.  The Euclidean one is half of it where M is square, so
                  that a rate η there is a rate η/2 here.  geoopt's CanonicalStiefel takes A M and doubles it on its
                  way: its rate η is 2 η here where M is square, and another curve where M is tall.  The Cayley map of
                  PyTorch and geotorch is ours, (I + K)⁻¹ (I - K), of -K = half their matrix; scoRNN and expRNN have
                  no half
    component     no step changes det M = ±1: which half of the orthogonal matrices is searched, the start decides
    float         float32 stays float32; the defect ||MᵀM - I|| is measured in float64
"""

from ref.orthogonality.cayley import cayley_step
from ref.orthogonality.cayley_descent import CayleyDescent
from ref.orthogonality.drift import defect, newton_schulz, polar_factor, restored
from ref.orthogonality.factorized_rnn import FactorizedRNN
from ref.orthogonality.geodesic import canonical_geodesic, euclidean_geodesic, geodesic_step
from ref.orthogonality.initialization import component, factors, transition
from ref.orthogonality.manifold import Stiefel
from ref.orthogonality.penalized import Penalized
from ref.orthogonality.probes import gradient_norms, spectrum_summary
from ref.orthogonality.retractions import RETRACTIONS, cayley_retraction, polar_retraction, qr_retraction
from ref.orthogonality.riemannian_gradient import (
    canonical_gradient,
    canonical_inner,
    euclidean_gradient,
    euclidean_inner,
    left_skew,
    projection,
    right_skew,
)
from ref.orthogonality.soft_constraints import CompositeDecay, GaussianPrior, SoftOrthogonality
from ref.orthogonality.spectrum import renormalized, singular_values
from ref.orthogonality.wrong_side import wrong_side_step

__all__ = [
    "CayleyDescent", "CompositeDecay", "FactorizedRNN", "GaussianPrior", "Penalized", "RETRACTIONS",
    "SoftOrthogonality", "Stiefel", "canonical_geodesic", "canonical_gradient", "canonical_inner",
    "cayley_retraction", "cayley_step", "component", "defect", "euclidean_geodesic", "euclidean_gradient",
    "euclidean_inner", "factors", "geodesic_step", "gradient_norms", "left_skew", "newton_schulz", "polar_factor",
    "polar_retraction", "projection", "qr_retraction", "renormalized", "restored", "right_skew", "singular_values",
    "spectrum_summary", "transition", "wrong_side_step",
]
