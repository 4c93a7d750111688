"""The command `longhand`: list the experiments, run one, resume a run, show its numbers, report on all.

    longhand list
    longhand run NAME --preset quick|standard|paper|long --seed S
    longhand resume RUN
    longhand show RUN
    longhand report

Ends with status 0, 1 where parts of a run failed, 2 for a mistake in what was asked, 130 when interrupted, 141 where
nobody reads on (`longhand list | head -1`).
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from ref.experiments import run as runs
from ref.experiments.kernels import require_kernels
from ref.experiments.registry import EXPERIMENTS, LONG, experiment
from ref.experiments.results import command, write_report
from ref.experiments.sweep import PartsFailed, sweep
from ref.experiments.threads import restart_with


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; None takes it from the command line, in a process whose threads are then limited."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        if asked.action is None:
            parser.print_help()
        else:
            asked.action(asked, arguments is None)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would complain once more at its end
        return 141
    except PartsFailed as error:
        print(f"longhand: {error}", file=sys.stderr)
        return 1
    except runs.RunError as error:
        print(f"longhand: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nlonghand: interrupted; `longhand resume` goes on from the last checkpoints", file=sys.stderr)
        return 130
    return 0


def list_experiments(asked, restart: bool) -> None:
    for name, (_, summary) in EXPERIMENTS.items():
        print(f"{name:<16} {summary}")
    print("\nPresets: quick (two minutes on two cores), standard (an hour), paper (the paper's sizes);")
    print("for a night or two, of some experiments, long:")
    for name in (name for name in LONG if name in EXPERIMENTS):
        print(f"{name:<16} {LONG[name]}")


def run(asked, restart: bool) -> None:
    module = experiment(asked.name)
    kernels = asked.kernels or module.KERNELS[-1]
    config = runs.run_config(module, asked.preset, asked.seed, asked.dtype, kernels, asked.threads)
    _carry_out(config, runs.run_folder(asked.runs, config), asked.workers, restart)


def resume(asked, restart: bool) -> None:
    folder = runs.find_run(asked.run, asked.runs)
    _carry_out(runs.read_config(folder), folder, asked.workers, restart)


def show(asked, restart: bool) -> None:
    """A finished run's numbers, or which of its parts have finished; and where its figures are."""
    folder = runs.find_run(asked.run, asked.runs)
    config = runs.read_config(folder)
    print(f"{folder}  ({command(config)}), {config['kernels']} kernels\n")
    if runs.finished(folder) is not None:
        print(experiment(config["experiment"]).report([folder]))
    else:
        parts = sorted(path.parent for path in folder.glob(f"*/{runs.CONFIG}"))
        ended = [part.name for part in parts if runs.finished(part) is not None]
        print(f"It has not finished: of the {len(parts)} parts begun, {len(ended)} have"
              f"{': ' if ended else ''}{', '.join(ended)}.\n`longhand resume {asked.run}` goes on.")
    figures = sorted((folder / "figures").glob("*.png"))
    print("\nFigures: " + (", ".join(map(str, figures)) or "none yet"))


def report(asked, restart: bool) -> None:
    print(f"wrote {write_report(asked.runs, asked.output)}")


def _carry_out(config: dict, folder: Path, workers: int, restart: bool) -> None:
    """Run or go on; what has finished is only shown."""
    module = experiment(config["experiment"])
    require_kernels(module, config["kernels"])
    config = runs.open_folder(folder, config)
    if runs.finished(folder) is not None:
        print(f"{folder} is finished; nothing was run. For another run, take another --seed or --runs.")
    else:
        if restart:
            restart_with(config["threads"])
        print(f"{folder}  ({command(config)}), {config['kernels']} kernels")
        of_run = partial(sweep, folder=folder, workers=workers, threads=config["threads"])
        runs.finish(folder, module.run(config, of_run))
        print(f"{folder} is finished")
    if not any((folder / "figures").glob("*")):
        module.figures(folder)
    print(module.report([folder]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="longhand", description="Deep-learning papers by hand: their experiments.")
    parser.add_argument("--version", action="version", version=f"longhand {runs.version('longhand')}")
    parser.set_defaults(action=None)
    commands = parser.add_subparsers(metavar="list | run | resume | show | report")

    def add(name: str, action, text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(action=action)
        if name != "list":
            one.add_argument("--runs", default="runs", metavar="DIR", help="the folder of all runs (runs)")
        if name in ("run", "resume"):
            one.add_argument("--workers", type=_count(0), default=2, metavar="N",
                             help="processes side by side (2); 0: none but this one, for stepping through a run in a "
                                  "debugger")
        return one

    add("list", list_experiments, "the experiments and their presets")
    one = add("run", run, "run an experiment, or go on with a run that was begun")
    one.add_argument("name", metavar="NAME", help="as in `longhand list`")
    one.add_argument("--preset", default="quick", help="quick (minutes), standard (an hour), paper (the paper's "
                                                       "sizes), long (hours to a day: see `longhand list`)")
    one.add_argument("--seed", type=_count(0), default=0)
    one.add_argument("--dtype", choices=runs.DTYPES, help="the preset's own, or float64")
    one.add_argument("--kernels", choices=runs.KERNELS,
                     help="compiled ones (cpu) where the experiment has them; numpy is the reference")
    one.add_argument("--threads", type=_count(1), default=1, metavar="N",
                     help="threads of each process (1); their number can change the last bits")
    one = add("resume", resume, "go on with a run that was killed")
    one.add_argument("run", metavar="RUN", help="its folder, or NAME/PRESET-SEED")
    one = add("show", show, "print a run's numbers and where its figures are")
    one.add_argument("run", metavar="RUN", help="its folder, or NAME/PRESET-SEED")
    one = add("report", report, "write RESULTS.md from the finished runs")
    one.add_argument("--output", default="RESULTS.md", metavar="FILE")
    return parser


def _count(least: int):
    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is below {least}")
        return value

    return number


if __name__ == "__main__":
    sys.exit(main())
