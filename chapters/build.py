"""Build the chapters: execute source/NN_title.md into NN_title.ipynb, outputs inside, and the how-to pages beside them,
source/how_to/TITLE.md into how_to/TITLE.ipynb.

    python -m chapters.build                     all of them
    python -m chapters.build 02_hessian_free     one; a how-to page: how_to/check_a_layer
    python -m chapters.build --changed           those whose cells differ from their notebook's

All that is said here of chapters is said of how-to pages too.  Chapters are executed side by side, the longest first.
One is built whole or not at all: when a cell fails, or the result breaks a rule of `faults`, the old notebook stays and
the others are built all the same.  The book then shows what came out, with the errors where they happened:
`_build/failed`, which conf.py reads in place of the old notebook.

The kernel runs in the repository's root with this interpreter; no path, no date and no version of this machine is left
in the notebook, and building twice gives the same bytes.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from ref.files import write_atomically

CHAPTERS = Path(__file__).resolve().parent
ROOT = CHAPTERS.parent
SIZE_LIMIT = 1_000_000  # bytes a notebook
CELL_TIMEOUT = 600  # seconds
HOW_TO = "how_to"  # the folder of the how-to pages, below that of the chapters and below source/
USUAL_SECONDS = 60  # of a chapter whose header does not say `longhand: {seconds: ...}`
KERNEL_ENVIRONMENT = {
    "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", ""),  # kernels start bare `python`
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OPENBLAS_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
}


def sources(folder: Path = CHAPTERS) -> list[Path]:
    """The sources in reading order: the chapters by number, then the how-to pages by name."""
    written = folder / "source"
    return sorted(written.glob("[0-9][0-9]*_*.md")) + sorted((written / HOW_TO).glob("*.md"))


def name_of(source: Path) -> str:
    """What a chapter is called on the command line and in the book: 02_hessian_free, how_to/check_a_layer."""
    return f"{HOW_TO}/{source.stem}" if source.parent.name == HOW_TO else source.stem


def folder_of(source: Path) -> Path:
    """The folder of the chapters that a source belongs to."""
    return source.parents[2 if source.parent.name == HOW_TO else 1]


def notebook_path(source: Path) -> Path:
    return folder_of(source) / f"{name_of(source)}.ipynb"


def failed_path(source: Path) -> Path:
    """Where the notebook of a chapter goes that could not be built: the book shows it in place of the old one."""
    return folder_of(source) / "_build" / "failed" / f"{name_of(source)}.ipynb"


def usual_seconds(source: Path) -> float:
    """How long the chapter takes on one core, as its header says."""
    return float(jupytext.read(source, fmt="md:myst").metadata.get("longhand", {}).get("seconds", USUAL_SECONDS))


def read_source(source: Path) -> NotebookNode:
    """The notebook that a source describes, without outputs; ValueError when its header names no kernel."""
    notebook = jupytext.read(source, fmt="md:myst")
    if "kernelspec" not in notebook.metadata:
        raise ValueError(f"{source.name} has no kernelspec in its header")
    notebook.metadata = NotebookNode(kernelspec=notebook.metadata.kernelspec, language_info=NotebookNode(name="python"))
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for i, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{i:03d}"
    return notebook


def content(notebook: NotebookNode) -> list[tuple]:
    """What a reader edits: each cell's kind, text and metadata."""
    return [(cell.cell_type, cell.source, dict(cell.metadata)) for cell in notebook.cells]


def alternative_text(cell: NotebookNode) -> str:
    """The text for those who do not see a cell's figure: `image: {alt: ...}` under `mystnb` in the cell's metadata."""
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def execute(notebook: NotebookNode, title: str, environment: Mapping[str, str] = {}) -> None:
    """Run all cells in a fresh kernel and keep their outputs, in place: errors too, after which the next cell is run.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    with tqdm(total=len(code), desc=title, unit="cell", leave=False, disable=None) as bar:
        NotebookClient(
            notebook,
            kernel_name="python3",
            extra_arguments=["--log-level=40"],
            timeout=CELL_TIMEOUT,
            allow_errors=True,
            record_timing=False,
            coalesce_streams=True,
            on_cell_executed=lambda **_: bar.update(),
            resources={"metadata": {"path": str(ROOT)}},
        ).execute(env=os.environ | KERNEL_ENVIRONMENT | environment)
    notebook.metadata.language_info = NotebookNode(name="python")
    for cell in code:
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                print(f"{title}: a cell wrote to stderr:\n{output.text}", file=sys.stderr)
            if "image/png" in output.get("data", {}):
                output.metadata = NotebookNode({"image/png": {"alt": alternative_text(cell)}})
        cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]


def tracebacks(notebook: NotebookNode) -> list[str]:
    """What the failing cells said, as plain text."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    return [re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback)) for output in outputs]


def with_warning(notebook: NotebookNode, trouble: list[str]) -> NotebookNode:
    """The notebook of a chapter that could not be built, with a note that says so under its title."""
    reasons = [f"- {one.splitlines()[0]}" for one in trouble]
    text = "\n".join(["```{warning}", "This chapter could not be built on this machine:", "", *reasons, "```"])
    note = nbformat.v4.new_markdown_cell(text, id="not-built")
    return NotebookNode(notebook | {"cells": [notebook.cells[0], note, *notebook.cells[1:]]})


def faults(notebook: NotebookNode) -> list[str]:
    """What keeps an executed notebook from being published, one sentence each."""
    private = [sys.prefix, str(ROOT), tempfile.gettempdir() + os.sep, str(Path.home()).rstrip(os.sep) + os.sep]
    unrepeatable = re.compile("|".join(map(re.escape, private)) + r"| at 0x[0-9a-f]{6,}")
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            text = output.get("text", "") + "".join(str(data[kind]) for kind in data if kind.startswith("text/"))
            if output.output_type == "error":
                found.append(f"{cell.id} ended in {output.ename}")
            if leak := unrepeatable.search(text):
                found.append(f"{cell.id} printed {leak.group()!r}, which is not the same on another machine")
            if "image/png" in data and not alternative_text(cell):
                found.append(f"{cell.id} draws a figure but has no alternative text (mystnb: image: alt)")
    if not any(cell.get("outputs") for cell in notebook.cells):
        found.append("no cell has an output")
    if (size := len(nbformat.writes(notebook).encode())) > SIZE_LIMIT:
        found.append(f"it takes {size:,} bytes, more than {SIZE_LIMIT:,}: fewer or smaller figures")
    return found


def is_current(source: Path) -> bool:
    """Whether the built notebook has its source's cells."""
    built = notebook_path(source)
    return built.exists() and content(nbformat.read(built, as_version=4)) == content(read_source(source))


def build(source: Path) -> bool:
    """Build one chapter and say how it went; False when it could not be built."""
    start = time.perf_counter()
    notebook = read_source(source)
    trouble = []
    try:
        execute(notebook, name_of(source))
    except (CellTimeoutError, DeadKernelError) as error:
        trouble = [str(error).strip()]
    trouble += faults(notebook)
    seconds = time.perf_counter() - start
    target = failed_path(source) if trouble else notebook_path(source)
    if trouble:
        said = "\n".join([f"{name_of(source)}: not built, after {seconds:.1f} s", *trouble, *tracebacks(notebook)])
        print(said, file=sys.stderr, flush=True)
        notebook = with_warning(notebook, trouble)
    else:
        failed_path(source).unlink(missing_ok=True)
    text = (nbformat.writes(notebook) + "\n").encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, lambda file: file.write(text))
    if not trouble:
        print(f"{name_of(source)}: {seconds:.1f} s, {len(text) / 1000:.0f} kB", flush=True)
    return not trouble


def build_all(wanted: list[Path], jobs: int) -> list[Path]:
    """Build chapters, so many at a time, the longest first; those that could not be built."""
    seconds = {source: usual_seconds(source) for source in wanted}
    longest_first = sorted(wanted, key=seconds.get, reverse=True)
    expected = max([sum(seconds.values()) / jobs, *seconds.values()])
    print(f"{len(wanted)} chapters, {min(jobs, len(wanted))} at a time: "
          f"about {expected / 60:.1f} minutes on two cores", flush=True)
    with ThreadPoolExecutor(jobs) as pool:
        built = dict(zip(longest_first, pool.map(build, longest_first)))
    return [source for source in wanted if not built[source]]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m chapters.build", description="Execute chapters into notebooks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="chapters to build, such as 02_hessian_free")
    parser.add_argument("--changed", action="store_true", help="only those whose cells differ from their notebook's")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1),
                        help="chapters at a time (default %(default)s)")
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error(f"--jobs is {options.jobs} but must be at least 1")
    chapters = {name_of(source): source for source in sources()}
    if unknown := [name for name in options.names if name not in chapters]:
        parser.error(f"no chapter {unknown[0]!r} in chapters/source; there are: {', '.join(chapters) or 'none'}")
    if not chapters:
        parser.error("there is no chapter in chapters/source")
    wanted = [chapters[name] for name in options.names or chapters]
    if options.changed:
        wanted = [source for source in wanted if not is_current(source)]
    if not wanted:
        print("every notebook has its source's cells")
        return 0
    failed = build_all(wanted, options.jobs)
    if failed:
        print(f"not built: {', '.join(map(name_of, failed))} (errors above)", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
