"""The results of surfaces-batchnorm as Markdown: for each network where trainings end, then each number by policy."""


from ref.experiments import tables
from ref.experiments.loss_surfaces.batch_norm.claims import claims
from ref.experiments.loss_surfaces.batch_norm.figures import way_title
from ref.experiments.loss_surfaces.batch_norm.looking import pairs_of
from ref.experiments.loss_surfaces.batch_norm.numbers import barriers_of, ends_of, factors, moved, unlike
from ref.experiments.loss_surfaces.lines.looking import START
from ref.experiments.loss_surfaces.lines.numbers import from_start, line_of, looks
from ref.experiments.loss_surfaces.optimizers.report import number
from ref.experiments.loss_surfaces.study import or_infinite, outcomes, part_config, title, trained_as
from ref.experiments.loss_surfaces.training.methods import title as method_title
from ref.experiments.run import Run

NOTE = ("Median of the seeds, and their range in brackets. Columns: which statistics batch norms have at a point of a "
        "line, and the same lines without batch norm; frozen: those of the end, between two ends those of the one named "
        "first, or of the first seed. Plateau: the share of the line from start to end above 0.9 of the start's loss; "
        "largest rise: along that line; unlike: how far the lines of two seeds are apart, as shares of the start's "
        "loss, mean over the line, of all pairs of seeds; barrier: how far the loss is above the higher end; factor: the "
        "highest barrier of a policy over the lowest; moved: the largest change of that line's loss where the weights "
        "before batch norms are scaled. Losses are of training images but where the test is named.")


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
                  *_ends(run, [trained_as(ways[0]), without]), "", *_by_policy(run, ways, without)]
    lines += tables.claim_lines(claims(run), "What is said of batch norm")
    seconds = sum(result.get("processor_seconds", 0.0) for result in run.parts.values())
    return "\n".join([*lines, "", f"All trainings together took {seconds / 60:.0f} processor minutes."])


def _ends(run: Run, jobs: list[dict]) -> list[str]:
    rows = [[", ".join(title(job).split(", ")[2:]), method_title(method) + "".join(
                sorted({tables.ending(result, "steps") for result in results})), f"{results[0]['rate']:g}",
             *(tables.spread([times * or_infinite(result[what]) for result in results], number)
               for what, times in (("surface_loss", 1), ("surface_error", 100), ("test_loss", 1), ("test_error", 100)))]
            for job in jobs for method, results in outcomes(run.parts, job).items()]
    return tables.table(["", "optimiser", "rate", "training loss", "training error %", "test loss", "test error %"],
                        rows)


def _by_policy(run: Run, ways: list[dict], without: dict) -> list[str]:
    jobs, methods = [*ways, without], without["methods"]
    rows = []

    def row(what: str, who: str, values: list[list[float]]) -> None:
        rows.append([what, who, *(tables.spread(of_job, number) for of_job in values)])

    for what, name in (("plateau", "plateau"), ("largest rise", "monotonicity")):
        for method in methods:
            row(what, method_title(method), [from_start(run, job, method)[name] for job in jobs])
    for method in methods:
        row("loss at the start", method_title(method), [[float(line_of(look, START, method)[1][0])
                                                         for look in looks(run, job)] for job in jobs])
    for method in methods if without["seeds"] > 1 else ():
        row("unlike", method_title(method), [unlike(run, job, method) for job in jobs])
    for of, said in (("surface_loss", "barrier"), ("test_loss", "barrier, test")):
        for ends in ends_of(without):
            row(said, ends_title(ends), [barriers_of(run, job, ends, of) for job in jobs])
    for ends in ends_of(without):
        row("factor", ends_title(ends), [factors(run, ways, ends), *[[]] * len(ways)])
    for method in methods:
        row("moved", method_title(method), [*(moved(run, way, method) for way in ways), []])
    return tables.table(["number", "of", *map(way_title, jobs)], rows)


def ends_title(ends: tuple[str, ...]) -> str:
    return " and ".join(map(method_title, ends)) + ("" if len(ends) == 2 else ", two seeds")
