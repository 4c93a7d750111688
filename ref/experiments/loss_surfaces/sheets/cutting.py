"""A surface cut into parts of a run: evaluated side by side by the sweep, each part going on where it was killed.

    configs = cut("adam-sgd", {**config, "corners": [...]}, points, n=4)       name-0, name-1, ...: some points each
    results = sweep(part, configs)
    values  = join("adam-sgd", results)                                        {"loss": (n,), "error": (n,)}

    def part(config, recorder):                                                makes its surface from its configuration
        return evaluate_part(surface, config["points"], measure, recorder)

metrics.jsonl has a line a point.  Points do not depend on each other (ref.loss_surfaces.surface), so that neither the
cut nor a kill shows in a bit of the values.  A value that is not finite is NaN.
"""

import re
import time
from collections.abc import Mapping

import numpy as np

from ref.loss_surfaces.surface import Measurement, Row, Surface, as_points, evaluate
from ref.training.recorder import Checkpoint, Recorder
from ref.validation import require_count

Array = np.ndarray
SAVE_EVERY = 10  # points


def cut(name: str, config: Mapping, points, n: int) -> dict[str, dict]:
    """The configurations of n parts, or of fewer where there are fewer points: config and "points", in their order."""
    points, n = as_points(points), require_count("n", n)
    return {f"{name}-{k}": {**config, "points": some.tolist()}
            for k, some in enumerate(np.array_split(points, min(n, len(points))))}


def evaluate_part(surface: Surface, points, measure: Measurement, recorder: Recorder) -> dict[str, list[float]]:
    """The columns of the points' rows; those that the recorder has are not evaluated again."""
    points, checkpoint = as_points(points), recorder.load()
    done = checkpoint.rows if checkpoint else 0
    began = time.perf_counter()
    for n, row in enumerate(evaluate(surface, points[done:], measure) if done < len(points) else (), done + 1):
        recorder.append(row, {"seconds": time.perf_counter() - began, "done": n / len(points)})
        if n % SAVE_EVERY == 0 or n == len(points):
            recorder.save(Checkpoint(np.zeros(0), {}, step=n, rows=n, stopped="points" if n == len(points) else ""))
        began = time.perf_counter()
    return _columns(recorder.rows())


def join(name: str, results: Mapping[str, dict]) -> dict[str, Array]:
    """The columns of all parts of that name, in the order of the points.  Raises ValueError where a part is missing."""
    numbers = sorted(int(part[len(name) + 1 :]) for part in results if re.fullmatch(re.escape(name) + r"-\d+", part))
    if not numbers or numbers != list(range(len(numbers))):
        raise ValueError(f"results have the parts {numbers} of {name} but must have all from 0 on")
    parts = [results[f"{name}-{k}"] for k in numbers]
    return {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}


def _columns(rows: list[Row]) -> dict[str, list[float]]:
    return {name: [row[name] for row in rows] for name in rows[0] if name not in ("seconds", "done")}
