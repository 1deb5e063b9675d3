"""A working directory for every test that runs the workflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.e2e_help import Workplace, furnish


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """A fresh working directory."""
    return furnish(tmp_path)
