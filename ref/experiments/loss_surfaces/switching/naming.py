"""Switches by name: FIRST+SECOND=EPOCH, a method like others in lines and tables."""

from ref.experiments.loss_surfaces.training.methods import title as method_title


def name_of(first: str, second: str, epoch: int) -> str:
    return f"{first}+{second}={epoch}"


def with_switches(job: dict) -> dict:
    """The job with its switches as methods after its own; of a switch, pairs with its first and its second method."""
    switches = {name_of(*pair, at): pair for pair in job["switches"] for at in job["at"]}
    compared = [(method, name) for name, pair in switches.items() for method in job["methods"] if method in pair]
    return {**job, "methods": [*job["methods"], *switches], "compared": compared}


def arrow(first: str, second: str) -> str:
    return f"{method_title(first)}, then {method_title(second)}"
