"""The reference pages of the book, api/*.rst: each module of `ref` and `numba_kernels` as its source has it.

Nothing is imported and nothing is rewritten: signatures, docstrings, fields and constants are read from the files, and
docstrings are shown in fixed width, so that equations stay aligned.  conf.py calls `write` before Sphinx reads its
pages, where the book has a folder api/ with an index.md; what is written there is not committed.
"""

import ast
import re
from functools import cache
from pathlib import Path
from textwrap import indent

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ref", "numba_kernels")
FRONT_DOOR = "front_door"
PAGES = {  # page -> its title, and what is on it: modules, with all below them that have no page of their own
    "parameters_and_batches": ("Parameters, batches, random numbers", ("ref.parameters", "ref.batch", "ref.random")),
    "layers": ("Layers", ("ref.layers",)),
    "losses": ("Losses", ("ref.losses",)),
    "memory": ("Memories", ("ref.memory",)),
    "cells": ("Cells through time", ("ref.cells",)),
    "networks": ("Networks", ("ref.networks",)),
    "objective": ("Objective and curvature", ("ref.objective", "ref.curvature")),
    "optimizers": ("First-order optimisers", ("ref.optimizers",)),
    "training": ("Training", ("ref.training",)),
    "hessian_free": ("Hessian-free optimisation", ("ref.hessian_free",)),
    "kfac": ("K-FAC, KFRA and KFLR", ("ref.hessian_free.kfac",)),
    "orthogonality": ("Orthogonality", ("ref.orthogonality",)),
    "loss_surfaces": ("Loss surfaces", ("ref.loss_surfaces",)),
    "tasks": ("Tasks and data", ("ref.tasks",)),
    "checks": ("Derivative checks", ("ref.checks",)),
    "experiments": ("Experiments", ("ref.experiments",)),
    "kernels": ("Compiled kernels", ("numba_kernels",)),
    "protocols": ("Protocols", ("ref.protocols",)),
    "linalg": ("Linear algebra", ("ref.linalg",)),
    "ground": ("Files, validation, vectors", ("ref.files", "ref.validation", "ref.vectors")),
}
SKIPPED = {"Array"}  # numpy.ndarray, in nearly every module


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file of every module, a package before what is in it."""
    found = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return dict(sorted(found.items()))


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def pages() -> list[str]:
    """The names of all pages."""
    return [FRONT_DOOR, *PAGES]


def page_of(module: str) -> str:
    """The page of a module: that of the nearest package above it; LookupError where there is none."""
    if module == "ref":
        return FRONT_DOOR
    homes = {name: page for page, (_, names) in PAGES.items() for name in names}
    above = [name for name in homes if f"{module}.".startswith(f"{name}.")]
    if not above:
        raise LookupError(f"{module} is on no page of the reference: give it one in chapters/reference.py")
    return homes[max(above, key=len)]


def write(folder: Path) -> None:
    """Write all pages into the folder, in place of those that were there."""
    parts_of = {FRONT_DOOR: [front_door(), *described("ref")]}
    contents = ".. contents::\n   :local:\n   :backlinks: none"
    parts_of |= {page: [heading(title, "="), contents] for page, (title, _) in PAGES.items()}
    for module in modules():
        if module != "ref":
            parts_of[page_of(module)] += [heading(module, "-"), *described(module)]
    for old in folder.glob("*.rst"):
        if old.stem not in parts_of:
            old.unlink()
    for page, parts in parts_of.items():
        target, text = folder / f"{page}.rst", "\n\n".join(parts) + "\n"
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def described(module: str) -> list[str]:
    """The parts of a page that describe a module."""
    source, tree = modules()[module].read_text(encoding="utf-8"), parsed(module)
    parts = [f".. py:module:: {module}", shown(ast.get_docstring(tree))]
    given = imported(tree)
    exported = [name for name in assigned(tree).get("__all__", []) if name in given]
    if exported:
        names = ", ".join(f":py:obj:`{name} <{full_name(given[name])}>`" for name in exported)
        parts.append(f"It also gives, from the modules where they are written: {names}.")
    for node in tree.body:
        parts += [of_node(node, source)] if public(node) else []
    return [part for part in parts if part]


def of_node(node: ast.stmt, source: str) -> str:
    """The directive of a function, of a class with its methods, or of a constant."""
    if isinstance(node, ast.FunctionDef):
        return of_function(node, inside=False)
    if isinstance(node, ast.ClassDef):
        return of_class(node, source)
    return directive("py:data", ", ".join(targets(node)), code(lines_of(node, source)))


def of_function(node: ast.FunctionDef, inside: bool) -> str:
    body, marks = shown(ast.get_docstring(node)), set(map(ast.unparse, node.decorator_list))
    returns = ast.unparse(node.returns) if node.returns else ""
    if inside and marks & {"property", "cached_property"}:
        return directive("py:property", node.name, body, f":type: {returns}" if returns else "")
    option = next((f":{mark}:" for mark in ("classmethod", "staticmethod") if inside and mark in marks), "")
    signature = f"{node.name}({arguments(node.args, inside and 'staticmethod' not in marks)})"
    return directive("py:method" if inside else "py:function", signature + (f" -> {returns}" if returns else ""), body,
                     option)


def of_class(node: ast.ClassDef, source: str) -> str:
    start = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    bases = [base for base in map(ast.unparse, node.bases) if base not in ("NamedTuple", "Protocol")]
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and public(one)]
    body = [shown(ast.get_docstring(node)),
            f"Bases: {', '.join(f':py:obj:`{base}`' for base in bases)}" if bases else "",
            code("\n".join(lines_of(one, source) for one in fields)) if fields else "",
            shown(ast.get_docstring(start)) if start else ""]
    body += [of_function(one, inside=True) for one in node.body if isinstance(one, ast.FunctionDef) and public(one)]
    return directive("py:class", f"{node.name}({arguments(start.args, True)})" if start else node.name,
                     "\n\n".join(filter(None, body)))


def front_door() -> str:
    """The page's head: each name with what it is and where it is described."""
    homes = assigned(parsed("ref"))
    rows = []
    for home, names in homes["_HOMES"].items():
        for name in names:
            full = full_name(f"{home}.{name}")
            rows.append((name, f":py:obj:`{name} <{full}>`", summary(full.rpartition(".")[0], name)))
    rows += [(name, f":py:mod:`{name} <ref.{name}>`", summary(f"ref.{name}")) for name in homes["_PACKAGES"]]
    table = ".. list-table::\n   :widths: 30 70\n   :header-rows: 1\n\n   * - name\n     - what it is\n" + "".join(
        f"   * - {link}\n     - {plain(text)}\n" for _, link, text in sorted(rows, key=lambda row: row[0].lower()))
    return "\n\n".join([heading("The front door", "="),
                        "``from ref import NAME`` finds each of these names; a name leads to its description.", table])


def full_name(name: str) -> str:
    """Where a name is written: ref.layers.affine.Cache of ref.layers.affine.Cache, ref.protocols.learning.Objective of
    ref.protocols.Objective.  A name that is no module's of ours stays as it is.
    """
    home, _, last = name.rpartition(".")
    given = imported(parsed(home)).get(last, name) if home in modules() else name
    return name if given == name else full_name(given)


def full_name_in(module: str, name: str) -> str | None:
    """The full name of what a module calls `name`, a full one as it is; None where it is not ours, as float is not."""
    first, dot, rest = name.partition(".")
    if first in PACKAGES:
        return name
    full = full_name(imported(parsed(module)).get(first, f"{module}.{first}"))
    home, _, last = full.rpartition(".")
    ours = full in modules() or last in defined(home)
    return full + dot + rest if ours else None


def summary(module: str, function: str = "") -> str:
    """The first sentence of a module's docstring, or of one of its functions'."""
    tree = parsed(module)
    node = next((one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == function), tree)
    first = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
    return re.split(r"(?<=\.) ", first)[0].removesuffix(":")


def shown(docstring: str | None) -> str:
    """A docstring as it is written, in fixed width; its examples, which begin with >>>, with Python's colours."""
    parts: list[tuple[bool, list[str]]] = []
    for paragraph in (docstring or "").split("\n\n"):
        example = paragraph.lstrip().startswith(">>>")
        if parts and parts[-1][0] == example:
            parts[-1][1].append(paragraph)
        elif paragraph:
            parts.append((example, [paragraph]))
    return "\n\n".join(code("\n\n".join(texts), "pycon" if example else "text") for example, texts in parts)


def code(text: str, language: str = "python") -> str:
    return f".. code-block:: {language}\n\n{indent(text, '   ')}"


def directive(kind: str, signature: str, body: str, option: str = "") -> str:
    options = f"\n   {option}" if option else ""
    return f".. {kind}:: {signature}{options}\n\n{indent(body, '   ')}".rstrip()


def heading(title: str, line: str) -> str:
    return f"{plain(title)}\n{line * (len(title) + 8)}"


def plain(text: str) -> str:
    """The text with what reStructuredText would read as markup."""
    return re.sub(r"([\\*`_|])", r"\\\1", text)


def arguments(args: ast.arguments, bound: bool) -> str:
    """The arguments as they are written, without self or cls."""
    text = ast.unparse(args)
    return re.sub(r"^(self|cls)(, )?", "", text) if bound else text


def lines_of(node: ast.stmt, source: str) -> str:
    """The lines of a statement, with their comments, moved to the left."""
    lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
    return "\n".join(line[node.col_offset :] for line in lines)


def targets(node: ast.stmt) -> list[str]:
    """The names that an assignment gives."""
    whole = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    each = [one for target in whole for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [one.id for one in each if isinstance(one, ast.Name)]


def names_of(node: ast.stmt) -> list[str]:
    """The names that a statement defines."""
    return [node.name] if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else targets(node)


@cache
def defined(module: str) -> set[str]:
    """The public names that a module defines; none where it is not ours."""
    if module not in modules():
        return set()
    return {name for node in parsed(module).body if public(node) for name in names_of(node)}


def public(node: ast.stmt) -> bool:
    names = names_of(node)
    setter = any(ast.unparse(mark).endswith(".setter") for mark in getattr(node, "decorator_list", []))
    return bool(names) and not setter and not any(name.startswith("_") or name in SKIPPED for name in names)


@cache
def imported(tree: ast.Module) -> dict[str, str]:
    """name -> what `from a import b` takes it from: a.b."""
    return {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module for alias in node.names}


def assigned(tree: ast.Module) -> dict:
    """name -> value of the literals that a module assigns."""
    found = {}
    for node in tree.body:
        for name in targets(node):
            try:
                found[name] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found
