"""The page of all experiments."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from clmt.errors import ClmtError
from clmt.evaluation.table_files import read_table
from clmt.evaluation.tables import collect
from clmt.planning.settings.config import Group
from clmt.report.index import read_groups, write_index
from clmt.report.summary import read_summary

GROUPS = {"tables_main": Group(title="Main tables", experiments=["made_up_cv"])}


@pytest.fixture
def page(made: dict[str, Any], tmp_path: Path) -> str:
    """The page of one experiment."""
    write_index(GROUPS, [made["summary"].parent / "made_up_cv.tsv"], [made["summary"]], tmp_path / "index.html")
    return (tmp_path / "index.html").read_text(encoding="utf-8").replace("<wbr>", "")  # long names may break


def test_every_model_stands_in_its_table_with_its_numbers(page: str, made: dict[str, Any]) -> None:
    rows = {(row["model"], row["metric"]): row for row in read_table(made["summary"])}
    for model in made["models"]:
        mean, difference = rows[model, "rmse"]["mean"], rows[model, "rmse"]["difference"]
        line = re.search(rf"<td>{model}</td>.*?</tr>", page, re.DOTALL)
        assert line is not None
        assert f"{float(mean):.3f}" in line[0]
        assert (f"{float(difference):+.3f}" if difference else "reference") in line[0]


def test_the_glance_names_the_best_of_either_side(page: str) -> None:
    glance = page.split("At a glance")[1].split("</table>")[0]
    assert re.findall(r'<td class="name">(\w+)</td>', glance) == ["made_up", "mixed", "mlp", "clmt"]


@pytest.mark.parametrize(("reference", "best"), [("clmt", "clmt_plain"), ("clmt_plain", "clmt"), ("drug_mean", "clmt")])
def test_the_glance_compares_with_the_reference(
    made: dict[str, Any], tmp_path: Path, reference: str, best: str
) -> None:
    tables = {"table_out": tmp_path / "made_up_cv.tsv", "summary_out": tmp_path / "made_up_cv_summary.tsv"}
    runs = {kind: made[kind] for kind in ("metrics", "predictions", "models")}
    collect("made_up_cv", **runs, **tables, reference=reference, replicates=20)
    write_index(GROUPS, [tables["table_out"]], [tables["summary_out"]], tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text(encoding="utf-8").replace("<wbr>", "")
    glance = page.split("At a glance")[1].split("</table>")[0]
    assert re.findall(r'<td class="name">(\w+)</td>', glance)[2:] == [reference, best]
    assert "–" not in glance
    assert page.count(">reference<") == 1


def test_the_page_needs_nothing_but_itself(page: str) -> None:
    assert "http" not in page
    assert "src=" not in page
    assert "SIMULATED DATA" in page
    linked = set(re.findall(r'href="([^"#]+)"', page))
    assert {"made_up_cv.html", "made_up_cv_metrics.svg", "../made_up_cv.tsv", "made_up_texts.html"} <= linked
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


def test_an_experiment_without_a_table_is_named(made: dict[str, Any], tmp_path: Path) -> None:
    groups = {"tables_main": Group(title="Main tables", experiments=["made_up_cv", "another"])}
    with pytest.raises(ClmtError, match="no table of experiment 'another'"):
        write_index(groups, [made["summary"].parent / "made_up_cv.tsv"], [made["summary"]], tmp_path / "index.html")
    assert not (tmp_path / "index.html").exists()


def test_two_tables_of_two_experiments_are_refused(made: dict[str, Any], tmp_path: Path) -> None:
    table = made["summary"].parent / "made_up_cv.tsv"
    other = tmp_path / "other.tsv"
    other.write_text(table.read_text().replace("made_up_cv", "other_cv"))
    with pytest.raises(ClmtError, match="must be of one experiment! got: made_up_cv, other_cv"):
        read_summary(other, made["summary"])
    with pytest.raises(ClmtError, match="no such table of an experiment"):
        read_summary(made["summary"], table)


def test_a_summary_that_lacks_a_metric_is_refused(made: dict[str, Any], tmp_path: Path) -> None:
    lines = made["summary"].read_text().splitlines(keepends=True)
    short = tmp_path / "short_summary.tsv"
    short.write_text("".join(lines[:-1]))
    with pytest.raises(ClmtError, match="of model 'clmt_plain'! Rerun collect"):
        read_summary(made["summary"].parent / "made_up_cv.tsv", short)


def test_a_reference_without_rows_is_refused(made: dict[str, Any], tmp_path: Path) -> None:
    other = tmp_path / "other_summary.tsv"
    other.write_text(made["summary"].read_text().replace("\tmlp\t-", "\tridge\t-"))
    with pytest.raises(ClmtError, match="to a model without rows! got: 'ridge'"):
        read_summary(made["summary"].parent / "made_up_cv.tsv", other)


def test_groups_are_read_from_json() -> None:
    assert read_groups('{"tables_main":{"title":"Main tables","experiments":["made_up_cv"]}}') == GROUPS
    with pytest.raises(ClmtError, match="--groups: tables_main"):
        read_groups('{"tables_main":{"title":"Main tables"}}')


def test_a_model_with_faults_is_marked_and_never_the_best(made: dict[str, Any], tmp_path: Path) -> None:
    """The best of the made-up models, marked as one that repeats a fault."""
    lines = [line.split("\t") for line in made["summary"].read_text().splitlines()]
    model, faults = lines[0].index("model"), lines[0].index("faults")
    for line in lines[1:]:
        line[faults] = "test_edges" if line[model] == "clmt" else ""
    summary = tmp_path / "made_up_cv_summary.tsv"
    summary.write_text("".join("\t".join(line) + "\n" for line in lines))
    write_index(GROUPS, [made["summary"].parent / "made_up_cv.tsv"], [summary], tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text(encoding="utf-8").replace("<wbr>", "")
    glance = page.split("At a glance")[1].split("</table>")[0]
    assert re.findall(r'<td class="name">(\w+)</td>', glance) == ["made_up", "mixed", "mlp", "clmt_plain"]
    row = re.search(r"<td>clmt<.*?</tr>", page, re.DOTALL)
    assert row is not None
    assert "not sound: test_edges" in row[0]
    assert 'class="best"' not in row[0]


def test_the_best_baseline_is_a_sound_one(made: dict[str, Any], tmp_path: Path) -> None:
    table = made["summary"].parent / "made_up_cv.tsv"
    read = read_summary(table, made["summary"])
    assert (read.best_baseline, read.is_baseline("mlp"), read.is_baseline("clmt")) == ("mlp", True, False)
    lines = [line.split("\t") for line in made["summary"].read_text().splitlines()]
    model, faults = lines[0].index("model"), lines[0].index("faults")
    for line in lines[1:]:
        line[faults] = "test_edges" if line[model] == "mlp" else line[faults]
    marked = tmp_path / "made_up_cv_summary.tsv"
    marked.write_text("".join("\t".join(line) + "\n" for line in lines))
    best = read_summary(table, marked).best_baseline
    assert best is not None
    assert best != "mlp"
    assert read.is_baseline(best)


def edited(path: Path, out: Path, column: str, value: str) -> Path:
    """A copy of a table with another value in its first row."""
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    lines[1][lines[0].index(column)] = value
    out.write_text("".join("\t".join(line) + "\n" for line in lines))
    return out


@pytest.mark.parametrize(
    ("file", "column", "value", "message"),
    [
        ("table", "n_test", "", "n_test! got: '' of"),
        ("table", "n_test", "2.5", "n_test! got: '2.5' of"),
        ("table", "seconds", "", "seconds! got: '' of"),
        ("summary", "folds", "", "folds! got: '' of"),
        ("summary", "mean", "", "mean! got: '' of"),
        ("summary", "model", "another", "not each model and metric once, of the same models"),
    ],
)
def test_tables_without_what_the_page_adds_up_are_refused(
    made: dict[str, Any], tmp_path: Path, file: str, column: str, value: str, message: str
) -> None:
    paths = {"summary": made["summary"], "table": made["summary"].parent / "made_up_cv.tsv"}
    read_summary(paths["table"], paths["summary"])
    paths[file] = edited(paths[file], tmp_path / "edited.tsv", column, value)
    with pytest.raises(ClmtError, match=message):
        read_summary(paths["table"], paths["summary"])


def test_a_table_without_its_summary_and_an_experiment_twice_are_refused(made: dict[str, Any], tmp_path: Path) -> None:
    table, summary, out = made["summary"].parent / "made_up_cv.tsv", made["summary"], tmp_path / "index.html"
    with pytest.raises(ClmtError, match="not a summary for each table! got: 1, expected: 2"):
        write_index(GROUPS, [table, table], [summary], out)
    with pytest.raises(ClmtError, match="a second table of experiment 'made_up_cv'"):
        write_index(GROUPS, [table, table], [summary, summary], out)
    assert not out.exists()
