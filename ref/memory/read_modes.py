"""Read modes: a read head goes back to what was written before, to what is like its key, or on to what came after.

    forward      b   = w links              f   = w linksᵀ               w'  = pi_b b + pi_c c + pi_f f
    backward     db  = pi_b dw'             df  = pi_f dw'               dc  = pi_c dw'
                 dlinks = wᵀ db + dfᵀ w     dw  = db linksᵀ + df links   dpi = (Σ b dw', Σ c dw', Σ f dw')
    R-forward    Rb  = Rw links + w Rlinks  Rf  = Rw linksᵀ + w Rlinksᵀ
                 Rw' = pi_b Rb + Rpi_b b + pi_c Rc + Rpi_c c + pi_f Rf + Rpi_f f
    R-backward   Rdb = pi_b Rdw' + Rpi_b dw'                             Rdc, Rdf likewise
                 Rdlinks = Rwᵀ db + wᵀ Rdb + Rdfᵀ w + dfᵀ Rw             Rdw = R{db linksᵀ} + R{df links}
                 Rdpi = (Σ (b Rdw' + Rb dw'), Σ (c Rdw' + Rc dw'), Σ (f Rdw' + Rf dw'))

links_ij says how far location i was written right after j (ref.memory.links).  What is carried forwards along links,
f_i = Σ_j links_ij w_j, ends where the next write was, and backwards, b_i = Σ_j links_ji w_j, where the one before was.
w are the head's last weights, c its weights by content, and pi how it mixes the three, in the order backward, content,
forward.  Where w, c and pi each sum to at most one and so do the links' rows and columns, w' does too.

Shapes: links (N, L, L), w, b, c, f (N, K, L), pi (N, K, 3); every Σ is over the locations L, ᵀ swaps the last two axes.
N cases, K read heads.

Graves et al. 2016, the DNC: temporal links and read weighting.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    links: Array  # (N, L, L)
    w: Array  # (N, K, L)
    b: Array  # (N, K, L)
    c: Array  # (N, K, L)
    f: Array  # (N, K, L)
    pi: Array  # (N, K, 3)


class RCache(NamedTuple):
    Rlinks: Array
    Rw: Array
    Rb: Array
    Rc: Array
    Rf: Array
    Rpi: Array


def forward(links: Array, w: Array, c: Array, pi: Array) -> tuple[Array, Cache]:
    b = w @ links
    f = w @ links.mT
    return _mixed(pi, b, c, f), Cache(links, w, b, c, f, pi)


def backward(dw: Array, cache: Cache) -> tuple[Array, Array, Array, Array]:
    """Return dlinks, dw, dc, dpi."""
    links, w, b, c, f, pi = cache
    db, dc, df = _each(pi, dw)
    return w.mT @ db + df.mT @ w, db @ links.mT + df @ links, dc, _dots(dw, b, c, f)


def r_forward(Rlinks: Array, Rw: Array, Rc: Array, Rpi: Array, cache: Cache) -> tuple[Array, RCache]:
    links, w, b, c, f, pi = cache
    Rb = Rw @ links + w @ Rlinks
    Rf = Rw @ links.mT + w @ Rlinks.mT
    return _mixed(pi, Rb, Rc, Rf) + _mixed(Rpi, b, c, f), RCache(Rlinks, Rw, Rb, Rc, Rf, Rpi)


def r_backward(Rdw: Array, dw: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array, Array]:
    links, w, b, c, f, pi = cache
    Rlinks, Rw, Rb, Rc, Rf, Rpi = r_cache
    db, _, df = _each(pi, dw)
    Rdb, Rdc, Rdf = (of_Rdw + of_dw for of_Rdw, of_dw in zip(_each(pi, Rdw), _each(Rpi, dw)))
    Rdlinks = Rw.mT @ db + w.mT @ Rdb + Rdf.mT @ w + df.mT @ Rw
    Rd = Rdb @ links.mT + db @ Rlinks.mT + Rdf @ links + df @ Rlinks
    return Rdlinks, Rd, Rdc, _dots(Rdw, b, c, f) + _dots(dw, Rb, Rc, Rf)


def _mixed(pi: Array, b: Array, c: Array, f: Array) -> Array:
    pi_b, pi_c, pi_f = np.split(pi, 3, axis=-1)
    return pi_b * b + pi_c * c + pi_f * f


def _each(pi: Array, d: Array) -> tuple[Array, Array, Array]:
    """pi_b d, pi_c d, pi_f d."""
    pi_b, pi_c, pi_f = np.split(pi, 3, axis=-1)
    return pi_b * d, pi_c * d, pi_f * d


def _dots(d: Array, b: Array, c: Array, f: Array) -> Array:
    """Σ b d, Σ c d, Σ f d side by side, (N, K, 3)."""
    return np.stack([(b * d).sum(axis=-1), (c * d).sum(axis=-1), (f * d).sum(axis=-1)], axis=-1)
