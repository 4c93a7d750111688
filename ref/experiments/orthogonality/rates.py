"""A grid of rates: each variant at each pair of rates, trained until it reaches the goal; the table of it.

    parts       "m=0-rate=0.001-cayley=0.01": the rate of RMSprop, for the spectrum (over 2m) and for all other weights,
                and that of the Cayley steps on the bases;  "m=0-wrong-side-rate=..": these on the wrong side
    job         has, besides what all jobs have,
                "grid"  {"variants": ["m=0", ..], "rates": [..], "cayley": [..],
                         "wrong": {"variants": [..], "cayley": [..]}}
"""

from itertools import product

import numpy as np

from ref.experiments import tables
from ref.experiments.jobs import title as job_title
from ref.experiments.orthogonality.variants import VARIANTS, job, outcomes, title


def grid_job(task: str, T: int, grid: dict, seeds: int = 1, label: str = "rates", **settings) -> dict:
    return {**job(task, T, variants_of(grid), seeds=seeds, label=label, until_goal=True, **settings), "grid": grid}


def variants_of(grid: dict) -> dict[str, dict]:
    """name -> settings; the right side first, then the wrong one."""
    wrong = grid["wrong"]
    each = [*product(grid["variants"], ["left"], grid["rates"], grid["cayley"]),
            *product(wrong["variants"], ["wrong"], grid["rates"], wrong["cayley"])]
    return {name_of(variant, side, rate, cayley): {
        **VARIANTS[variant], "side": side, "rate": rate, "orthogonal_rate": cayley,
        "spectrum": {"method": "rmsprop", "rate": rate}} for variant, side, rate, cayley in each}


def name_of(variant: str, side: str, rate: float, cayley: float) -> str:
    return f"{variant}{'-wrong-side' if side == 'wrong' else ''}-rate={rate:g}-cayley={cayley:g}"


def rows_of(grid: dict) -> list[tuple[str, float, float, list[str]]]:
    """(side, rate, Cayley rate, the variants that have them) of each line of the table."""
    wrong = grid["wrong"]
    return [*((*at, grid["variants"]) for at in product(["left"], grid["rates"], grid["cayley"])),
            *((*at, wrong["variants"]) for at in product(["wrong"], grid["rates"], wrong["cayley"]))]


def reached(parts: dict, job: dict, variant: str, side: str, rate: float, cayley: float) -> float:
    """Updates to the goal, median of the seeds; infinite where it was not reached."""
    results = outcomes(parts, job)[name_of(variant, side, rate, cayley)]
    return float(np.median([np.inf if result["reached"] is None else result["reached"] for result in results]))


def section(parts: dict, job: dict) -> list[str]:
    """The lines of the job's table: updates to the goal, or what was reached without it."""
    grid, settings = job["grid"], job["settings"]

    def cell(variant: str, side: str, rate: float, cayley: float) -> str:
        at = reached(parts, job, variant, side, rate, cayley)
        if np.isfinite(at):
            return f"{at:g}"
        results = outcomes(parts, job)[name_of(variant, side, rate, cayley)]
        broken = [result["stopped"] for result in results if result["stopped"] != "steps" and result["reached"] is None]
        return f"{np.median([result['best'] for result in results]):.3g}" + (f" ({broken[0]})" if broken else "")

    rows = [[f"{rate:g}", f"{cayley:g}{', wrong side' if side == 'wrong' else ''}",
             *(cell(variant, side, rate, cayley) if variant in there else "" for variant in grid["variants"])]
            for side, rate, cayley, there in rows_of(grid)]
    head = ["rate", "Cayley rate", *map(title, grid["variants"])]
    about = (f"at most {settings['updates']} updates, evaluated every {settings['evaluate_every']}; "
             f"seeds: {max(job['seeds'].values())}")
    return [f"**{job_title(job)}** ({about}): updates to the goal or, below 1, the best accuracy without reaching it",
            "", *tables.table(head, rows)]
