"""The results as Markdown: where each optimiser of a job ends, what lies between the ends, and the paper's claims."""

from collections.abc import Callable

import numpy as np

from ref.experiments import tables
from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.numbers import (
    apart,
    barriers,
    between_seeds,
    from_start,
    looks,
    pairs,
    unlike,
)
from ref.experiments.loss_surfaces.study import or_infinite, outcomes, part_config, time_taken, title, tried
from ref.experiments.loss_surfaces.training.methods import title as method_title
from ref.experiments.run import Run
from ref.experiments.tables import Claim

Claims = Callable[[Run], list[Claim]]
OfJob = Callable[[dict], dict]


def report_of(note: str, claims: Claims, looked_at: OfJob = lambda job: job) -> Callable[[list], str]:
    """The experiment's `report`; note: what its tables need to be understood; looked_at: a job with all methods that
    its lines have.
    """
    return lambda folders: tables.report(folders, [note], lambda run: _section(run, claims, looked_at))


def _section(run: Run, claims: Claims, looked_at: OfJob) -> str:
    config = run.config
    lines = [f"### {config['preset']}, seeds from {config['seed']}, {config['dtype']}"]
    for job in config["jobs"]:
        lines += ["", *_ends(run, looked_at(job)), "", *_between(run, looked_at(job)), "", _rates(run, job)]
    lines += tables.claim_lines(claims(run))
    return "\n".join([*lines, "", time_taken(run)])


def _ends(run: Run, job: dict) -> list[str]:
    """A row a method."""
    shared = part_config(run.config, job, job["methods"][0])
    head = ["optimiser", "rate", "training loss", "training error %", "test error %", "norm", "of the weights",
            "from the start", "largest rise", "plateau", "basin, relative", "absolute", "unlike", "barrier of seeds"]
    rows = []
    for method, results in outcomes(run.parts, job).items():
        found = from_start(run, job, method)

        def per_cent(name: str, results=results) -> str:
            return tables.spread([100 * or_infinite(result[name]) for result in results], number)

        losses = [or_infinite(result["surface_loss"]) for result in results]
        rows.append([method_title(method) + "".join(sorted({tables.ending(result, "steps") for result in results})),
                     f"{results[0]['rate']:g}", tables.spread(losses, number),
                     per_cent("surface_error"), per_cent("test_error"),
                     *(tables.spread(found[name], number) for name in ("norm", "weights", "moved", "monotonicity",
                                                                        "plateau", "relative", "absolute")),
                     number(unlike(run, job, method)) if job["seeds"] > 1 else "",
                     tables.spread(between_seeds(run, job, method), number)])
    statistics = f"; batch-norm statistics: {shared['policy']}" if shared["batch_norm"] else ""
    return [f"**{title(job)}** ({shared['epochs']} epochs, minibatches of {shared['minibatch']}, {job['seeds']} seeds; "
            f"losses in nats on {shared['n_surface']} training images{statistics})", "",
            *tables.table(head, rows)]


def _between(run: Run, job: dict) -> list[str]:
    head = ["ends of", "barrier, training", "barrier, test", "distance", "cosine", "functional", "labels apart %"]
    rows = []
    for a, b in pairs(job):
        found = {what: apart(run, job, a, b, what) for what in next(iter(looks(run, job)[0]["apart"].values()))}
        found["disagreement"] = [100 * share for share in found["disagreement"]]
        rows.append([f"{method_title(a)}, {method_title(b)}", tables.spread(barriers(run, job, a, b), number),
                     tables.spread(barriers(run, job, a, b, "test_loss"), number),
                     *(tables.spread(values, number) for values in found.values())])
    return tables.table(head, rows)


def _rates(run: Run, job: dict) -> str:
    """What each rate came to, on the validation images."""
    said = {}
    for name, (method, (rate,)) in tried(run.config, job).items():
        result = run.parts[part_name(job, name, 0)]
        said.setdefault(method, []).append(f"{rate:g}: {number(or_infinite(result['validation_loss']))}"
                                           + tables.ending(result, "steps"))
    epochs = part_config(run.config, job, job["methods"][0], share=run.config["tuning_share"])["epochs"]
    return (f"Rates tried for {epochs} epochs (loss on the validation images): "
            + "; ".join(f"{method_title(method)} {', '.join(values)}" for method, values in said.items()) + ".")


def number(value: float) -> str:
    return f"{value:.0f}" if 1000 <= abs(value) < np.inf else f"{value:.3g}"
