"""CLMT: drug response prediction from molecular and textual views of cell lines and drugs."""

from typing import Any

__version__ = "0.2.0"


def __getattr__(name: str) -> Any:
    """Find ``load_bundle`` where it is when it is asked for, so that nothing heavy is imported before."""
    if name == "load_bundle":
        from pkgutil import resolve_name

        return resolve_name("clmt.bundles.predict:load_bundle")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
