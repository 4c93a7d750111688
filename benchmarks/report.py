"""Results as a table of ratios, and as dated JSON."""

import json
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

RESULTS = Path(__file__).parent / "results"


class Row(NamedTuple):
    """One ratio.

    values   one of every round, or a single one; their median is held against the limit.  Empty: not run
    limit    at most ("<=") or at least (">=") this, or None
    fastest  the ratio of the shortest times, which a busy machine disturbs least
    """

    name: str
    dtype: str
    what: str
    values: list[float]
    limit: float | None = None
    sense: str = "<="
    fastest: float | None = None

    @property
    def quartiles(self) -> tuple[float, float, float]:
        return tuple(float(q) for q in np.percentile(self.values, (25, 50, 75)))

    @property
    def met(self) -> bool | None:
        if self.limit is None or not self.values:
            return None
        return self.quartiles[1] <= self.limit if self.sense == "<=" else self.quartiles[1] >= self.limit


def ratios(name: str, dtype: str, what: str, ours: np.ndarray, theirs: np.ndarray, limit: float | None = None,
           sense: str = "<=") -> Row:
    """The row of ours / theirs, round by round."""
    return Row(name, dtype, what, (ours / theirs).tolist(), limit, sense, float(ours.min() / theirs.min()))


def spread(values) -> str:
    """Median and quartiles."""
    low, median, high = np.percentile(values, (25, 50, 75))
    return f"{median:.4g} [{low:.4g}, {high:.4g}]"


def table(rows: list[Row]) -> str:
    lines = [("workload", "dtype", "what", "median", "quartiles", "fastest", "limit", "met")]
    for row in rows:
        median = quartiles = fastest = limit = met = ""
        if row.values:
            low, median, high = (f"{q:.3f}" for q in row.quartiles)
            quartiles = f"{low}-{high}" if len(row.values) > 1 else ""
        if row.fastest is not None:
            fastest = f"{row.fastest:.3f}"
        if row.limit is not None:
            limit = f"{row.sense} {row.limit:.2f}"
            met = {None: "NOT RUN", True: "yes", False: "NO"}[row.met]
        lines.append((row.name, row.dtype, row.what, median, quartiles, fastest, limit, met))
    widths = [max(map(len, column)) for column in zip(*lines)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def keep(name: str, machine: dict, settings: dict, rows: list[Row], notes: list[str]) -> Path:
    """Add this run to results/DATE-NAME.json, a list of runs."""
    path = RESULTS / f"{date.today().isoformat()}-{name}.json"
    runs = json.loads(path.read_text()) if path.exists() else []
    results = [{**row._asdict(), "values": [round(v, 5) for v in row.values], "met": row.met} for row in rows]
    runs.append({"date": date.today().isoformat(), "machine": machine, "settings": settings, "notes": notes,
                 "rows": results})
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(runs, indent=1) + "\n")
    return path
