"""Settings that are tried for each method before training begins in earnest, and the best of them.

    grid     {"nesterov": {"rate": [0.01, 0.1], "momentum": [0.9, 0.99]}, "adam": {"rate": [...]}}
    tried    "nesterov-0.01-0.9", "nesterov-0.01-0.99", ...; a setting is a list: [rate, momentum]

A method that has a rate alone may be given as its list of rates.
"""

from collections.abc import Callable
from itertools import product


def axes_of(grid: dict, method: str) -> dict[str, list]:
    axes = grid[method]
    return axes if isinstance(axes, dict) else {"rate": axes}


def name_of(method: str, setting: list) -> str:
    return "-".join([method, *(f"{number:g}" for number in setting)])


def tried(grid: dict) -> dict[str, tuple[str, list]]:
    """name -> (method, setting) of all that is tried."""
    each = ((method, list(setting)) for method in grid for setting in product(*axes_of(grid, method).values()))
    return {name_of(method, setting): (method, setting) for method, setting in each}


def best(grid: dict, results: dict[str, dict], key: Callable[[dict], object]) -> dict[str, list]:
    """method -> the setting whose result has the least key; of equals the first.  results: by the names of `tried`."""
    settings = tried(grid)
    return {method: settings[min((name for name in settings if settings[name][0] == method),
                                 key=lambda name: key(results[name]))][1] for method in grid}
