"""A copy of the workflow in a folder of its own, in which Snakemake plans without running anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.workflow_help import ROOT, Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A fresh copy of the entry points, the rules and the configuration."""
    return Workspace.copy(ROOT, tmp_path / "work")
