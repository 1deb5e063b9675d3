"""How often intervals hold, as the page of all experiments shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clmt.errors import ClmtError
from clmt.evaluation.table_files import COVERAGE_COLUMNS, LEVELS, write_tsv
from clmt.planning.settings.config import Group
from clmt.report.index import write_index
from clmt.report.intervals import read_held


def write_coverage(folder: Path, levels: tuple[float, ...] = LEVELS, **changes: object) -> Path:
    """A table of coverage of two models, of which one has too few groups at the last level."""
    facts = {"experiment": "made_up_cv", "dataset": "made_up", "split": "mixed", "simulated": True, "seeds": 1}
    rows = [
        {
            **facts,
            **{"model": model, "kind": "known pair", "groups": 9, "level": level, "pairs": 50, "width": 3.25},
            **({"coverage": level + 0.001} if model == "clmt" or level < 0.95 else {}),
            **changes,
        }
        for model in ("clmt", "drug_mean")
        for level in levels
    ]
    write_tsv(folder / "made_up_cv_coverage.tsv", COVERAGE_COLUMNS, rows)
    return folder / "made_up_cv_coverage.tsv"


def test_a_model_has_the_coverage_at_every_level(tmp_path: Path) -> None:
    table = write_coverage(tmp_path)
    rows = read_held([table], {"made_up_cv": ["clmt", "drug_mean"]})
    assert [(row["model"], row["at 0.8"], row["at 0.9"], row["at 0.95"]) for row in rows] == [
        ("clmt", "0.801", "0.901", "0.951"),
        ("drug_mean", "0.801", "0.901", ""),
    ]
    assert [row["model"] for row in read_held([table], {"made_up_cv": ["clmt"]})] == ["clmt"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"levels": (0.8, 0.9)}, "levels of 'clmt'! got: 0.8, 0.9, expected: 0.8, 0.9, 0.95"),
        ({"levels": (0.8, 0.9, 0.9, 0.95)}, "level 0.9 of 'clmt' stands twice! Rerun measure_coverage"),
        ({"experiment": "another"}, "of another experiment! got: 'another', expected: made_up_cv"),
        ({"coverage": "most"}, "no number in line 2, coverage! got: 'most'. Rerun measure_coverage"),
    ],
)
def test_another_table_is_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClmtError) as refused:
        read_held([write_coverage(tmp_path, **changes)], {"made_up_cv": ["clmt"]})
    assert words in str(refused.value)


def test_the_page_marks_a_model_with_faults(made: dict[str, Any], tmp_path: Path) -> None:
    lines = [line.split("\t") for line in made["summary"].read_text().splitlines()]
    model, faults = lines[0].index("model"), lines[0].index("faults")
    for line in lines[1:]:
        line[faults] = "test_edges" if line[model] == "clmt" else ""
    summary = tmp_path / "made_up_cv_summary.tsv"
    summary.write_text("".join("\t".join(line) + "\n" for line in lines))
    groups = {"tables_main": Group(title="Main tables", experiments=["made_up_cv"])}
    table, coverage = made["summary"].parent / "made_up_cv.tsv", write_coverage(tmp_path)
    write_index(groups, [table], [summary], tmp_path / "index.html", coverage=[coverage])
    page = (tmp_path / "index.html").read_text(encoding="utf-8").replace("<wbr>", "")
    assert ">clmt (not sound: test_edges)<" in page.split('id="intervals"')[1].split("</table>")[0]


def test_the_page_shows_the_models_that_are_compared(made: dict[str, Any], tmp_path: Path) -> None:
    groups = {"tables_main": Group(title="Main tables", experiments=["made_up_cv"])}
    tables = [made["summary"].parent / "made_up_cv.tsv"], [made["summary"]]
    write_index(groups, *tables, tmp_path / "index.html", coverage=[write_coverage(tmp_path)])
    page = (tmp_path / "index.html").read_text(encoding="utf-8").replace("<wbr>", "")
    shown = page.split('id="intervals"')[1].split("</table>")[0]
    assert "<td>0.801</td>" in shown
    assert "<td>3.250</td>" in shown
    assert 'href="made_up_cv_coverage.tsv"' in shown
    assert "drug_mean" not in shown  # the best baseline is another
    write_index(groups, *tables, tmp_path / "index.html")
    assert "intervals hold" not in (tmp_path / "index.html").read_text(encoding="utf-8")
