"""make: alone it prints its targets, and an interpreter that is too old is refused before anything is made."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def make(*arguments, folder=ROOT) -> subprocess.CompletedProcess:
    if shutil.which("make") is None:
        pytest.skip("there is no make on this machine")
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *arguments], cwd=folder, env=outside, capture_output=True, text=True, timeout=60)


def test_make_alone_prints_every_target():
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE).group(1).split()
    result = make()
    assert result.returncode == 0, result.stderr
    printed = [line.split()[0] for line in result.stdout.splitlines()[1:]]
    assert sorted(printed) == sorted(phony)


@pytest.mark.parametrize("target", ["test", "chapters"])
def test_an_old_python_is_refused_by_name(tmp_path, target):
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    old = tmp_path / "python3.9"
    old.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        "sys.version_info = (3, 9, 18)\n"
        "assert sys.argv[1] == '-c', sys.argv\n"
        "exec(sys.argv[2])\n"
    )
    old.chmod(0o755)
    result = make(target, f"PYTHON={old}", "VENV=environment", folder=tmp_path)
    assert result.returncode != 0
    assert "Longhand needs Python 3.11 or newer" in result.stderr and "is Python 3.9" in result.stderr
    assert not (tmp_path / "environment").exists()


def test_the_targets_that_need_an_environment_make_it():
    text = (ROOT / "Makefile").read_text()
    for target in ("test", "test-slow", "derivatives", "mutants", "bench", "chapters", "chapter", "book"):
        assert re.search(rf"^{target}: \$\(READY\)", text, flags=re.MULTILINE), target
