"""Configuration of the documentation: `sphinx-build -W --keep-going -b html docs docs/_build`."""

import re

import clmt

project = "clmt"
author = "The clmt authors"
version = release = clmt.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.apidoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build", "api/modules.rst"]
nitpicky = False

# Pages: numbered headings can be linked to, tables are GitHub's.
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# The API pages are made from the package: a page for each subpackage, the names of each module's __all__.
apidoc_modules = [
    {
        "path": "../clmt",
        "destination": "api",
        "exclude_patterns": ["../clmt/__main__.py", "../clmt/commands/*"],
        "max_depth": 2,
        "automodule_options": {"members", "show-inheritance"},
    }
]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_use_unqualified_type_names = True

# A name that two modules offer (a class and the place that passes it on) is left unlinked in silence.
suppress_warnings = ["ref.python"]

# A single backtick in a docstring is a Python name. One that names nothing here stays plain code.
default_role = "py:obj"

html_theme = "furo"
html_title = "clmt"
html_static_path = ["_static"]
html_css_files = ["clmt.css"]
html_copy_source = False
html_show_copyright = False

# "METHOD: loss" in a docstring becomes a link to that section of the method page; an unknown one fails the build.
_CITATION = re.compile(r"METHOD: ([\w ,-]+\w)")


def _link_citations(_app, _what, _name, _obj, _options, lines):
    def link(match):
        return f":ref:`METHOD: {match[1]} <method-{re.sub(r'[ ,]+', '-', match[1])}>`"

    lines[:] = [_CITATION.sub(link, line) for line in lines]


# numpydoc lets several attributes share a text; a field of Sphinx has one name.
_SHARED = re.compile(r"^:ivar (\w+(?:, \w+)+):(.*(?:\n[ \t]+.*)*)", flags=re.MULTILINE)


def _part_names(_app, _what, _name, _obj, _options, lines):
    def part(match):
        return "\n".join(f":ivar {name}:{match[2]}" for name in match[1].split(", "))

    lines[:] = _SHARED.sub(part, "\n".join(lines)).split("\n")


def setup(app):
    """Register what this file adds to Sphinx."""
    app.connect("autodoc-process-docstring", _link_citations)
    app.connect("autodoc-process-docstring", _part_names)
