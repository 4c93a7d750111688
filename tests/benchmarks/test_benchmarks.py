"""The benchmarks' bookkeeping: what is counted, compared, printed and kept.  No time is measured here."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import machine, report
from benchmarks.report import Row, ratios, table
from benchmarks.rounds import require_agreement, take_turns
from benchmarks.worker import fingerprint
from benchmarks.workloads import ae
from everywhere.variants import variants

ROOT = Path(__file__).resolve().parents[2]


class Counted(np.ndarray):
    """An array that adds up the operations of the matrix products it takes part in."""

    flops = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        inputs = [np.asarray(a) for a in inputs]
        if ufunc is np.matmul:
            Counted.flops += 2 * inputs[0].shape[0] * inputs[0].shape[1] * inputs[1].shape[1]
        if out is not None:
            options["out"] = tuple(None if a is None else np.asarray(a) for a in out)
        result = getattr(ufunc, method)(*inputs, **options)
        return result.view(Counted) if isinstance(result, np.ndarray) and result.ndim == 2 else result


@pytest.fixture(scope="module")
def longhand():
    """Our program on the arrays of the benchmark, its cases and the weights of every layer counted."""
    return ae.longhand(*ae.arrays(np.float64))[1]


@pytest.mark.parametrize("task", ["ae.grad", "ae.gnv"])
def test_our_program_computes_what_the_peers_compute(task, longhand):
    assert fingerprint(longhand[task]())[0] == pytest.approx(ae.NORMS[task], rel=1e-12)


def test_the_operations_of_the_products_are_the_ones_that_are_done(monkeypatch):
    """Gradient and Gauss-Newton product on arrays that count: no product is missing from FLOPS, none is done beyond it.
    """
    from ref.curvature import gauss_newton_product
    from ref.losses import logistic_cross_entropy as loss
    from ref.networks.mlp import MLP

    network = MLP(ae.SIZES, ae.ACTIVATIONS)
    theta = network.init(np.random.default_rng(0))
    x = np.random.default_rng(1).random((10, ae.SIZES[0])).view(Counted)
    scale = ae.N // 10

    def counted(function):
        Counted.flops = 0
        return function(), scale * Counted.flops

    monkeypatch.setattr("ref.networks.mlp.require_cases", lambda name, array, *_, **__: array)
    (z, cache), forward = counted(lambda: network.forward(theta, x))
    _, backward = counted(lambda: network.backward(loss.gradient(z, x), cache))
    _, product = counted(lambda: gauss_newton_product(network, loss, cache, z, (x,), theta.copy()))
    assert {"ae.grad": forward + backward, "ae.gnv": product} == ae.FLOPS


def test_a_fingerprint_sees_signs_and_order():
    a, b = np.arange(6.0).reshape(2, 3), np.ones(4, np.float32)
    norm, projection = fingerprint([a, b])
    assert norm == pytest.approx(np.sqrt(55 + 4))
    assert fingerprint([-a, b])[1] != pytest.approx(projection) and fingerprint([b, a])[1] != pytest.approx(projection)


def test_programs_that_differ_are_refused():
    ours, peer = (SimpleNamespace(name=name, fingerprints={"grad": [2.0, p]}) for name,
                  p in (("longhand", 1.0), ("jax", 1.001)))
    require_agreement([ours, peer], "grad", 2.0, 1e-2)
    with pytest.raises(ValueError, match="grad: jax's result has the fingerprint"):
        require_agreement([ours, peer], "grad", 2.0, 1e-6)
    with pytest.raises(ValueError, match="the norm of longhand's result is 2.0 but must be 2.1"):
        require_agreement([ours], "grad", 2.1, 1e-6)


def test_programs_take_turns():
    order = []

    def program(name, seconds):
        return SimpleNamespace(seconds=lambda task: (order.append(name + task), seconds)[1])

    turns = {"a": (program("a", (1.0, 0.5)), "1"), "b": (program("b", (4.0, 2.0)), "2")}
    assert take_turns(turns, 2)["b"].tolist() == [4, 4]
    assert order == ["a1", "b2", "b2", "a1"]
    assert take_turns(turns, 1, "processor")["a"].tolist() == [0.5]


def test_the_table_says_what_is_met_and_what_was_not_run():
    rows = [
        ratios("ae.grad", "float64", "time / jax", np.array([0.9, 1.0, 0.8]), np.ones(3), 0.95),
        Row("ae.gnv", "float64", "products at gemm's rate / time", [0.7], 0.8, ">="),
        Row("ae.gnv", "float32", "time / jax", [], 0.95),
        Row("ae.gnv", "float32", "time / torch", [0.5]),
    ]
    assert [row.met for row in rows] == [True, False, None, None]
    lines = [line.split() for line in table(rows).splitlines()[2:]]
    assert [line[-1] for line in lines] == ["yes", "NO", "RUN", "0.500"]
    assert lines[0][5:8] == ["0.900", "0.850-0.950", "0.800"]


def test_kept_runs_add_up_in_one_file(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    row = Row("curves", "float64", "images", [0.25], 1.0)
    for _ in range(2):
        path = report.keep("test", {"numpy": "2"}, {"repeats": 7}, [row], ["a note"])
    runs = json.loads(path.read_text())
    assert len(runs) == 2 and path.name.endswith("-test.json")
    assert runs[1]["rows"] == [{"name": "curves", "dtype": "float64", "what": "images", "values": [0.25], "limit": 1.0,
                                "sense": "<=", "fastest": None, "met": True}]


@pytest.mark.parametrize("arguments, message", [
    (["rnnn"], "WORKLOAD is 'rnnn' but must be among ae"),
    (["ae", "--repeats", "3"], "--repeats is 3 but must be at least 7"),
    (["ae", "--peers-python", "no-such-python"], "--peers-python is 'no-such-python' but there is no such program"),
    (["ae", "--keep", "../out"], "--keep is '../out' but must be of letters"),
    (["ae", "--core", "-1"], "core is -1 but"),
])
def test_bad_arguments_are_named(arguments, message):
    done = subprocess.run([sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and message in done.stderr


def test_without_avx512_every_library_is_held_to_a_haswell():
    """In a process of its own: the environment is read when the libraries are imported."""
    ask = ("from benchmarks import machine; machine.one_thread(); machine.without_avx512(); "
           "print(machine.description()); "
           "import os, threadpoolctl, numba; print(os.environ['XLA_FLAGS'], numba.config.CPU_NAME, "
           "[pool['architecture'] for pool in threadpoolctl.threadpool_info()])")
    if "haswell" not in {variant.name for variant in variants()}:
        with pytest.raises(LookupError, match="cannot be 'haswell'"):
            machine.without_avx512()
        return
    said = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "held to AVX2" in said and "AVX512" not in said and "X86_V4" not in said
    assert "eigen=false --xla_cpu_max_isa=AVX2 haswell" in said and "'Haswell'" in said
