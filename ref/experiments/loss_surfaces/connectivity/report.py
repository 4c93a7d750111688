"""The results of surfaces-connectivity as Markdown."""

from ref.experiments import tables
from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.connectivity.claims import claims
from ref.experiments.loss_surfaces.connectivity.figures import couple_name
from ref.experiments.loss_surfaces.connectivity.joining import couples
from ref.experiments.loss_surfaces.connectivity.numbers import barriers, highest, joined, way_title, ways
from ref.experiments.loss_surfaces.optimizers.report import number
from ref.experiments.loss_surfaces.study import or_infinite, outcomes, part_config, time_taken, title
from ref.experiments.loss_surfaces.training.methods import title as method_title
from ref.experiments.run import Run

NOTE = ("Median of the pairs, and their range in brackets. Barrier: how far the loss, or error, goes above the higher "
        "end; highest: the largest of the points'. Alignment: weight matching, of the second end to the first. The "
        "curve: quadratic Bezier, from the unaligned line, its statistics those of the trainings. A pair with an end "
        "no better than a guess does not count. Limits of the claims are ours.")


def report(folders) -> str:
    return tables.report(folders, [NOTE], section)


def section(run: Run) -> str:
    config = run.config
    lines = [f"### {config['preset']}, seeds from {config['seed']}, {config['dtype']}"]
    for job in config["jobs"]:
        lines += ["", *_ends(run, job), "", *_joined(run, job)]
    lines += tables.claim_lines(claims(run), "What the papers say")
    return "\n".join([*lines, "", time_taken(run)])


def _ends(run: Run, job: dict) -> list[str]:
    shared = part_config(run.config, job, "")
    rows = [[method_title(method) + "".join(sorted({tables.ending(result, "steps") for result in results})),
             f"{results[0]['rate']:g}",
             *(tables.spread([times * or_infinite(result[what]) for result in results], number)
               for what, times in (("surface_loss", 1), ("surface_error", 100), ("test_loss", 1), ("test_error", 100)))]
            for method, results in outcomes(run.parts, job).items()]
    statistics = f"; batch-norm statistics: {', '.join(shared['policies'])}" if shared["batch_norm"] else ""
    return [f"**{title(job)}** ({shared['epochs']} epochs, minibatches of {shared['minibatch']}, {job['seeds']} seeds, "
            f"curves {shared['curve_epochs']} epochs of Adam at {shared['curve_rate']:g}, {shared['alphas']} points; "
            f"training losses in nats on {shared['n_surface']} images{statistics})", "",
            *tables.table(["optimiser", "rate", "training loss", "training error %", "test loss", "test error %"],
                          rows)]


def _joined(run: Run, job: dict) -> list[str]:
    head = ["ends of", "way", "pairs", "barrier, training", "highest, training", "barrier, test", "highest, test",
            "barrier, training error %", "barrier, test error %", "distance of the ends"]
    rows = []
    for couple in couples(job):
        parts = joined(run, job, couple)
        for way in ways(run, job):
            apart = [part["distance_aligned" if way.startswith("aligned") else "distance"] for part in parts]
            stopped = {tables.ending(run.parts[part_name(job, couple, k)], "steps")
                       for k in range(len(couples(job)[couple]))} if way == "curve" else {""}
            rows.append([couple_name(couple), way_title(job, way) + "".join(sorted(stopped)), len(parts),
                         *(tables.spread(values, number) for values in (
                             barriers(run, job, couple, way), highest(run, job, couple, way),
                             barriers(run, job, couple, way, "test_loss"),
                             highest(run, job, couple, way, "test_loss"),
                             *([100 * share for share in barriers(run, job, couple, way, of)]
                               for of in ("surface_error", "test_error")), apart))])
    return tables.table(head, rows)
