"""The notebooks that are read are the sources that were written, executed."""

import re

import nbformat
import pytest

from chapters.build import CHAPTERS, SIZE_LIMIT, content, faults, is_current, notebook_path, read_source, sources

SOURCES = sources()
by_title = pytest.mark.parametrize("source", SOURCES, ids=[source.stem for source in SOURCES])


def test_the_book_lists_every_chapter_and_every_chapter_is_there():
    toctree = re.search(r"```{toctree}(.*?)```", (CHAPTERS / "index.md").read_text(), flags=re.DOTALL).group(1)
    listed = [line for line in toctree.split("\n") if re.match(r"\d\d\w*$", line)]
    assert listed
    assert [source.stem for source in SOURCES] == listed
    assert sorted(path.stem for path in CHAPTERS.glob("*.ipynb")) == listed


def test_the_readme_links_every_chapter():
    readme = (CHAPTERS.parent / "README.md").read_text()
    linked = re.findall(r"\(chapters/(\d\d\w+)\.ipynb\)", readme)
    assert sorted(set(linked)) == [source.stem for source in SOURCES]


@by_title
def test_the_notebook_has_the_cells_of_its_source(source):
    assert is_current(source), f"run: make chapter NAME={source.stem}"


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
