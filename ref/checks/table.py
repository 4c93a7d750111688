"""The rows that the checks leave behind, and their table."""

from collections.abc import Iterable
from typing import NamedTuple


class Row(NamedTuple):
    op: str
    argument: str
    check: str
    error: float  # the worst error seen
    limit: float  # what is allowed


def table(rows: Iterable[Row]) -> str:
    """op x argument x check, with the worst error seen."""
    header = ("op", "argument", "check", "worst error", "allowed")
    lines = [header, *((row.op, row.argument, row.check, f"{row.error:.1e}", f"{row.limit:.0e}") for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    left = "  ".join(f"{{:<{width}}}" for width in widths[:3])
    right = "  ".join(f"{{:>{width}}}" for width in widths[3:])
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(f"{left}  {right}".format(*line).rstrip() for line in lines)
