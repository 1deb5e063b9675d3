"""Where the files that come with clmt lie: the workflow, its configuration, the registry of sources and small tables.

A wheel holds ``workflow``, ``config`` and ``resources`` inside the package (setup.py), a checkout beside it, so that a
relative path from one to the other is the same in both.
"""

from __future__ import annotations

from pathlib import Path

from clmt.errors import choose

__all__ = ["PLACES", "REGISTRY", "ROOT", "here_or_packaged", "packaged", "place"]

_PACKAGE = Path(__file__).resolve().parent

#: Folder that holds workflow, config and resources: the package once it is installed, else the root of the checkout.
ROOT = _PACKAGE if (_PACKAGE / "workflow").is_dir() else _PACKAGE.parent

#: The registry of sources, below the working directory or `ROOT`.
REGISTRY = "config/sources.yaml"

#: What a user names on the command line of Snakemake.
PLACES = {
    "snakefile": "workflow/Snakefile",
    "config": "config/config.yaml",
    "demo": "config/demo.yaml",
    "offline": "config/offline.yaml",
    "light": "config/light.yaml",
    "own_data": "config/own_data.example.yaml",
    "sources": REGISTRY,
    "profiles": "workflow/profiles",
}


def packaged(name: str) -> Path:
    """Path of a file or folder that comes with clmt, such as ``config/demo.yaml``."""
    return ROOT / name


def here_or_packaged(name: str) -> Path:
    """The file of that name below the working directory where there is one, else the one that comes with clmt."""
    own = Path(name)
    return own if own.is_file() else packaged(name)


def place(name: str) -> Path:
    """Path of one of `PLACES`; raises `ClmtError` that lists them."""
    return packaged(choose("no such place", name, PLACES))
