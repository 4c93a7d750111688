"""Random arrays by name."""

import numpy as np

Shapes = dict[str, tuple[int, ...]]


def drawn(whole: Shapes, half: Shapes, dtype, seed: int = 0) -> dict[str, np.ndarray]:
    """Normal arrays of these shapes, standard or of half the size, and of each a standard normal direction R..."""
    rng = np.random.default_rng(seed)
    points = {name: scale * rng.standard_normal(shape)
              for scale, shapes in ((1, whole), (0.5, half)) for name, shape in shapes.items()}
    directions = {f"R{name}": rng.standard_normal(array.shape) for name, array in points.items()}
    return {name: array.astype(dtype) for name, array in (points | directions).items()}
