"""Grids: every combination has a name, and the best has the least key."""

from ref.experiments import grid

GRID = {"nesterov": {"rate": [0.01, 0.1], "momentum": [0.9, 0.99]}, "adam": [0.00003, 1.0]}


def test_every_combination_is_tried_under_a_name_of_its_own():
    assert grid.tried(GRID) == {
        "nesterov-0.01-0.9": ("nesterov", [0.01, 0.9]), "nesterov-0.01-0.99": ("nesterov", [0.01, 0.99]),
        "nesterov-0.1-0.9": ("nesterov", [0.1, 0.9]), "nesterov-0.1-0.99": ("nesterov", [0.1, 0.99]),
        "adam-3e-05": ("adam", [0.00003]), "adam-1": ("adam", [1.0])}
    assert grid.axes_of(GRID, "adam") == {"rate": [0.00003, 1.0]}


def test_the_best_has_the_least_key_and_of_equals_it_is_the_first():
    errors = dict(zip(grid.tried(GRID), (3.0, 2.0, 2.0, 5.0, 7.0, 1.0)))
    results = {name: {"error": error} for name, error in errors.items()}
    assert grid.best(GRID, results, lambda end: end["error"]) == {"nesterov": [0.01, 0.99], "adam": [1.0]}
    assert grid.best({}, {}, None) == {}
