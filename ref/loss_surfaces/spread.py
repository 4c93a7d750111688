"""How much a number differs between groups, beside how much it differs within them: the norms of optimisers, for one.

    between    B = Σ_g n_g (m_g - m)² / (G - 1)               G groups (optimisers) of n_g numbers (starts), N in all
    within     W = Σ_g Σ_i (x_gi - m_g)² / (N - G)            m_g the groups' means, m that of all
    F          B / W                                          about 1 where the groups do not differ

F is large for a number that is consistent within the groups and characteristic of each: Im, Tao & Branson 2016 say of
the norm of the weights that it is so for algorithms.  It is the statistic of a one-way analysis of variance.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ref.validation import require_floats


def f_ratio(groups: Mapping[str, Sequence[float]]) -> float:
    """Infinite where the groups differ and nothing differs within them, NaN where nothing differs at all.

    Raises ValueError for fewer than two groups, an empty group, no group of more than one number, or numbers that are
    not finite.
    """
    numbers = {name: require_floats(name, np.asarray(group, np.float64)) for name, group in groups.items()}
    N, G = sum(group.size for group in numbers.values()), len(numbers)
    if G < 2:
        raise ValueError(f"groups are {', '.join(numbers) or 'none'} but must be two or more")
    for name, group in numbers.items():
        if group.ndim != 1 or group.size == 0:
            raise ValueError(f"{name} has shape {group.shape} but must be (n,), with one number or more")
    if N == G:
        raise ValueError("groups have one number each: nothing is known of how much they differ within")
    mean = sum(group.sum() for group in numbers.values()) / N
    between = sum(group.size * (group.mean() - mean) ** 2 for group in numbers.values()) / (G - 1)
    within = sum(((group - group.mean()) ** 2).sum() for group in numbers.values()) / (N - G)
    if within > 0:
        return float(between / within)
    return float("inf" if between > 0 else "nan")
