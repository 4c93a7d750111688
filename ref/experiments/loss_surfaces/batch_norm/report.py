"""The results of surfaces-batchnorm as Markdown: for each network where trainings end, then each number by policy."""

from ref.experiments import tables
from ref.experiments.loss_surfaces.batch_norm.claims import FROZEN, claims
from ref.experiments.loss_surfaces.batch_norm.figures import way_title, who_title
from ref.experiments.loss_surfaces.batch_norm.looking import pairs_of
from ref.experiments.loss_surfaces.batch_norm.numbers import (
    barriers,
    ends_of,
    factors,
    highest,
    moved,
    plateaus,
    rises,
    seeds_apart,
)
from ref.experiments.loss_surfaces.optimizers.report import number
from ref.experiments.loss_surfaces.study import or_infinite, outcomes, part_config, time_taken, title, trained_as
from ref.experiments.loss_surfaces.training.methods import title as method_title
from ref.experiments.run import Run

NOTE = ("Median of the seeds, and their range in brackets. Columns: which statistics batch norms have at a point of a "
        "line, and the same lines without batch norm; frozen: those of the end, between two ends those of the one "
        "named first, or of the first seed. Plateau: the share of the line from start to end above 0.9 of the start's "
        "loss; largest rise: along that line; seeds apart: how far the lines of two seeds are apart, as shares of the "
        "start's loss, mean over the line, of all pairs of seeds. Of a line between two ends, barrier: how far the "
        "loss is above the higher one, under the policy; highest: the loss itself, which says more where a policy "
        "raises an end too; factor: the highest barrier of a policy over the lowest, frozen left out. Moved: the "
        "largest change on the line from start to end where the weights before batch norms are scaled. Losses are of "
        "training images but where the test is named. Trainings that end no better than a guess do not count; a number "
        "is missing where none does.")


def report(folders) -> str:
    return tables.report(folders, [NOTE], section)


def section(run: Run) -> str:
    config = run.config
    lines = [f"### {config['preset']}, seeds from {config['seed']}, {config['dtype']}"]
    for ways, without in pairs_of(config):
        shared = part_config(config, without, "")
        lines += ["", f"**{title(trained_as(ways[0])).partition(', batch norm')[0]}** ({shared['epochs']} epochs, "
                      f"minibatches of {shared['minibatch']}, {without['seeds']} seeds; losses in nats on "
                      f"{shared['n_surface']} training images, lines of {shared['alphas']} points)", "",
                  *_ends(run, [trained_as(ways[0]), without]), "", *_by_policy(run, ways, without), "",
                  *_factors(run, ways)]
    lines += tables.claim_lines(claims(run), "What is said of batch norm")
    return "\n".join([*lines, "", time_taken(run)])


def _ends(run: Run, jobs: list[dict]) -> list[str]:
    rows = [[", ".join(title(job).split(", ")[2:]), method_title(method) + "".join(
                sorted({tables.ending(result, "steps") for result in results})), f"{results[0]['rate']:g}",
             *(tables.spread([times * or_infinite(result[what]) for result in results], number)
               for what, times in (("surface_loss", 1), ("surface_error", 100), ("test_loss", 1), ("test_error", 100)))]
            for job in jobs for method, results in outcomes(run.parts, job).items()]
    return tables.table(["", "optimiser", "rate", "training loss", "training error %", "test loss", "test error %"],
                        rows)


def _by_policy(run: Run, ways: list[dict], without: dict) -> list[str]:
    jobs, ends, rows = [*ways, without], ends_of(without), []

    def row(what: str, who: str, values: list[list[float]]) -> None:
        rows.append([what, who, *(tables.spread(of_job, number) for of_job in values)])

    for what, of in (("plateau", plateaus), ("largest rise", rises), ("seeds apart", seeds_apart)):
        for method in without["methods"] if of is not seeds_apart or without["seeds"] > 1 else ():
            row(what, method_title(method), [of(run, job, method) for job in jobs])
    for what, of, measured in (("barrier", barriers, "surface_loss"), ("highest", highest, "surface_loss"),
                               ("barrier, test", barriers, "test_loss")):
        for who in ends:
            row(what, ends_title(who), [of(run, job, who, measured) for job in jobs])
    for method in without["methods"]:
        row("moved", method_title(method), [*(moved(run, way, method) for way in ways), []])
    return tables.table(["number", "of", *map(way_title, jobs)], rows)


def _factors(run: Run, ways: list[dict]) -> list[str]:
    exact = [way for way in ways if way["settings"]["policy"] != FROZEN]
    return tables.table(["ends of", "factor"], [[ends_title(who), tables.spread(factors(run, exact, who), number)]
                                                for who in ends_of(ways[0])])


def ends_title(who: tuple[str, ...]) -> str:
    return who_title(who) + (", two seeds" if len(who) == 1 else "")
