"""rnn_sizes: the network of rnn at other lengths and widths, beside JAX: T = 20 to 1000 steps, H = 16 to 512 units."""

from benchmarks.compare import Limits, Settings, compare
from benchmarks.workloads import rnn

SIZES = [(T, H) for T in (20, 200, 1000) for H in (16, 100, 512)]
N = 100


def named(task: str, T: int, H: int) -> str:
    return f"{task} T={T} H={H}"


FLOPS = {named(f"rnn.{task}", T, H): count for T, H in SIZES for task, count in rnn.flops(T, N, H).items()}
LIMITS = {(task, dtype): Limits({"jax": 1.0}) for task in FLOPS for dtype in ("float64", "float32")}


def arrays(dtype):
    """The arguments of rnn's programs, of each size."""
    return [{size: rnn.arrays(dtype, size[0], N, size[1]) for size in SIZES}]


def of_all_sizes(program):
    """A program of rnn as one of all sizes."""

    def programs(problems):
        tasks = {}
        for size, arrays in problems.items():
            version, of_size = program(*arrays)
            tasks |= {named(task, *size): function for task, function in of_size.items()}
        return version, tasks

    return programs


longhand, jax = of_all_sizes(rnn.longhand), of_all_sizes(rnn.jax)


def run(settings: Settings):
    # long ones
    return compare("rnn_sizes", FLOPS, {}, ("jax",), LIMITS, settings._replace(repeats=min(settings.repeats, 7)))
