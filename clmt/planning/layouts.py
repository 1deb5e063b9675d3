"""The published layouts of a dataset, by the name that ``datasets.<name>.layout`` gives.

A layout is one file in ``clmt/tables/layouts`` and one line here: the reader's module and its name there. They are
text, so that a plan can list the choices without the libraries that read tables.
"""

from __future__ import annotations

__all__ = ["LAYOUTS", "layout_module"]

LAYOUTS = {
    "survey_gdsc": "clmt.tables.layouts.survey:GDSC",
    "survey_ccle": "clmt.tables.layouts.survey:CCLE",
}


def layout_module(name: str) -> str:
    """Module that reads a layout: an edit of it concerns the datasets of that layout."""
    return LAYOUTS[name].partition(":")[0]
