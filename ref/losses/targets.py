"""What a loss asks of its targets before it looks at them; every loss of this package offers it as require_targets."""

import numpy as np

from ref.validation import require_floats

Array = np.ndarray


def require_targets(z: Array, *targets: Array) -> None:
    """ValueError or TypeError where the targets are not one array t that is, like the output z, (N, C) and of its
    dtype.
    """
    if len(targets) != 1:
        raise TypeError(f"targets has {len(targets)} arrays but the loss takes one, t; Masked(loss) takes t and mask")
    if np.ndim(targets[0]) == 1 and z.ndim == 2:
        raise ValueError(f"t has shape {np.shape(targets[0])} but the network's output has {z.shape}: one row a case; "
                         f"for classes with labels, one-hot rows, np.eye({z.shape[1]})[labels]")
    t = require_floats("t", targets[0], finite=False)
    if t.dtype != z.dtype:
        raise TypeError(f"t is {t.dtype} but the network's output is {z.dtype}")
    if t.shape != z.shape:
        if t.ndim == z.ndim and t.shape[:-1] == z.shape[:-1]:
            raise ValueError(f"t has {t.shape[-1]} columns but the network has {z.shape[-1]} outputs")
        raise ValueError(f"t has shape {t.shape} but the network's output has {z.shape}")
