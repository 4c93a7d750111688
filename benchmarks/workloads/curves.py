"""curves: drawing 10,000 CURVES images, in at most 2 seconds."""

from time import perf_counter, process_time

from benchmarks.compare import Settings
from benchmarks.report import Row, spread

IMAGES = 10_000
SECONDS = 2.0


def run(settings: Settings):
    from ref.tasks.images.curves import curves

    clock = perf_counter if settings.clock == "wall" else process_time
    rows, notes = [], []
    for dtype in settings.dtypes:
        seconds = []
        for seed in range(settings.repeats):
            start = clock()
            curves(IMAGES, seed, dtype)
            seconds.append(clock() - start)
        rows.append(Row("curves", dtype, f"{IMAGES:,} images / {SECONDS:g} s", [s / SECONDS for s in seconds], 1.0))
        notes.append(f"curves {dtype}: seconds {spread(seconds)}")
    return rows, notes
