"""House rules of the tree: short files, links that lead somewhere, nothing that belongs to one machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINE_LIMIT = 260
# An absolute path below a folder where people and programs keep their own things.
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:home|root|Users|tmp|work|mnt|scratch|var/folders)/\w|\b[A-Z]:\\\\?Users\b")
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "RESULTS.md"]


def files_of_the_tree() -> list[Path]:
    """What git tracks or would add; in an unpacked archive, everything but hidden files and what was built."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
        files = [ROOT / name for name in listed.split("\0") if name]
    except (FileNotFoundError, subprocess.CalledProcessError):
        built = {"_build", "__pycache__", "runs", "build"}
        files = [f for f in ROOT.rglob("*")
                 if not any(p.startswith(".") or p in built for p in f.relative_to(ROOT).parts)]
    return [file for file in files if file.is_file()]


def text_of(file: Path) -> str | None:
    """The file's text; None for images, arrays and other binary files."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@pytest.mark.parametrize("package", ["ref", "numba_kernels"])
def test_one_idea_a_file(package):
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    lengths = {file.relative_to(ROOT).as_posix(): len(file.read_text().splitlines()) for file in files}
    assert {name: length for name, length in lengths.items() if length > LINE_LIMIT} == {}


def test_no_file_names_a_path_of_one_machine():
    files = files_of_the_tree()
    assert ROOT / "pyproject.toml" in files
    found = []
    for file in files:
        for number, line in enumerate((text_of(file) or "").splitlines(), start=1):
            if match := MACHINE_PATH.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {match.group()}")
    assert not found, found


def test_machine_paths_are_recognised():
    for text in ("open('/" + "home/ann/x')", "cd /" + "tmp/run", "C:" + "\\Users\\ann"):
        assert MACHINE_PATH.search(text), text
    for text in ("https://example.org/" + "home/ann", "runs/" + "tmp/x", "a /" + "work ratio"):
        assert not MACHINE_PATH.search(text), text


def test_no_lock_file_carries_registry_addresses():
    locks = {"uv.lock", "poetry.lock", "Pipfile.lock", "package-lock.json", "conda-lock.yml"}
    assert [file for file in files_of_the_tree() if file.name in locks] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_in_documents_lead_to_files(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) + re.findall(r'src="([^"]+)"', text)
    local = [link for link in links if not link.startswith(("http://", "https://", "mailto:"))]
    assert local
    assert [link for link in local if not (ROOT / link).exists()] == []


def test_ruff_finds_nothing():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache"], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout + done.stderr
