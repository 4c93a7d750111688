"""python -m benchmarks: run workloads and print their ratios."""

import argparse
import re
import shutil
import sys
from importlib import import_module

from benchmarks import machine

WORKLOADS = ("ae", "rnn", "lstm", "rnn_sizes", "rnn_threads", "rnn_length", "ntm", "ntm_threads", "dnc", "dnc_threads",
             "cayley", "factorized", "memory", "curves", "conv", "nin")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks",
                                     description="Time Longhand, as ratios measured in one run.")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD",
                        help=f"among {', '.join(WORKLOADS)}; all by default")
    parser.add_argument("--dtype", choices=("float64", "float32"), help="one of the two; both by default")
    parser.add_argument("--repeats", type=int, default=11, help="rounds, at least 7; 11 by default")
    parser.add_argument("--core", type=int, help="the core to run on; by default the second where there is one")
    parser.add_argument("--without-avx512", action="store_true",
                        help="all programs, peers too, with the instructions and OpenBLAS kernels of a Haswell")
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall",
                        help="processor time leaves out what other processes take from a busy core")
    parser.add_argument("--peers-python", default=sys.executable, metavar="PATH",
                        help="the interpreter that has the peers; by default this one (pip install -e '.[peers]')")
    parser.add_argument("--keep", metavar="NAME", help="add the results to benchmarks/results/DATE-NAME.json")
    options = parser.parse_args(arguments)
    for name in options.workloads:
        if name not in WORKLOADS:
            parser.error(f"WORKLOAD is {name!r} but must be among {', '.join(WORKLOADS)}")
    if shutil.which(options.peers_python) is None:
        parser.error(f"--peers-python is {options.peers_python!r} but there is no such program")
    if options.repeats < 7:
        parser.error(f"--repeats is {options.repeats} but must be at least 7")
    if options.keep is not None and not re.fullmatch(r"[\w-]+", options.keep):
        parser.error(f"--keep is {options.keep!r} but must be of letters, digits, - and _: it becomes part of a file's "
                     f"name")
    try:
        core = machine.one_thread(options.core)
    except ValueError as error:
        parser.error(f"--{error}")
    if options.without_avx512:
        try:
            machine.without_avx512()
        except LookupError as error:
            parser.error(f"--without-avx512: {error}")

    from benchmarks.compare import Settings  # NumPy reads the number of threads when it is imported
    from benchmarks.report import keep, table

    settings = Settings((options.dtype,) if options.dtype else ("float64", "float32"), options.repeats, options.clock,
                        options.peers_python)
    described = machine.description()
    print("; ".join(f"{key} {value}" for key, value in described.items()))
    print("one thread, " + ("not pinned to a core" if core is None else f"pinned to core {core}")
          + f"; medians and quartiles of {settings.repeats} rounds by the {settings.clock} clock\n", flush=True)
    rows, notes = [], []
    for name in options.workloads or WORKLOADS:
        found, said = import_module(f"benchmarks.workloads.{name}").run(settings)
        rows += found
        notes += said
        print("\n".join(said), flush=True)
    print("\n" + table(rows))
    for note in notes:
        if "NOT RUN" in note:
            print(note)
    if options.keep:
        kept = {key: value for key, value in settings._asdict().items() if key != "peers_python"}
        print(f"kept in benchmarks/results/{keep(options.keep, described, kept, rows, notes).name}")


if __name__ == "__main__":
    main()
