"""The results of surfaces-spectrum as Markdown."""

from ref.experiments import tables
from ref.experiments.loss_surfaces.optimizers.report import number
from ref.experiments.loss_surfaces.spectrum.claims import claims, hessian_title
from ref.experiments.loss_surfaces.spectrum.looking import dense_method
from ref.experiments.loss_surfaces.spectrum.numbers import along, beside_exact, looks, panels_of
from ref.experiments.loss_surfaces.study import part_config
from ref.experiments.loss_surfaces.training.methods import title as method_title
from ref.experiments.run import Run

NOTE = ("Median of the seeds, and their range in brackets. Index: the share of eigenvalues below -1 % of the largest "
        "in absolute value. Gradient: its norm, of the same loss. Sharpness: after Keskar et al. 2017, in all of the "
        "space. Statistics recompute: gathered first over the same images, and held; batch: of the one whole batch, "
        "and differentiated. At a point both have the same loss.")
COLUMNS = ("loss", "gradient", "lowest", "highest", "index", "mean", "sharpness")


def report(folders) -> str:
    return tables.report(folders, [NOTE], section)


def section(run: Run) -> str:
    config = run.config
    lines = [f"### {config['preset']}, seeds from {config['seed']}, trained in {config['dtype']}"]
    for job, which in panels_of(run):
        shared = part_config(config, job, "")
        lines += ["", f"**{hessian_title(job, which)}** ({shared['epochs']} epochs, minibatches of "
                      f"{shared['minibatch']}, {job['seeds']} seeds; Hessian of the loss of {shared['n_curvature']} "
                      f"training images, in nats; sharpness in percent, epsilon {shared['epsilon']:g})", "",
                  *tables.table(["optimiser", "epoch", *COLUMNS], _rows(run, job, which))]
        if dense_method(job):
            lines += ["", *_beside(run, job, which)]
    lines += tables.claim_lines(claims(run))
    return "\n".join(lines)


def _rows(run: Run, job: dict, which: str) -> list[list]:
    rows = []
    for method in job["methods"]:
        of_seeds = looks(run, job, which, method)
        for k, epoch in enumerate(along(of_seeds[0], "epoch")[0]):
            rows.append([method_title(method), f"{epoch:g}",
                         *(tables.spread([look["rows"][k][what] for look in of_seeds], number) for what in COLUMNS)])
    return rows


def _beside(run: Run, job: dict, which: str) -> list[str]:
    found = beside_exact(run, job, which)
    return [f"At the end of {method_title(dense_method(job))}, first seed, beside all eigenvalues:", "",
            *tables.table(["", *found], [[name, *(number(values[k]) for values in found.values())]
                                         for k, name in enumerate(("products with vectors", "all eigenvalues"))])]
