"""Whose graph it is: the names that tell the graph of one data set, split and fold from another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError

__all__ = ["OWNER", "check_owner"]

OWNER = ("dataset", "split", "fold")
"""Settings of a graph and of a run that must agree; ``graph.pt`` holds them under the same names."""


def check_owner(graph: Mapping[str, Any], settings: Mapping[str, Any], path: Path) -> None:
    """Refuse a graph of another data set, split or fold than a run's ``settings`` say.

    The published splits share one test part between the folds, so no score would betray a fold that was used twice.

    Parameters
    ----------
    graph
        Contents of ``graph.pt``.
    settings
        Settings of the run; what they do not say is not compared.
    path
        Of the graph, for the message.
    """
    for key in OWNER:
        if key in settings and graph.get(key) != settings[key]:
            raise ClmtError(
                f"{path}: not the graph of this run's {key}! got: {graph.get(key)!r}, expected: {settings[key]!r}. "
                "Name the right graph.pt, or delete it and run build_graph"
            )
