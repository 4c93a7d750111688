"""The results of the hf-pathological runs as Markdown: who solved which task, at what cost, and every failure."""

from ref.experiments import grid, jobs, tables
from ref.experiments.hessian_free.pathological_training import seeds_of
from ref.experiments.jobs import part_name, title
from ref.experiments.run import Run
from ref.experiments.training import SPENT, TITLES as FIRST_ORDER

TITLES = {"hf": "Hessian-free, structural damping", "hf-plain": "Hessian-free", **FIRST_ORDER}
NOTE = (
    "Solved: below 0.001 wrong on fixed test sequences (memorisation: see the task). Work is in thousands of gradients "
    "of one sequence; sequences are all that were drawn, for backtracking and line search too. The success rates of "
    "Martens & Sutskever 2011 are known to us only as a figure, so no number of theirs stands here."
)
COSTS = (("gradient_equivalents", 1000), ("sequences", 1000), ("processor_seconds", 1))  # and their units


def outcomes(run: Run, job: dict) -> dict[str, list[dict]]:
    """method -> results of its seeds, in their order."""
    return jobs.outcomes(run.parts, job, seeds_of(run.config, job))


def report(folders) -> str:
    return tables.report(folders, [NOTE], _section)


def _section(run: Run) -> str:
    config = run.config
    rows = (_row(config, job, method, results)
            for job in config["jobs"] for method, results in outcomes(run, job).items())
    budgets = "; ".join(f"{title(job)}: {job['budget'] / 1000:g}"
                        + "".join(f", {name} {value}" for name, value in job["settings"].items())
                        for job in config["jobs"])
    return "\n".join([
        f"### {config['preset']}, seeds from {config['seed']}, {config['dtype']}, {config['n_hidden']} hidden units",
        "",
        *tables.table(["task", "method", "solved", "work to solve, thousands", "sequences, thousands",
                       "processor seconds", "not solved: seed (wrong at the end)"], rows), "",
        "Median, and the range in brackets, of the seeds that solved the task. Budgets in thousands, and settings of a "
        f"task's own: {budgets}.",
        *(line for job in config["jobs"] if job["seeds"]["first-order"] for line in ("", _tuning(run, job))),
    ])


def _row(config: dict, job: dict, method: str, results: list[dict]) -> list[str]:
    solved = [result for result in results if result["solved"]]
    rate = results[0]["rate"]
    return [title(job), TITLES[method] + ("" if rate is None else f", rate {rate:g}"),
            f"{len(solved)} of {len(results)}",
            *(tables.spread([result[cost] / unit for result in solved], "{:.0f}".format) for cost, unit in COSTS),
            _failures(config, results)]


def _failures(config: dict, results: list[dict]) -> str:
    failed = [(config["seed"] + seed, result) for seed, result in enumerate(results) if not result["solved"]]
    return ", ".join(f"{seed} ({result['wrong']:.3g}{'' if result['stopped'] == SPENT else ', ' + result['stopped']})"
                     for seed, result in failed)


def _tuning(run: Run, job: dict) -> str:
    tried = []
    for method in run.config["grid"]:
        settings = ((name, rate) for name, (of, (rate,)) in grid.tried(run.config["grid"]).items() if of == method)
        tried.append(f"{TITLES[method]} "
                     + ", ".join(f"{rate:g}: {_tried(run.parts[part_name(job, name, 0)])}" for name, rate in settings))
    return (f"Rates tried on {title(job)} for {run.config['tuning_share']:g} of the budget (wrong / test loss): "
            f"{'; '.join(tried)}.")


def _tried(result: dict) -> str:
    if result["stopped"] not in (SPENT, "reached"):
        return result["stopped"]
    return f"{result['wrong']:.2g} / {result['test_loss']:.3g}"
