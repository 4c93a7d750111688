"""`from ref import ...`: all names are there, none is loaded before it is asked for, and the README's lines run."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ref

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ref.__all__)
def test_each_name_is_what_it_says(name):
    found = getattr(ref, name)
    assert found.__name__ in (name, f"ref.{name}") and found.__doc__ and name in dir(ref)


@pytest.mark.parametrize("name", ref.__all__)
def test_each_name_has_an_example_and_it_says_what_comes(name):
    said = []
    runner = doctest.DocTestRunner()
    for example in doctest.DocTestFinder(recurse=False).find(getattr(ref, name), name, globs={}):
        runner.run(example, out=said.append)
    assert runner.tries > 0, f"{name} has no example (>>>) in its docstring"
    assert runner.failures == 0, "".join(said)


def test_a_name_that_is_not_there_is_an_error_that_lists_those_that_are():
    with pytest.raises(AttributeError, match="no attribute 'Transformer'; .*Adam.*tasks"):
        _ = ref.Transformer


def test_importing_ref_loads_no_network_no_optimiser_and_no_scipy():
    program = "import sys, ref; print(*sorted(name for name in sys.modules if name.split('.')[0] in ('ref', 'scipy')))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ref", "ref.vectors"]


def test_the_lines_of_the_readme_run(capsys):
    lines, = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    names = {}
    exec(lines, names)
    before, after, curvature = map(float, capsys.readouterr().out.split())
    assert after < before / 3 and curvature > 0
    assert names["G"].shape == (158_990, 158_990) and np.isfinite(names["result"].theta.vector).all()
    said = re.search(r"# (\d+) nats, then (\d+)", lines)
    assert abs(before - int(said[1])) < 2 and abs(after / int(said[2]) - 1) < 0.05
