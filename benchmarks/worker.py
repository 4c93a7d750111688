"""A process that holds one program and runs its tasks when told to: `python -m benchmarks.worker WORKLOAD PROGRAM
DTYPE`.

A program is a function of a workload's file: program(arrays) -> (version, {task: function}), each function returning
arrays.  The process first writes a line of JSON: the version, and each task's fingerprint.  Then it reads a task's name
a line, runs that task twice, and writes the second run's wall-clock and processor seconds.

Needs NumPy and what the program itself imports.
"""

import json
import sys
from importlib import import_module
from time import perf_counter, process_time

import numpy as np


def fingerprint(arrays) -> list[float]:
    """The norm of all the arrays together, and their product with a fixed random vector, which sees signs and order
    too.
    """
    vector = np.concatenate([np.asarray(array, np.float64).ravel() for array in arrays])
    return [float(np.linalg.norm(vector)), float(vector @ np.random.default_rng(1).standard_normal(vector.size))]


def main(workload: str, program: str, dtype: str) -> None:
    module = import_module(f"benchmarks.workloads.{workload}")
    try:
        version, tasks = getattr(module, program)(*module.arrays(np.dtype(dtype)))
    except ModuleNotFoundError as error:
        if program == "longhand":
            raise
        print(json.dumps({"missing": error.name}), flush=True)
        return
    print(json.dumps({"version": version,
                      "fingerprints": {name: fingerprint(task()) for name, task in tasks.items()}}), flush=True)
    for line in sys.stdin:
        task = tasks[line.strip()]
        task()  # brings code and data back into the caches after the others' turns
        wall, processor = perf_counter(), process_time()
        task()
        print(json.dumps([perf_counter() - wall, process_time() - processor]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
