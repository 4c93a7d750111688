"""rnn_length: time and memory of the Elman network's gradient and Gauss-Newton product against the number of steps.

Both must grow with T and no faster.  The slope of the logarithms between T = 200 and 1600 is 1 for proportional growth;
the figure, figures/rnn_length.png, shows all lengths.  Memory is the peak of what a call allocates, with the cached
activations for the product.
"""

import tracemalloc
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from benchmarks.compare import Settings
from benchmarks.report import Row
from benchmarks.workloads import rnn

LENGTHS = (25, 50, 100, 200, 400, 800, 1600)
FROM = LENGTHS.index(200)
LIMIT = 1.1
FIGURE = Path(__file__).resolve().parents[2] / "figures" / "rnn_length.png"


def peak(function) -> int:
    """Bytes that the call had allocated at the most."""
    tracemalloc.start()
    function()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def growth(values: list[float]) -> float:
    """The slope of log value against log T."""
    import numpy as np

    return float(np.polyfit(np.log(LENGTHS[FROM:]), np.log(values[FROM:]), 1)[0])


def measure(dtype: str, settings: Settings) -> dict[str, dict[str, list[float]]]:
    """task -> "seconds" and "MiB" of each length."""
    import numpy as np

    clock = perf_counter if settings.clock == "wall" else process_time
    found = {task: {"seconds": [], "MiB": []} for task in rnn.FLOPS}
    for T in LENGTHS:
        arrays = rnn.arrays(np.dtype(dtype), T)
        tasks = rnn.longhand(*arrays)[1]
        memory = {"rnn.grad": peak(tasks["rnn.grad"]), "rnn.gnv": peak(lambda: rnn.longhand(*arrays)[1]["rnn.gnv"]())}
        for task, function in tasks.items():
            times = []
            for _ in range(settings.repeats):
                began = clock()
                function()
                times.append(clock() - began)
            found[task]["seconds"].append(median(times))
            found[task]["MiB"].append(memory[task] / 2**20)
    return found


def draw(found: dict) -> None:
    from ref.experiments.figures import new_figure, plain_numbers, save

    figure, axes = new_figure(1, 2, width=9, height=3.6)
    for ax, quantity, label in zip(axes, ("seconds", "MiB"), ("time (seconds)", "memory (MiB)")):
        for task, title in (("rnn.grad", "gradient"), ("rnn.gnv", "Gauss-Newton product")):
            ax.loglog(LENGTHS, found[task][quantity], label=title)
        at = found["rnn.grad"][quantity][FROM]
        ax.loglog(LENGTHS, [at * T / LENGTHS[FROM] for T in LENGTHS], color="grey", lw=0.8, marker="", ls="-",
                  label="proportional to T")
        ax.set_xlabel("steps T")
        ax.set_ylabel(label)
        plain_numbers(ax.xaxis)
    axes[0].legend(fontsize=8)
    axes[1].legend(fontsize=8)
    slopes = "; ".join(f"{task}: {growth(of['seconds']):.2f} for time, {growth(of['MiB']):.2f} for memory" for task,
                       of in found.items())
    save(figure, FIGURE, "Time and memory of the gradient and of the Gauss-Newton product of an Elman network, 100 "
                         "units and 100 sequences, against the "
         f"number of steps, both axes logarithmic: straight lines beside the line of proportional growth. Slopes from "
         f"T = 200: {slopes}.")


def run(settings: Settings):
    rows, notes = [], []
    for dtype in settings.dtypes:
        found = measure(dtype, settings)
        for task, of in found.items():
            rows += [Row(f"{task} length", dtype, f"growth of {quantity} with T", [growth(values)], LIMIT)
                     for quantity, values in of.items()]
            seconds, mib = (", ".join(f"{value:.3g}" for value in of[quantity]) for quantity in ("seconds", "MiB"))
            notes.append(f"{task} {dtype} at T = {', '.join(map(str, LENGTHS))}: seconds {seconds}; MiB {mib}")
        if dtype == "float64":
            draw(found)
    return rows, notes
