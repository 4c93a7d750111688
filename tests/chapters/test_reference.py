"""The reference of the book: every module and every public name is on a page, as it is written."""

import ast
import re
import subprocess
import sys

import pytest

import ref
from chapters import reference

ROOT = reference.ROOT


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    """page -> its text, all written anew."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "left_over.rst").write_text("of a page that is no more")
    reference.write(folder)
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.rst")}


def test_the_reference_lists_every_page_and_every_page_is_there(pages):
    index = (ROOT / "chapters" / "api" / "index.md").read_text(encoding="utf-8")
    listed = re.search(r"```{toctree}\n:maxdepth: 1\n\n(.*?)```", index, flags=re.DOTALL).group(1).split()
    assert sorted(listed) == sorted(pages) == sorted(reference.pages())


def test_every_module_is_described_once(pages):
    files = [file for package in reference.PACKAGES for file in (ROOT / package).rglob("*.py")]
    described = re.findall(r"^\.\. py:module:: (\S+)$", "\n".join(pages.values()), flags=re.MULTILINE)
    assert len(described) == len(set(described)) == len(files)
    assert set(described) == set(reference.modules())


def test_a_module_without_a_page_is_an_error():
    with pytest.raises(LookupError, match="ref.transformers.attention is on no page"):
        reference.page_of("ref.transformers.attention")
    assert reference.page_of("ref.hessian_free.kfac.kfra") == "kfac"
    assert reference.page_of("ref.hessian_free.damping") == "hessian_free"


@pytest.mark.parametrize("name", dir(ref))
def test_every_name_of_the_front_door_leads_to_where_it_is_described(pages, name):
    thing = getattr(ref, name)
    link = re.search(rf"`{name} <([\w.]+)>`", pages[reference.FRONT_DOOR]).group(1)
    if name in ref._PACKAGES:
        assert link == thing.__name__
    else:
        assert link == f"{thing.__module__}.{name}"
        home = pages[reference.page_of(thing.__module__)]
        section = home.partition(f".. py:module:: {thing.__module__}\n")[2].partition(".. py:module:: ")[0]
        assert re.search(rf"^\.\. py:(class|function):: {name}\b", section, flags=re.MULTILINE)


def test_docstrings_stand_as_they_are_written(pages):
    """Line for line, so that equations stay aligned; the front door's examples too."""
    text = "\n".join(line.strip() for page in pages.values() for line in page.splitlines())
    for module, file in reference.modules().items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module) or (isinstance(node, ast.ClassDef) and reference.public(node)):
                for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
                    assert "\n".join(line.strip() for line in paragraph.splitlines()) in text, module
    assert "    backward     dx = dy Wᵀ              dW  = xᵀ dy              db  = Σₙ dy\n" in pages["layers"]


def test_signatures_fields_and_constants_are_there(pages):
    assert ".. py:function:: forward(x: Array, W: Array, b: Array) -> tuple[Array, Cache]" in pages["layers"]
    assert "RW: Array  # (D, H)" in pages["layers"]
    assert ".. py:data:: PRODUCTS" in pages["objective"]
    assert ".. py:class:: HessianFree(damping: float=45.0, adapt: bool=True" in pages["hessian_free"]
    assert ".. py:method:: of(batch) -> 'Batch'\n      :classmethod:" in pages["parameters_and_batches"]
    assert "_chunks" not in pages["objective"]


def test_names_are_found_where_they_are_written():
    assert reference.full_name("ref.protocols.Objective") == "ref.protocols.learning.Objective"
    assert reference.full_name_in("ref.layers.affine", "Cache") == "ref.layers.affine.Cache"
    assert reference.full_name_in("ref.objective", "Batch") == "ref.batch.Batch"
    assert reference.full_name_in("ref.objective", "LinearOperator") is None


def test_the_pages_are_written_without_numba_and_without_importing_the_reference():
    program = ("import sys; sys.modules['numba'] = sys.modules['numpy'] = None\n"
               "from pathlib import Path; from tempfile import TemporaryDirectory; from chapters import reference\n"
               "with TemporaryDirectory() as folder:\n"
               "    reference.write(Path(folder)); print(len(list(Path(folder).glob('*.rst'))), 'ref' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == [str(len(reference.pages())), "False"], done.stderr
