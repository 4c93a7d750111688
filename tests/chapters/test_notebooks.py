"""The notebooks that are read are the sources that were written, executed."""

import re

import nbformat
import pytest

from chapters.build import (
    CHAPTERS,
    SIZE_LIMIT,
    content,
    faults,
    is_current,
    name_of,
    notebook_path,
    read_source,
    sources,
    usual_seconds,
)

SOURCES = sources()
NAMES = [name_of(source) for source in SOURCES]
by_title = pytest.mark.parametrize("source", SOURCES, ids=NAMES)


def heading(name: str) -> str:
    return re.search(r"^# (.*)$", (CHAPTERS / "source" / f"{name}.md").read_text(), flags=re.MULTILINE).group(1)


def test_the_book_lists_every_chapter_and_every_chapter_is_there():
    """The chapters under their files' numbers, in that order, then the how-to pages."""
    trees = re.findall(r"```{toctree}\n(.*?)```", (CHAPTERS / "index.md").read_text(), flags=re.DOTALL)
    listed = [line for tree in trees for line in tree.splitlines() if line and not line.startswith(":")]
    chapters = [re.fullmatch(r"(\S+) (.+) <(\S+)>", line).groups() for line in listed if "<" in line]
    assert [name for _, _, name in chapters] == [name for name in NAMES if "/" not in name] != []
    for number, title, name in chapters:
        assert name.startswith(f"{number}_")
        assert heading(name).startswith(title)
    how_to = [line for line in listed if line.startswith("how_to/")]
    assert sorted(how_to) == [name for name in NAMES if "/" in name] != []
    built = [path.relative_to(CHAPTERS).with_suffix("").as_posix()
             for path in (*CHAPTERS.glob("*.ipynb"), *CHAPTERS.glob("how_to/*.ipynb"))]
    assert sorted(built) == sorted(NAMES)


def test_the_front_page_has_a_line_for_every_chapter():
    text = (CHAPTERS / "index.md").read_text()
    assert sorted(re.findall(r"^\|.*\[.*\]\(((?:how_to/)?\w+)\)", text, flags=re.MULTILINE)) == sorted(NAMES)


def test_the_readme_links_every_chapter():
    readme = (CHAPTERS.parent / "README.md").read_text()
    linked = re.findall(r"\(chapters/((?:how_to/)?\w+)\.ipynb\)", readme)
    assert sorted(set(linked)) == sorted(NAMES)


def test_a_how_to_page_takes_no_longer_than_its_reader_waits():
    assert {name: seconds for name, seconds in zip(NAMES, map(usual_seconds, SOURCES))
            if name.startswith("how_to/") and seconds > 15} == {}


@by_title
def test_the_notebook_has_the_cells_of_its_source(source):
    assert is_current(source), f"run: make chapter NAME={name_of(source)}"


@by_title
def test_every_code_cell_was_executed_in_order_and_nothing_failed(source):
    notebook = nbformat.read(notebook_path(source), as_version=4)
    nbformat.validate(notebook)
    assert faults(notebook) == []
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


@by_title
def test_the_notebook_is_small_and_carries_nothing_of_its_machine(source):
    path = notebook_path(source)
    assert path.stat().st_size <= SIZE_LIMIT
    notebook = nbformat.read(path, as_version=4)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}
    assert notebook.metadata.kernelspec.name == "python3"
    for cell, (_, _, metadata) in zip(notebook.cells, content(read_source(source)), strict=True):
        assert "execution" not in metadata
        for output in cell.get("outputs", []):
            assert set(output.get("metadata", {})) <= {"image/png"}
