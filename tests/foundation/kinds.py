"""One small network of each kind that the coming papers need, and a loss of two outputs: the house must hold them.

    ImageNetwork      inputs (N, R, C): 2 x 2 patches through one filter bank, tanh, mean over places, affine
    CoupledNetwork    hidden units less their mean over the batch: every case sees all the others
    NoisyNetwork      inputs (x, noise): h = mu + exp(r) noise, the noise being an input like any other
    TwoOutputs        mean and log variance side by side on z's last axis
    GaussianError     its loss: 1/N Σₙ Σ_c ½ (r + (t - m)² exp(-r)),  z = [m | r]
"""

import numpy as np

from ref.layers import affine, tanh
from ref.losses.targets import require_targets
from ref.networks.mlp import MLP
from ref.parameters import Parameters


class Small:
    """Parameters by shapes, all drawn alike."""

    def __init__(self, **shapes):
        self.shapes = shapes

    def init(self, rng, dtype=np.float64):
        theta = Parameters(self.shapes, dtype=dtype)
        theta.vector[:] = 0.7 * rng.standard_normal(theta.size)
        return theta


class ImageNetwork(Small):
    def __init__(self, filters: int, outputs: int):
        super().__init__(K=(4, filters), b=(filters,), V=(filters, outputs), c=(outputs,))

    def forward(self, theta, x):
        if x.ndim != 3:
            raise ValueError(f"x has shape {x.shape} but must be (N, R, C): one picture a case")
        patches = np.stack([x[:, i : x.shape[1] - 1 + i, j : x.shape[2] - 1 + j] for i in (0, 1) for j in (0, 1)],
                           axis=-1)
        s, convolution = affine.forward(patches.reshape(-1, 4), theta["K"], theta["b"])
        y, slope = tanh.forward(s)
        z, read = affine.forward(y.reshape(len(x), -1, y.shape[1]).mean(axis=1), theta["V"], theta["c"])
        return z, (convolution, slope, read, theta)

    def backward(self, dz, cache):
        convolution, slope, read, theta = cache
        places = len(slope.y) // len(dz)
        grad = theta.like()
        dmean, grad["V"], grad["c"] = affine.backward(dz, read)
        ds = tanh.backward(np.repeat(dmean / places, places, axis=0), slope)
        _, grad["K"], grad["b"] = affine.backward(ds, convolution, to_input=False)
        return grad

    def r_forward(self, v, cache):
        convolution, slope, read, _ = cache
        Rs, r_convolution = affine.r_forward(None, v["K"], v["b"], convolution)
        Ry, r_slope = tanh.r_forward(Rs, slope)
        Rz, r_read = affine.r_forward(Ry.reshape(len(read.x), -1, Ry.shape[1]).mean(axis=1), v["V"], v["c"], read)
        return Rz, (r_convolution, r_slope, r_read)

    def r_backward(self, Rdz, dz, cache, r_cache):
        (convolution, slope, read, theta), (r_convolution, r_slope, r_read) = cache, r_cache
        Rgrad, places = theta.like(), len(slope.y) // len(dz)
        dmean, _, _ = affine.backward(dz, read)
        Rdmean, Rgrad["V"], Rgrad["c"] = affine.r_backward(Rdz, dz, read, r_read)
        dy, Rdy = (np.repeat(d / places, places, axis=0) for d in (dmean, Rdmean))
        ds, Rds = tanh.backward(dy, slope), tanh.r_backward(Rdy, dy, slope, r_slope)
        _, Rgrad["K"], Rgrad["b"] = affine.r_backward(Rds, ds, convolution, r_convolution, to_input=False)
        return Rgrad


class CoupledNetwork(Small):
    couples_cases = True

    def __init__(self, inputs: int, hidden: int, outputs: int):
        super().__init__(W=(inputs, hidden), b=(hidden,), V=(hidden, outputs), c=(outputs,))

    def forward(self, theta, x):
        s, first = affine.forward(x, theta["W"], theta["b"])
        y, slope = tanh.forward(s)
        z, second = affine.forward(y - y.mean(axis=0), theta["V"], theta["c"])
        return z, (first, slope, second, theta)

    def backward(self, dz, cache):
        first, slope, second, theta = cache
        grad = theta.like()
        dy, grad["V"], grad["c"] = affine.backward(dz, second)
        _, grad["W"], grad["b"] = affine.backward(tanh.backward(dy - dy.mean(axis=0), slope), first, to_input=False)
        return grad

    def r_forward(self, v, cache):
        first, slope, second, _ = cache
        Rs, r_first = affine.r_forward(None, v["W"], v["b"], first)
        Ry, r_slope = tanh.r_forward(Rs, slope)
        Rz, r_second = affine.r_forward(Ry - Ry.mean(axis=0), v["V"], v["c"], second)
        return Rz, (r_first, r_slope, r_second)

    def r_backward(self, Rdz, dz, cache, r_cache):
        (first, slope, second, theta), (r_first, r_slope, r_second) = cache, r_cache
        Rgrad = theta.like()
        dy, _, _ = affine.backward(dz, second)
        Rdy, Rgrad["V"], Rgrad["c"] = affine.r_backward(Rdz, dz, second, r_second)
        dy, Rdy = dy - dy.mean(axis=0), Rdy - Rdy.mean(axis=0)
        ds, Rds = tanh.backward(dy, slope), tanh.r_backward(Rdy, dy, slope, r_slope)
        _, Rgrad["W"], Rgrad["b"] = affine.r_backward(Rds, ds, first, r_first, to_input=False)
        return Rgrad


class NoisyNetwork(Small):
    def __init__(self, inputs: int, hidden: int, outputs: int):
        self.hidden = hidden
        super().__init__(W=(inputs, 2 * hidden), b=(2 * hidden,), V=(hidden, outputs), c=(outputs,))

    def forward(self, theta, x, noise):
        if noise.shape != (len(x), self.hidden):
            raise ValueError(f"noise has shape {noise.shape} but must be {(len(x), self.hidden)}: one number a unit "
                             f"and case")
        s, first = affine.forward(x, theta["W"], theta["b"])
        mu, r = np.split(s, 2, axis=1)
        spread = np.exp(r) * noise
        z, second = affine.forward(mu + spread, theta["V"], theta["c"])
        return z, (first, spread, second, theta)

    def backward(self, dz, cache):
        first, spread, second, theta = cache
        grad = theta.like()
        dh, grad["V"], grad["c"] = affine.backward(dz, second)
        _, grad["W"], grad["b"] = affine.backward(np.hstack([dh, dh * spread]), first, to_input=False)
        return grad

    def r_forward(self, v, cache):
        first, spread, second, _ = cache
        Rs, r_first = affine.r_forward(None, v["W"], v["b"], first)
        Rmu, Rr = np.split(Rs, 2, axis=1)
        Rz, r_second = affine.r_forward(Rmu + spread * Rr, v["V"], v["c"], second)
        return Rz, (r_first, spread * Rr, r_second)

    def r_backward(self, Rdz, dz, cache, r_cache):
        (first, spread, second, theta), (r_first, Rspread, r_second) = cache, r_cache
        Rgrad = theta.like()
        dh, _, _ = affine.backward(dz, second)
        Rdh, Rgrad["V"], Rgrad["c"] = affine.r_backward(Rdz, dz, second, r_second)
        ds, Rds = np.hstack([dh, dh * spread]), np.hstack([Rdh, Rdh * spread + dh * Rspread])
        _, Rgrad["W"], Rgrad["b"] = affine.r_backward(Rds, ds, first, r_first, to_input=False)
        return Rgrad


class TwoOutputs(MLP):
    """z = [m | r], each of half the outputs."""


class GaussianError:
    @staticmethod
    def _parts(z, t):
        m, r = np.split(z, 2, axis=1)
        return t - m, np.exp(-r), r

    def require_targets(self, z, *targets):
        require_targets(z[:, : z.shape[1] // 2], *targets)

    def value(self, z, t):
        e, precision, r = self._parts(z, t)
        return float(np.sum(r + e * e * precision, dtype=np.float64)) / (2 * len(z))

    def gradient(self, z, t):
        e, precision, _ = self._parts(z, t)
        return np.hstack([-e * precision, (1 - e * e * precision) / 2]) / len(z)

    def hessian_product(self, z, t, Rz):
        e, precision, _ = self._parts(z, t)
        Rm, Rr = np.split(Rz, 2, axis=1)
        return np.hstack([precision * Rm + e * precision * Rr,
                          e * precision * Rm + e * e * precision / 2 * Rr]) / len(z)

    def gauss_newton_product(self, z, t, Rz):
        """The Fisher information of the Gaussian in (m, r): diag(exp(-r), ½)."""
        _, precision, _ = self._parts(z, t)
        Rm, Rr = np.split(Rz, 2, axis=1)
        return np.hstack([precision * Rm, Rr / 2]) / len(z)

    def prediction(self, z):
        return z[:, : z.shape[1] // 2]
