"""Benchmarks: our programs beside the peers' and beside the machine's own limit, as ratios measured in one run.

    python -m benchmarks [WORKLOADS] [--dtype float32] [--repeats 15] [--peers-python PATH] [--keep NAME]

One core, one thread.  Every program runs in a process of its own and they take turns, so that whatever else the machine
does hits all of them alike; a ratio is formed within a turn.  A workload is one file of `benchmarks.workloads`.
"""
