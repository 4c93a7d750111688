"""The results of the hf-pathological runs as Markdown: who solved which task, at what cost, and every failure."""

import numpy as np

from ref.experiments.run import finished, read_config

TITLES = {"hf": "Hessian-free, structural damping", "hf-plain": "Hessian-free", "gradient-descent": "Gradient descent",
          "nesterov": "Nesterov", "adam": "Adam"}


def task_title(job: dict) -> str:
    return f"{job['task'].replace('_', ' ')}, T = {job['T']}" + (f", {job['variant']}" if job["variant"] else "")


def prefix(job: dict) -> str:
    """What the names of the job's parts begin with."""
    return "-".join([job["task"], str(job["T"]), *filter(None, [job["variant"]])])


def outcomes(config: dict, parts: dict[str, dict], job: dict) -> dict[str, list[dict]]:
    """method -> results of its seeds, in their order."""
    found: dict[str, list[dict]] = {}
    for method in ("hf", "hf-plain", *config["grid"]):
        name = f"{prefix(job)}-{method}"
        of_seeds = [parts[f"{name}-{seed}"] for seed in range(100) if f"{name}-{seed}" in parts]
        if of_seeds:
            found[method] = of_seeds
    return found


def section(folders) -> str:
    note = ("Solved: below 0.001 wrong on fixed test sequences (memorisation: see the task). Work is in thousands of gradients of one "
            "sequence; sequences are all that were drawn, for backtracking and line search too. The success rates of Martens & Sutskever "
            "2011 are known to us only as a figure, so no number of theirs stands here.")
    return "\n\n".join([note, *map(_run, folders)])


def _run(folder) -> str:
    config, parts = read_config(folder), finished(folder)["parts"]
    lines = [f"### {config['preset']}, seeds from {config['seed']}, {config['dtype']}, {config['n_hidden']} hidden units", "",
             "| task | method | solved | work to solve, thousands | sequences, thousands | processor seconds | not solved: seed (wrong at the end) |",
             "|---|---|---|---|---|---|---|"]
    for job in config["jobs"]:
        for method, results in outcomes(config, parts, job).items():
            lines.append(f"| {task_title(job)} | {_title(method, results)} | {sum(r['solved'] for r in results)} of {len(results)} | "
                         + " | ".join(_spread([r[of] / unit for r in results if r["solved"]])
                                      for of, unit in (("gradient_equivalents", 1000), ("sequences", 1000), ("processor_seconds", 1)))
                         + f" | {_failures(config, results)} |")
    budgets = "; ".join(f"{task_title(job)}: {job['budget'] / 1000:g}" + "".join(f", {name} {value}" for name, value in job["settings"].items())
                        for job in config["jobs"])
    lines += ["", "Median, and the range in brackets, of the seeds that solved the task. Budgets in thousands, and settings of a task's own: "
              f"{budgets}.", *_tuning(config, parts)]
    return "\n".join(lines)


def _title(method: str, results: list[dict]) -> str:
    rate = results[0]["rate"]
    return TITLES[method] + ("" if rate is None else f", rate {rate:g}")


def _spread(values: list[float]) -> str:
    if not values:
        return ""
    return f"{np.median(values):.0f}" + (f" [{min(values):.0f}, {max(values):.0f}]" if len(values) > 1 else "")


def _failures(config: dict, results: list[dict]) -> str:
    failed = [(config["seed"] + seed, r) for seed, r in enumerate(results) if not r["solved"]]
    return ", ".join(f"{seed} ({r['wrong']:.3g}{'' if r['stopped'] == 'gradient_equivalents' else ', ' + r['stopped']})" for seed, r in failed)


def _tuning(config: dict, parts: dict[str, dict]) -> list[str]:
    lines = []
    for job in config["jobs"]:
        tried = []
        for method, rates in config["grid"].items():
            of = {rate: parts.get(f"{prefix(job)}-{method}-{rate:g}-0") for rate in rates}
            if all(of.values()):
                tried.append(f"{TITLES[method]} " + ", ".join(f"{rate:g}: {_tried(r)}" for rate, r in of.items()))
        if tried:
            lines += ["", f"Rates tried on {task_title(job)} for {config['tuning_share']:g} of the budget (wrong / test loss): {'; '.join(tried)}."]
    return lines


def _tried(result: dict) -> str:
    if result["stopped"] not in ("gradient_equivalents", "reached"):
        return result["stopped"]
    return f"{result['wrong']:.2g} / {result['test_loss']:.3g}"
