"""What code and tests cite of the method page stands there: "METHOD: loss", "Fault 7"."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
METHOD = (ROOT / "docs" / "method.md").read_text()
CITED = re.compile(r"METHOD: ([\w ,-]*\w)|\b[Ff]ault (\d+)")


def read_code(*folders: str) -> str:
    return "\n".join(path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))


def citations(text: str) -> set[str]:
    """Labels of the method page that ``text`` cites."""
    found = CITED.finditer(text)
    return {f"fault-{m[2]}" if m[2] else "method-" + re.sub("[ ,]+", "-", m[1]) for m in found}


def labels(page: str) -> set[str]:
    return set(re.findall(r"^\(([\w-]+)\)=$", page, flags=re.MULTILINE))


def check_citations_exist(text: str) -> None:
    assert citations(text) - labels(METHOD) == set()


def test_every_citation_exists() -> None:
    text = read_code("clmt", "tests", "benchmarks")
    assert len(citations(text)) > 10
    check_citations_exist(text)


@pytest.mark.parametrize("wrong", ["(METHOD: " + "losses)", "METHOD: " + "network, drug", "fault " + "15"])
def test_citation_check_catches_what_is_not_there(wrong: str) -> None:
    with pytest.raises(AssertionError):
        check_citations_exist(wrong)


def test_every_fault_has_a_test() -> None:
    assert {f"fault-{number}" for number in range(1, 15)} <= citations(read_code("tests"))
