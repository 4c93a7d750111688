"""The words and tables of reports, in Markdown."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from ref.experiments.run import Run, read_run


class Claim(NamedTuple):
    """What a paper says, and whether runs show it."""

    text: str
    shown: bool
    numbers: str
    contradicted: bool = False  # they show the contrary


def report(folders, notes: Iterable[str], section: Callable[[Run], str]) -> str:
    """The notes, then each run's section."""
    return "\n\n".join([*notes, *(section(read_run(folder)) for folder in folders)])


def table(head: list[str], rows: Iterable[list]) -> list[str]:
    """The lines of a table."""
    return [_row(head), "|---" * len(head) + "|", *map(_row, rows)]


def claim_lines(claims: list[Claim], said: str = "What the paper says") -> list[str]:
    """A list of the claims, below a line of introduction; nothing of none."""
    if not claims:
        return []
    return ["", f"{said}, and whether these runs show it:", "",
            *(f"- {_verdict(claim)}: {claim.text} ({claim.numbers})" for claim in claims)]


def _verdict(claim: Claim) -> str:
    return "shown" if claim.shown else "**contradicted**" if claim.contradicted else "**not shown**"


def spread(values: list[float], number: Callable[[float], str]) -> str:
    """The median of the seeds, and their range in brackets; nothing of none."""
    if not values:
        return ""
    return number(float(np.median(values))) + (f" [{number(min(values))}, {number(max(values))}]" if values[1:] else "")


def ending(result: dict, *planned: str) -> str:
    """" (loss not finite)" of a training that ended otherwise than planned."""
    return "" if result["stopped"] in planned else f" ({result['stopped']})"


def _row(cells: Iterable) -> str:
    return f"| {' | '.join(map(str, cells))} |"
