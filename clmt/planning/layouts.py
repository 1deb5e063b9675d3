"""The layouts of a dataset, by the name that ``datasets.<name>.layout`` gives.

A layout is one file in ``clmt/tables/layouts`` and one line here: the reader's module and its name there, a
class where it is made with the dataset's settings. They are text, so that a plan can list the choices without the
libraries that read tables.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from clmt.planning.own_files import LAYOUT, PARTS, REQUIRED

__all__ = [
    "CHOICES",
    "LAYOUTS",
    "STUDIES",
    "are_studies",
    "is_own",
    "layout_module",
    "layout_parts",
    "required_parts",
    "studies_of",
]

LAYOUTS = {
    "survey_gdsc": "clmt.tables.layouts.survey:GDSC",
    "survey_ccle": "clmt.tables.layouts.survey:CCLE",
    "gdsc_release": "clmt.tables.layouts.release:GDSC_RELEASE",
    "ccle_2015": "clmt.tables.layouts.release:CCLE_2015",
    "tables": "clmt.tables.layouts.own:OwnReader",
}

#: Layout of two other datasets joined, which no reader reads: its parts are names of datasets.
STUDIES = "studies"
CHOICES = ChainMap(LAYOUTS, {STUDIES: "clmt.tables.studies:join_studies"})

_RELEASE = ("response", "models", "expression", "mutation", "copy_number")
_PARTS = {"gdsc_release": _RELEASE, "ccle_2015": _RELEASE, LAYOUT: tuple(PARTS), STUDIES: ("train", "test")}


def layout_module(name: str) -> str:
    """Module that reads a layout: an edit of it concerns the datasets of that layout."""
    return LAYOUTS[name].partition(":")[0]


def layout_parts(name: str) -> tuple[str, ...]:
    """Parts of a layout that lie in a file each; none where the layout is one archive."""
    return _PARTS.get(name, ())


def required_parts(name: str) -> tuple[str, ...]:
    """Parts without which a dataset of that layout is none."""
    return REQUIRED if is_own(name) else layout_parts(name)


def are_studies(name: str) -> bool:
    """Tell the layout of two other datasets joined, whose names stand in place of sources."""
    return name == STUDIES


def studies_of(dataset: Mapping[str, Any]) -> tuple[str, str] | None:
    """Names of the datasets that train and test, of an entry of ``datasets`` that joins two; None for any other."""
    return (dataset["archive"]["train"], dataset["archive"]["test"]) if are_studies(dataset["layout"]) else None


def is_own(name: str) -> bool:
    """Tell the layout of the user's own files, which lie where the configuration says and are in no registry."""
    return name == LAYOUT
