"""Sphinx: the HTML book of the executed chapters.  It needs no network, neither to be built nor to be read."""

import sys
from importlib.util import find_spec
from pathlib import Path

from sphinx.addnodes import pending_xref
from sphinx.pycode import ModuleAnalyzer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # which `sphinx-build` leaves out
from chapters import reference  # noqa: E402

project = "Longhand"
author = "The Longhand authors"
copyright = "2026, The Longhand authors"

extensions = ["myst_nb", "sphinx-mathjax-offline", "sphinx.ext.viewcode"]
exclude_patterns = ["source", "assignments", "_build", "**/jupyter_execute", "jupyter_execute", "conf.py"]
myst_enable_extensions = ["amsmath", "deflist", "dollarmath"]
nb_execution_mode = "off"
suppress_warnings = ["mystnb.unknown_mime_type"]  # what Jupyter alone shows has a twin in HTML
python_maximum_signature_line_length = 100
toc_object_entries = False
add_module_names = False
viewcode_follow_imported_members = False  # it would import them

# The library of the surface that can be turned; a page that needs it names it, others do not load it.
html_static_path = [str(Path(find_spec("plotly").origin).parent / "package_data" / "plotly.min.js")]

html_theme = "sphinx_book_theme"
html_title = "Longhand"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    # The reference needs the width for its lines; its pages begin with their own contents.
    "secondary_sidebar_items": {"**": ["page-toc"]} | {f"api/{page}": [] for page in reference.pages()},
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # one search box, in the sidebar
    "show_toc_level": 2,
    "search_bar_text": "Search the book",
}

# The theme cuts off what rises above the first row of an equation, and does not break long names in tables.  What a
# cell prints is often a table: smaller letters, so that it fits beside the contents, and rather a break than a cut.
STYLE = ("<style>div.math mjx-container { padding-top: 0.25rem } div.highlight pre { font-size: 0.8rem } "
         "figcaption, figcaption p { color: var(--pst-color-text-base) !important; font-weight: normal !important } "
         "div.cell_output div.highlight pre { font-size: 0.72rem; white-space: pre-wrap } "
         "td code.literal, td code.literal span.pre { white-space: normal !important; overflow-wrap: anywhere "
         "}</style>")

# The reference has lines of 120 characters in fixed width: the whole page, smaller letters, rather a break than a cut.
REFERENCE_STYLE = ("<style>.bd-main .bd-content .bd-article-container { max-width: none !important } "
                   "dl.py > dd { margin-left: 1rem } dl.py { margin-bottom: 1rem } "
                   "div.highlight pre { font-size: 0.78rem; padding: 0.5rem 0.75rem; white-space: pre-wrap } "
                   "nav.contents ul { columns: 2 }</style>")


def add_style(app, page, template, context, doctree):
    reference_style = REFERENCE_STYLE if page.startswith(("api/", "_modules/")) else ""
    context["metatags"] = context.get("metatags", "") + STYLE + reference_style


def read_failed(app, docname, source):
    """A chapter that could not be built is shown as far as it came, with its errors, in place of its old notebook."""
    failed = Path(app.srcdir) / "_build" / "failed" / f"{docname}.ipynb"
    if failed.exists():
        source[0] = failed.read_text(encoding="utf-8")


def write_reference(app):
    """The pages of the reference, from the sources, where this book has them."""
    folder = Path(app.srcdir) / "api"
    if (folder / "index.md").exists():
        reference.write(folder)


def find_source(app, module):
    """The text behind the links named "source": read, not imported, so that numba may be absent."""
    text = reference.modules()[module].read_text(encoding="utf-8")
    return text, ModuleAnalyzer.for_string(text, module).find_tags()


def resolve_names(app, doctree):
    """Types in signatures by their full names, since there are many a Cache; those that are not ours as plain text."""
    for node in list(doctree.findall(pending_xref)):
        if node.get("refdomain") == "py" and node.get("py:module"):
            name = reference.full_name_in(node["py:module"], node["reftarget"])
            if name:
                node["reftarget"] = name
            else:
                node.replace_self(node.children)


def setup(app):
    app.connect("doctree-read", resolve_names)
    app.connect("builder-inited", write_reference)
    app.connect("viewcode-find-source", find_source)
    app.connect("source-read", read_failed)
    app.connect("html-page-context", add_style)
