"""The builder: a chapter is built whole, or its old notebook stays; the book needs no network."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from chapters import build

HEADER = "---\nkernelspec:\n  name: python3\n  display_name: Python 3\n  language: python\n---\n\n# A chapter\n\n"
PARABOLA = """Of $x$ the square, $x^2$.

```{code-cell} ipython3
print("three", 1 + 2)
```

```{code-cell} ipython3
---
mystnb:
  image:
    alt: A parabola that opens upwards
---
import matplotlib.pyplot as plt
plt.plot([-1, 0, 1], [1, 0, 1]);
```
"""
THREE_FAULTS = """```{code-cell} ipython3
import matplotlib.pyplot as plt
plt.plot([0, 1]); print(object())
```

```{code-cell} ipython3
import sys
print(sys.prefix)
```
"""


def write_source(folder: Path, body: str, header: str = HEADER) -> Path:
    (folder / "source").mkdir(exist_ok=True)
    source = folder / "source" / "01_parabola.md"
    source.write_text(header + body)
    return source


def build_html(folder: Path) -> dict[str, str]:
    """The HTML of a folder's chapters, page by page, built as `make book` does."""
    pytest.importorskip("sphinx_book_theme", reason="the book's tools are not installed: pip install -e '.[book]'")
    shutil.copy(build.CHAPTERS / "conf.py", folder)
    (folder / "index.md").write_text("# Book\n\n```{toctree}\n01_parabola\n```\n")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-E", "-b", "html", str(folder),
               str(folder / "_build" / "html")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return {page.stem: page.read_text() for page in (folder / "_build" / "html").glob("*.html")}


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """A folder of chapters with one chapter, built."""
    folder = tmp_path_factory.mktemp("chapters")
    source = write_source(folder, PARABOLA)
    assert build.sources(folder) == [source]
    assert build.build(source)
    return folder


def test_outputs_and_alternative_text_are_inside(book):
    notebook = nbformat.read(book / "01_parabola.ipynb", as_version=4)
    assert build.faults(notebook) == []
    text, printed, figure = notebook.cells
    assert text.cell_type == "markdown" and "# A chapter" in text.source
    assert printed.outputs[0].text == "three 3\n"
    (image,) = [output for output in figure.outputs if "image/png" in output.data]
    assert image.metadata["image/png"]["alt"] == "A parabola that opens upwards"
    assert build.is_current(book / "source" / "01_parabola.md")


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(book):
    before = (book / "01_parabola.ipynb").read_bytes()
    assert build.build(book / "source" / "01_parabola.md")
    assert (book / "01_parabola.ipynb").read_bytes() == before


def test_a_failing_cell_shows_its_traceback_and_keeps_the_old_notebook(tmp_path, capfd):
    old = tmp_path / "01_parabola.ipynb"
    old.write_text("the old one")
    assert not build.build(write_source(tmp_path, "```{code-cell} ipython3\nassert 1 + 1 == 3\n```\n"))
    assert "assert 1 + 1 == 3" in (said := capfd.readouterr().err) and "AssertionError" in said
    assert old.read_text() == "the old one"
    assert sorted(path.name for path in tmp_path.glob("*.ipynb")) == ["01_parabola.ipynb"]


def test_the_book_shows_a_failing_chapter_with_its_error_and_what_comes_after(tmp_path, capfd):
    (tmp_path / "01_parabola.ipynb").write_text("the old one")
    source = write_source(tmp_path, "```{code-cell} ipython3\nassert 1 + 1 == 3\n```\n\n" + PARABOLA)
    assert not build.build(source)
    notebook = nbformat.read(build.failed_path(source), as_version=4)
    assert "could not be built" in notebook.cells[1].source
    pages = build_html(tmp_path)
    assert "AssertionError" in pages["01_parabola"] and "could not be built" in pages["01_parabola"]
    assert "three 3" in pages["01_parabola"]
    write_source(tmp_path, PARABOLA)
    assert build.build(source) and not build.failed_path(source).exists()


def test_one_failing_chapter_costs_neither_the_others_nor_the_status(tmp_path, capfd):
    good = write_source(tmp_path, PARABOLA)
    bad = good.with_name("02_wrong.md")
    bad.write_text(HEADER + "```{code-cell} ipython3\nassert 1 + 1 == 3\n```\n")
    assert build.build_all([good, bad], jobs=2) == [bad]
    assert build.is_current(good) and not build.notebook_path(bad).exists()
    assert "2 chapters, 2 at a time" in capfd.readouterr().out


def test_what_may_not_be_published_is_named(tmp_path, capfd):
    assert not build.build(write_source(tmp_path, THREE_FAULTS))
    said = capfd.readouterr().err
    assert "cell-002 printed ' at 0x" in said
    assert "cell-002 draws a figure but has no alternative text" in said
    assert f"cell-003 printed {sys.prefix!r}" in said
    assert not (tmp_path / "01_parabola.ipynb").exists()


def test_a_notebook_too_big_or_without_outputs_is_refused(book):
    notebook = nbformat.read(book / "01_parabola.ipynb", as_version=4)
    notebook.cells[1].outputs[0].text = "x" * build.SIZE_LIMIT
    assert any("bytes" in fault for fault in build.faults(notebook))
    for cell in notebook.cells[1:]:
        cell.outputs = []
    assert build.faults(notebook) == ["no cell has an output"]


def test_a_source_without_a_kernel_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="01_parabola.md has no kernelspec"):
        build.read_source(write_source(tmp_path, PARABOLA, header="# A chapter\n\n"))


def test_an_edited_source_is_no_longer_current(book, tmp_path):
    source = write_source(tmp_path, PARABOLA.replace("1 + 2", "2 + 1"))
    assert not build.is_current(source)
    shutil.copy(book / "01_parabola.ipynb", tmp_path)
    assert not build.is_current(source)


def test_a_how_to_page_is_a_chapter_in_a_folder_of_its_own(tmp_path, capsys):
    chapter = write_source(tmp_path, PARABOLA)
    page = tmp_path / "source" / "how_to" / "draw.md"
    page.parent.mkdir()
    page.write_text(HEADER + PARABOLA)
    assert build.sources(tmp_path) == [chapter, page]
    assert build.name_of(page) == "how_to/draw" and not build.is_current(page)
    assert build.build(page) and build.is_current(page)
    assert build.notebook_path(page) == tmp_path / "how_to" / "draw.ipynb"
    assert "how_to/draw: " in capsys.readouterr().out
    page.write_text(HEADER + "```{code-cell} ipython3\nassert 1 + 1 == 3\n```\n")
    assert not build.build(page)
    assert build.failed_path(page) == tmp_path / "_build" / "failed" / "how_to" / "draw.ipynb"
    assert build.failed_path(page).exists() and build.notebook_path(page).exists()


def test_an_unknown_chapter_is_refused_with_the_list_of_those_there_are(capsys):
    with pytest.raises(SystemExit):
        build.main(["99_unwritten"])
    said = capsys.readouterr().err
    assert "99_unwritten" in said and all(build.name_of(source) in said for source in build.sources())


def test_the_html_book_is_built_without_warnings_and_loads_nothing_from_the_network(book):
    pages = build_html(book)
    assert {"index", "01_parabola"} <= pages.keys() and "parabola" not in pages.keys()
    assert 'alt="A parabola that opens upwards"' in pages["01_parabola"] and "three 3" in pages["01_parabola"]
    assert re.search(r'<script[^>]*src="_static/[^"]*mathjax[^"]*\.js', pages["01_parabola"])
    for name, page in pages.items():
        loaded = re.findall(r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="((?:https?:)?//[^"]*)"', page)
        assert loaded == [], name
