"""surfaces-switching: one optimiser to some epoch, then another; whose end is it?

The second optimiser begins with a fresh state where the first one stood, and sees the minibatches and masks that were
still to come; it ends after as many epochs as either does alone.  Each has the rate that is best for it from the start.
What the paper did with state and rate at a switch, we have not seen.

The paper says that a switch, late too, ends in another point than the first optimiser would have, and in one that is
characteristic of the second.  Switches whose end is no better than a guess do not count for or against: a rate that is
good from the start may be too high where another optimiser stood.

A switch is called FIRST+SECOND=EPOCH, and is a method like others in lines and tables.
"""

from pathlib import Path

import numpy as np

from ref.experiments.figures import legend_above, panels, save
from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.claims import HIGH, claim
from ref.experiments.loss_surfaces.figures import LOOKS, panel_title, say_settings, settings
from ref.experiments.loss_surfaces.lines import START, line_parts, look_part
from ref.experiments.loss_surfaces.methods import title as method_title
from ref.experiments.loss_surfaces.numbers import barriers, from_start, line_of, looks
from ref.experiments.loss_surfaces.optimizers import DIGITS, QUICK, STANDARD
from ref.experiments.loss_surfaces.relief import GUESS
from ref.experiments.loss_surfaces.report import report_of
from ref.experiments.loss_surfaces.study import job as of_methods, or_infinite, title, train_all, training_parts
from ref.experiments.loss_surfaces.training import train_part
from ref.experiments.run import Run, read_run
from ref.experiments.sweep import Sweep
from ref.experiments.tables import Claim

NAME = "surfaces-switching"
KERNELS = ("numpy", "cpu")


def switching(batch_norm: bool, seeds: int, pairs: list[list[str]], at: list[int], task: str = "digits",
              network: str = "nin-tiny", **settings) -> dict:
    """pairs: [first, second], each switched at all of these epochs, the last of which is the late one."""
    methods = list(dict.fromkeys(method for pair in pairs for method in pair))
    one = of_methods(task, network, batch_norm, settings.pop("dropout", False), seeds, methods, kept=at, **settings)
    return {**one, "switches": pairs, "at": at}


BOTH = [["adam", "sgd"], ["sgd", "adam"]]
MORE = [*BOTH, ["adadelta", "rmsprop"], ["rmsprop", "sgdm"]]
PRESETS = {
    "quick": {**QUICK, "jobs": [switching(batch_norm, 2, BOTH, [6, 15, 25]) for batch_norm in (True, False)]},
    "standard": {**STANDARD, "jobs": [switching(batch_norm, 5, MORE, [10, 40, 80]) for batch_norm in (True, False)]},
    "paper": {**DIGITS, "initialization": "uniform", "minibatch": 128, "epochs": 200, "n_surface": 5000, "flips": True,
              "alphas": 21, "evaluate_every": 5, "jobs": [
                  switching(batch_norm, 3, MORE, [50, 100, 150], "cifar10", network, dropout=True, initialization=start)
                  for network, start in (("nin", "uniform"), ("vgg", "he")) for batch_norm in (True, False)]},
}


def name_of(first: str, second: str, epoch: int) -> str:
    return f"{first}+{second}={epoch}"


def with_switches(job: dict) -> dict:
    """The job with its switches as methods after its own."""
    return {**job, "methods": [*job["methods"], *(name_of(*pair, at) for pair in job["switches"] for at in job["at"])]}


def switch_parts(config: dict, trained: dict[str, dict]) -> dict[str, dict]:
    """trained: the results of all that was trained by one optimiser."""
    alone = training_parts(config, trained)
    return {part_name(job, name_of(first, second, at), seed): {
                **alone[part_name(job, second, seed)], "kept": [],
                "begin": {"part": part_name(job, first, seed), "epoch": at}}
            for job in config["jobs"] for seed in range(job["seeds"]) for first, second in job["switches"]
            for at in job["at"]}


def run(config: dict, sweep: Sweep) -> dict:
    trained = train_all(config, sweep)
    trained |= sweep(train_part, switch_parts(config, trained))
    jobs = [with_switches(job) for job in config["jobs"]]
    return {"parts": trained | sweep(look_part, line_parts({**config, "jobs": jobs}, trained, between_seeds=False))}


def claims(run: Run) -> list[Claim]:
    return [of_job for job in run.config["jobs"] for of_job in (another_point(run, job), the_seconds_norm(run, job))]


def another_point(run: Run, job: dict) -> Claim:
    """A barrier, as in ref.experiments.loss_surfaces.claims, after the last of the switches; contradicted by none."""
    high = HIGH * np.median([line_of(look, START, job["methods"][0])[1][0] for look in looks(run, job)])
    heights = {pair: barriers(run, with_switches(job), pair[0], name_of(*pair, job["at"][-1]))
               for pair in map(tuple, job["switches"])}
    separate = [value > high for pair, values in heights.items() for seed, value in enumerate(values)
                if has_learnt(run, job, pair, seed)]
    medians = ", ".join(f"{_arrow(*pair)} {np.median(values):.2g}" for pair, values in heights.items())
    return claim(f"{title(job)}: after a switch at epoch {job['at'][-1]} a barrier parts the end from the first "
                 f"optimiser's own", bool(separate) and all(separate), bool(separate) and not any(separate),
                 f"{sum(separate)} of {len(separate)} seeds and pairs above {high:.2g} nats; medians {medians}")


def the_seconds_norm(run: Run, job: dict) -> Claim:
    """|theta| is nearer to that of the second optimiser alone than to that of the first; contradicted by none."""
    nearer = []
    for first, second in job["switches"]:
        norms = [from_start(run, job, method)["norm"] for method in (first, second, name_of(first, second,
                                                                                            job["at"][-1]))]
        nearer += [abs(c - b) < abs(c - a) for seed, (a, b, c) in enumerate(zip(*norms))
                   if has_learnt(run, job, (first, second), seed)]
    return claim(f"{title(job)}: after a switch at epoch {job['at'][-1]} |theta| is nearer to the second "
                 f"optimiser's than to the first's", bool(nearer) and all(nearer),
                 bool(nearer) and not any(nearer), f"{sum(nearer)} of {len(nearer)} seeds and pairs")


def has_learnt(run: Run, job: dict, pair: tuple[str, str], seed: int) -> bool:
    """Whether the last of the switches ended below the loss of a guess: one that diverged is nobody's end."""
    result = run.parts[part_name(job, name_of(*pair, job["at"][-1]), seed)]
    return result["stopped"] == "steps" and or_infinite(result["surface_loss"]) < GUESS


def norms(run: Run) -> Path:
    """|theta| at the end against the epoch of the switch: at 0 the second optimiser alone, at the last the first."""
    return _against_epochs(run, "norms", "|theta| at the end, all parameters",
                           lambda job, first, second, which: from_start(run, job, which)["norm"])


def heights(run: Run) -> Path:
    """The barrier between the end and that of the first optimiser alone, against the epoch of the switch."""
    return _against_epochs(run, "barriers", "barrier to the first one's end (nats)",
                           lambda job, first, second, which: [0.0] * job["seeds"] if which == first
                           else barriers(run, with_switches(job), *_in_order(job, first, which)))


def _in_order(job: dict, a: str, b: str) -> list[str]:
    """As the pair's line is named."""
    return sorted((a, b), key=with_switches(job)["methods"].index)


def _against_epochs(run: Run, name: str, label: str, values_of) -> Path:
    figure, axes = panels(run.config["jobs"], 2, 2.8)
    said = []
    for ax, job in zip(axes, run.config["jobs"]):
        last = job["settings"].get("epochs", run.config["epochs"])
        for (first, second), look in zip(job["switches"], LOOKS.values()):
            at = [0, *job["at"], last]
            which = [second, *(name_of(first, second, epoch) for epoch in job["at"]), first]
            values = np.array([values_of(job, first, second, one) for one in which], float)  # (switches, seeds)
            for seed in range(job["seeds"]):
                own = {"lw": 0.6, "alpha": 0.7, "label": "_"} if seed else {"lw": 1.6, "label": _arrow(first, second)}
                ax.plot(at, values[:, seed], **{**look, **own})
            said.append(f"{title(job)}, {_arrow(first, second)}: " + ", ".join(
                f"{np.median(of_epoch):.3g} (epoch {epoch})" for epoch, of_epoch in zip(at, values)) + ".")
        ax.set(title=panel_title(run, job), ylabel=label, xlabel="epoch of the switch; 0: the second alone")
        if name == "norms" and ax.dataLim.y1 > 20 * ax.dataLim.y0:  # where one has diverged
            ax.set_yscale("log")
    legend_above(figure, 4)
    say_settings(figure, run)
    return save(figure, run.folder / "figures" / f"{name}.png",
                f"{label} against the epoch of the switch, a panel a job, a line a seed, the first seed's thicker "
                f"({settings(run, run.config['jobs'][0])}). Medians: {' '.join(said)}")


def _arrow(first: str, second: str) -> str:
    return f"{method_title(first)}, then {method_title(second)}"


def figures(folder) -> list[Path]:
    done = read_run(folder)
    return [norms(done), heights(done)]


NOTE = ("Median of the seeds, and their range in brackets. A switch is named by the epoch at which the second "
        "optimiser begins, with a fresh state. Columns as for surfaces-optimizers.")
report = report_of(NOTE, claims, with_switches)
