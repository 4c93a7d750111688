"""The Stiefel manifold as an object with pymanopt's method names, for optimisers that are written against those.

    manifold = Stiefel(n, p, metric="canonical", retraction="cayley")
    gradient = manifold.euclidean_to_riemannian_gradient(M, G)
    M = manifold.retraction(M, -0.1 * gradient)

Everything is done by the functions of this package, on plain arrays.  pymanopt's own solvers ask for an instance of its
own class besides, and are content with

    class Adapted(Stiefel, pymanopt.manifolds.manifold.Manifold):
        point_layout = 1

The Hessian is not converted: solvers of second order need another manifold.
"""

import numpy as np

from ref.orthogonality.drift import polar_factor
from ref.orthogonality.geodesic import canonical_geodesic, euclidean_geodesic
from ref.orthogonality.retractions import RETRACTIONS
from ref.orthogonality.riemannian_gradient import GRADIENTS, INNER_PRODUCTS, projection
from ref.validation import require_count

Array = np.ndarray
GEODESICS = {"canonical": canonical_geodesic, "euclidean": euclidean_geodesic}


class Stiefel:
    """Matrices (n, p) with orthonormal columns.

    metric and retraction: names in GRADIENTS and RETRACTIONS; rng draws random points.
    Raises ValueError for p > n and for unknown names.

    >>> import numpy as np
    >>> from ref import Stiefel
    >>> manifold = Stiefel(4, 2, rng=np.random.default_rng(0))
    >>> M = manifold.random_point()
    >>> np.allclose(M.T @ M, np.eye(2))
    True
    """

    def __init__(self, n: int, p: int, metric: str = "canonical", retraction: str = "cayley",
                 rng: np.random.Generator | None = None):
        n, p = require_count("n", n), require_count("p", p)
        if p > n:
            raise ValueError(f"p is {p} but must be at most n = {n}")
        for name, value, known in (("metric", metric, GRADIENTS), ("retraction", retraction, RETRACTIONS)):
            if value not in known:
                raise ValueError(f"{name} is {value!r} but must be one of {', '.join(known)}")
        self.shape, self.metric = (n, p), metric
        self.rng = np.random.default_rng() if rng is None else rng
        self._retraction = RETRACTIONS[retraction]

    @property
    def dim(self) -> int:
        n, p = self.shape
        return n * p - p * (p + 1) // 2

    @property
    def typical_dist(self) -> float:
        return self.shape[1] ** 0.5

    def inner_product(self, point: Array, tangent_vector_a: Array, tangent_vector_b: Array) -> float:
        return INNER_PRODUCTS[self.metric](point, tangent_vector_a, tangent_vector_b)

    def norm(self, point: Array, tangent_vector: Array) -> float:
        return self.inner_product(point, tangent_vector, tangent_vector) ** 0.5

    def projection(self, point: Array, vector: Array) -> Array:
        return projection(point, vector)

    to_tangent_space = projection

    def euclidean_to_riemannian_gradient(self, point: Array, euclidean_gradient: Array) -> Array:
        return GRADIENTS[self.metric](point, euclidean_gradient)

    def retraction(self, point: Array, tangent_vector: Array) -> Array:
        return self._retraction(point, tangent_vector)

    def exp(self, point: Array, tangent_vector: Array) -> Array:
        return GEODESICS[self.metric](point, tangent_vector)

    def transport(self, point_a: Array, point_b: Array, tangent_vector_a: Array) -> Array:
        """By projection."""
        return projection(point_b, tangent_vector_a)

    def zero_vector(self, point: Array) -> Array:
        return np.zeros_like(point)

    def random_point(self) -> Array:
        return polar_factor(self.rng.standard_normal(self.shape))

    def random_tangent_vector(self, point: Array) -> Array:
        """Of norm one."""
        Z = projection(point, self.rng.standard_normal(self.shape).astype(point.dtype))
        return Z / self.norm(point, Z)
