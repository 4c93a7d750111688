"""The workloads, one file each.  `run(settings) -> (rows, notes)` measures a workload.

A workload with peers also has `arrays(dtype)` and one function for each program, `program(*arrays) -> (version, {task:
function})`, which imports its library itself: a peer's environment holds NumPy and the peer, nothing else.
`benchmarks.compare` does the rest.
"""
