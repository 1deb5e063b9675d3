"""The README's table repeats numbers of the results page, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def rows(page: str) -> dict[str, list[str]]:
    """Cells of each table row by its first cell; the first row of a name counts."""
    found: dict[str, list[str]] = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and " ± " in line:
            found.setdefault(cells[0], cells[1:])
    return found


def check_readme(readme: str) -> None:
    results = rows((ROOT / "docs" / "results" / "random_pairs.md").read_text())
    shown = rows(readme)
    assert len(shown) >= 4
    for model, cells in shown.items():
        assert set(cells) <= set(results[model]), model


def test_readme_repeats_the_results() -> None:
    check_readme((ROOT / "README.md").read_text())


def test_the_check_catches_another_number() -> None:
    with pytest.raises(AssertionError, match="clmt"):
        check_readme((ROOT / "README.md").read_text().replace("0.911 ±", "0.919 ±"))
