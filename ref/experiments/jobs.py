"""Runs on several tasks: a run's configuration has a list of jobs, and a job is some methods on one task, by seeds.

    job     {"task", "T", "label", "settings", ...}     settings: the job's own, which overrule the run's; label: what
                                                        tells it from another job of the same task and length
    parts   "TASK-T[-LABEL]-METHOD-SEED"                a method's name may say more, such as the rate that is tried

A part's "part_seed" is the run's seed and the part's own number together.
"""

from collections.abc import Callable, Mapping


def label(job: dict) -> str:
    """The job's label, which the configurations of hf-pathological call "variant"."""
    return job["label"] if "label" in job else job["variant"]


def title(job: dict) -> str:
    task, own = job["task"].replace("_", " "), label(job).replace("-", " ")
    return f"{task}, T = {job['T']}" + (f", {own}" if own else "")


def prefix(job: dict) -> str:
    """What the names of the job's parts begin with."""
    return "-".join([job["task"], str(job["T"]), *filter(None, [label(job)])])


def part_name(job: dict, method: str, seed: int) -> str:
    return f"{prefix(job)}-{method}-{seed}"


def part_config(config: dict, job: dict, own: Mapping, seed: int, without: tuple[str, ...]) -> dict:
    """The run's settings, `without` some; before them the job's settings, and before these the part's own."""
    whole = {name: value for name, value in {**config, **job["settings"], **own}.items() if name not in without}
    return {**whole, "task": job["task"], "T": job["T"], "part_seed": config["seed"] + seed}


def parts(jobs: list[dict], seeds_of: Callable[[dict], dict[str, int]],
          config_of: Callable[[dict, str, int], dict]) -> dict[str, dict]:
    """name -> configuration of all parts: config_of(job, method, seed) for each of seeds_of(job)'s methods and seeds.

    Seed comes after seed, so that a run that is killed has some of everything.
    """
    counts = [seeds_of(job) for job in jobs]
    most = max((n for count in counts for n in count.values()), default=0)
    return {part_name(job, method, seed): config_of(job, method, seed) for seed in range(most)
            for job, count in zip(jobs, counts) for method, n in count.items() if seed < n}


def outcomes(parts: dict[str, dict], job: dict, seeds: dict[str, int]) -> dict[str, list[dict]]:
    """method -> the results of its seeds, in their order.  seeds: method -> how many."""
    return {method: [parts[part_name(job, method, seed)] for seed in range(n)] for method, n in seeds.items()}
