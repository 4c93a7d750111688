"""A network that counts the multiplications of its passes, by calls and cases, independently of what a report says."""

THIRDS = {"forward": 1, "backward": 2, "backward_squares": 3, "r_forward": 2, "r_backward": 5}  # of one case's gradient


class CountedNetwork:
    """Passes everything on; `thirds` is the work so far in thirds of a case's gradient.

    Per weight and case: forward one multiplication, backward two (for dW and for dx), squares one more, R-forward two
    (Rx W and x V), R-backward four (two for RdW, two for Rdx) and one for dx, which it needs too.
    """

    def __init__(self, network):
        self.network, self.thirds = network, 0

    def __getattr__(self, name):
        return getattr(self.network, name)

    def _passed(self, name, cases, *arguments):
        self.thirds += THIRDS[name] * cases
        return getattr(self.network, name)(*arguments)

    def forward(self, theta, x):
        return self._passed("forward", len(x), theta, x)

    def backward(self, dz, cache):
        return self._passed("backward", len(dz), dz, cache)

    def backward_squares(self, dz, cache):
        return self._passed("backward_squares", len(dz), dz, cache)

    def r_forward(self, v, cache):
        return self._passed("r_forward", len(cache.affine[0].x), v, cache)

    def r_backward(self, Rdz, dz, cache, r_cache):
        return self._passed("r_backward", len(dz), Rdz, dz, cache, r_cache)
