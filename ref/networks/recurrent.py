"""What recurrent networks have in common: sizes and options, what may come in, and the clipped backward pass.

The passes themselves each network writes out; the linear readout is ref.layers.readout.

A network with clip bounds every entry of the gradient at the pre-activations while it goes back through time.  The
result is then no longer the gradient.  Curvature products use the same pass, so they are refused.
"""

import numpy as np

from ref.layers.readout import OUTPUTS
from ref.networks.mlp import MLP
from ref.parameters import Parameters
from ref.validation import require_choice, require_count, require_number, require_sequences

Array = np.ndarray


class RecurrentNetwork:
    """outputs   "all" steps have one, or the "last" alone
    clip      the backward message's largest entry, or None

    Raises ValueError for a size below one, unknown outputs or a clip that is not positive.
    """

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int, outputs: str, clip: float | None):
        self.sizes = tuple(require_count(name, size) for name, size in
                           (("n_inputs", n_inputs), ("n_hidden", n_hidden), ("n_outputs", n_outputs)))
        self.outputs = require_choice("outputs", outputs, OUTPUTS)
        self.clip = None if clip is None else require_number("clip", clip, above=0)

    def _require_inputs(self, theta: Parameters, x: Array) -> Array:
        """x, or an error where theta or x does not fit the network."""
        self._require_parameters("theta", theta)
        x = require_sequences("x", x, self.sizes[0], finite=False)
        if x.dtype != theta.dtype:
            raise TypeError(f"x is {x.dtype} but theta is {theta.dtype}")
        return x

    def _require_direction(self, v: Parameters) -> None:
        self._require_parameters("v", v)
        if self.clip is not None:
            raise ValueError(f"clip is {self.clip} but must be None for derivatives along a direction, "
                             f"since a clipped backward pass is no gradient's")

    _require_parameters = MLP._require_parameters
