"""Damaged cards, tables, curves, corpora and audits, read by ``collect``, ``figures`` and the text commands.

Causes A6, A9, A23, A25, C4, C5, C7, C8, C19 and C22 (in C4).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa

from clmt.evaluation.metrics import REFERENCES
from tests.cases import columns
from tests.cases import world as of
from tests.cases.case import Act, Case, Place
from tests.cases.child import Done, run_process
from tests.cases.damage import ALWAYS, rotten_cases, whole_cases
from tests.cases.same import any_output, same_graph, same_parquet, same_scores, same_text

CARD = f"{of.RUNS[0]}/metrics.json"
HISTORY = f"{of.RUNS[0]}/history.csv"
SUMMARY = "results/demo/s.tsv"
COVERAGE, AUDIT = "results/demo/text/coverage.tsv", "results/demo/text/audit.json"
NAMES = "results/demo/tables/drugs.parquet"
COLLECTED = ("collected",)
#: Numbers of a card that the world's first run, of one constant for each drug, has.
NUMBERS = (
    *("fold", "n_train", "n_test", "rmse", "mae", "r2", "pearson", "spearman", "per_cell_r"),
    *("drugs_used", "drugs_left_out", "cells_used", "cells_left_out", "seconds", "peak_memory_mb", "threads"),
    *(f"normalized_{metric}_{name}" for metric in ("pearson", "r2") for name in REFERENCES),
)


def collecting(place: Place) -> Act:
    return of.collect()


def drawing(place: Place) -> Act:
    return of.figures()


def paging(place: Place) -> Act:
    return of.text_page()


def showing(place: Place) -> Act:
    return of.text_show()


def edited_json(path: str, edit: Callable[[Any], Any], act: Callable[[Place], Act]) -> Callable[[Place], Act]:
    def change(place: Place) -> Act:
        content = json.loads(place.get(path))
        made = edit(content)
        place.put(path, json.dumps(content if made is None else made))
        return act(place)

    return change


def edited_text(path: str, edit: Callable[[str], str], act: Callable[[Place], Act]) -> Callable[[Place], Act]:
    def change(place: Place) -> Act:
        old = place.get(path).decode()
        new = edit(old)
        assert new != old, f"nothing changed in {path}"
        place.put(path, new)
        return act(place)

    return change


def card_cases() -> list[Case]:
    keys = (
        "fold",
        "rmse",
        "split",
        "model",
        "per_drug_r",
        "dataset",
        "arch",
        "simulated",
        "n_train",
        "settings_digest",
    )
    values: dict[str, dict[str, Any]] = {
        "A9": {
            "fold 0.5": {"fold": 0.5},
            "rmse negative": {"rmse": -3.0},
            "pearson of 7": {"pearson": 7.0},
            "rmse another than the predictions say": {"rmse": 0.0123},
            "drugs_used text": {"drugs_used": "all"},
            "rmse a list": {"rmse": [1.0]},
            "rmse inf": {"rmse": float("inf")},
            "rmse true": {"rmse": True},
            "n_test another": {"n_test": 3},
        },
        "C4": {"split a list": {"split": ["a"]}, "fold null": {"fold": None}, "model a number": {"model": 5}},
        "A25": {
            "data set, split and version a formula": {
                "dataset": "=HYPERLINK(1)",
                "split": "@SUM(1)",
                "clmt_version": "+1",
            },
            "version a formula": {"clmt_version": "=1+1"},
            "model a formula": {"model": "@SUM(1)"},
        },
    }

    def lost(key: str) -> Case:
        act = edited_json(CARD, lambda card: {name: value for name, value in card.items() if name != key}, collecting)
        return Case("C4", f"metrics.json without {key} (collect)", act, ("metrics",), stages=COLLECTED)

    def other(cause: str, name: str, changes: dict[str, Any]) -> Case:
        act = edited_json(CARD, lambda card: {**card, **changes}, collecting)
        return Case(cause, f"metrics.json {name} (collect)", act, ("metrics",), stages=COLLECTED)

    def flipped(key: str) -> Case:
        def change(card: dict[str, Any]) -> dict[str, Any]:
            digits = json.dumps(card[key] or 0.25)
            last = max(place for place, letter in enumerate(digits[:4]) if letter.isdigit())
            return {**card, key: json.loads(digits[:last] + chr(ord(digits[last]) ^ 1) + digits[last + 1 :])}

        act = edited_json(CARD, change, collecting)
        return Case("C4", f"metrics.json {key} with a bit flipped (collect)", act, ("metrics", key), stages=COLLECTED)

    made = [lost(key) for key in keys]
    made += [flipped(key) for key in NUMBERS]
    version = edited_json(CARD, lambda card: {key: card[key] for key in card if key != "clmt_version"}, collecting)
    made.append(Case("A9", "metrics.json without clmt_version (collect)", version, ("metrics",), stages=COLLECTED))
    made += [other(cause, name, changes) for cause, entries in values.items() for name, changes in entries.items()]
    kinds = (*ALWAYS, "doubled", "a list", "null", "folder", "link to itself")
    made += whole_cases("C4", "metrics.json", CARD, collecting, kinds, ("metrics",), COLLECTED, " (collect)")
    same = same_text("s.tsv", SUMMARY)
    made += rotten_cases(
        "C4",
        "metrics.json",
        CARD,
        collecting,
        same,
        ("metrics|predictions|share their|fold|model",),
        COLLECTED,
        flips=12,
        wipes=4,
        suffix=" (collect)",
    )
    swapped = Case(
        "A9", "predictions of two models swapped (collect)", _swapped, ("predictions|metrics",), stages=COLLECTED
    )
    return [*made, swapped]


def _swapped(place: Place) -> Act:
    paths = [f"results/demo/demo_mixed/{model}/fold0/predictions.parquet" for model in ("drug_mean", "global_mean")]
    contents = [place.get(path) for path in paths]
    for path, content in zip(paths, reversed(contents), strict=True):
        place.put(path, content)
    return of.collect()


def prediction_cases() -> list[Case]:
    path = columns.PREDICTIONS
    kinds = (*ALWAYS, "last byte lost", "folder", "link to itself")
    made = whole_cases("C4", "predictions", path, collecting, kinds, ("predictions",), COLLECTED, " (collect)")
    same = same_text("t.tsv", "results/demo/t.tsv")
    return made + rotten_cases(
        "C4", "predictions", path, collecting, same, ("predictions",), COLLECTED, flips=12, wipes=6, suffix=" (collect)"
    )


def summary_cases() -> list[Case]:
    def renamed(column: str) -> Callable[[str], str]:
        return lambda text: text.replace(column, "other", 1)

    def cell(column: str, value: str) -> Callable[[str], str]:
        def change(text: str) -> str:
            header, *rows = [line.split("\t") for line in text.splitlines()]
            for row in rows:
                row[header.index(column)] = value
            return "\n".join("\t".join(row) for row in [header, *rows]) + "\n"

        return change

    edits = {
        "column lost": renamed("metric"),
        "mean column lost": renamed("mean"),
        "reference lost": renamed("reference"),
        "number as text": cell("mean", "zero.045873"),
        "difference as text": cell("difference", "abc"),
        "p text": cell("p", "abc"),
        "row short": lambda text: text.rstrip("\n").rpartition("\t")[0] + "\n",
        "model unknown": cell("model", "nobody"),
        "mean NaN": cell("mean", "nan"),
    }
    made = [
        Case(
            "C4",
            f"summary {name} (figures)",
            edited_text(SUMMARY, edit, drawing),
            ("s.tsv|summary of",),
            stages=COLLECTED,
        )
        for name, edit in edits.items()
    ]
    kinds = tuple(kind for kind in ALWAYS if kind != "half")
    made += whole_cases("C4", "summary", SUMMARY, drawing, kinds, ("s.tsv|summary of",), COLLECTED, " (figures)")
    made += rotten_cases(
        "C4",
        "summary",
        SUMMARY,
        drawing,
        any_output,
        ("s.tsv|summary of",),
        COLLECTED,
        flips=4,
        wipes=4,
        suffix=" (figures)",
    )
    kinds = ("binary", "UTF-16", "text", "HTML", "random", "zeros", "deep JSON", "folder")
    made += whole_cases("C4", "history", HISTORY, drawing, kinds, ("history",), COLLECTED, " (figures)")
    curve = "epoch,seconds,train_loss,train_rmse,validation_rmse,learning_rate,best\n1,2.0,3.0,1.7,1.8,0.001,0\n"
    rows = {
        "row short": curve + "2,4.0,2.5\n",
        "number as text": curve.replace("1.8", "abc"),
        "column lost": curve.replace("epoch", "step"),
    }
    for name, text in rows.items():
        act = edited_text(HISTORY, lambda old, text=text: text, drawing)
        made.append(Case("C4", f"history {name} (figures)", act, ("history",), stages=COLLECTED))
    return made


def text_cases() -> list[Case]:
    made = []
    text = ("text",)
    for kind, act in (("text page", paging), ("text show", showing)):
        kinds = (*ALWAYS, "last byte lost", "folder", "link to itself")
        made += whole_cases("C7", "names", NAMES, act, kinds, ("drugs.parquet",), text, f" ({kind})")
    same = same_page
    made += rotten_cases(
        "C7", "names", NAMES, paging, same, ("drugs.parquet",), text, flips=3, wipes=3, suffix=" (text page)"
    )
    made += whole_cases(
        "C7", "corpus", columns.CORPUS, paging, (*ALWAYS, "folder"), ("drugs.parquet",), text, " (text page)"
    )
    made += rotten_cases(
        "C7", "corpus", columns.CORPUS, paging, same, ("drugs.parquet",), text, flips=6, wipes=3, suffix=" (text page)"
    )
    made += whole_cases("C7", "coverage.tsv", COVERAGE, paging, ALWAYS, ("coverage",), text, " (text page)")
    made += rotten_cases(
        "C7", "coverage.tsv", COVERAGE, paging, any_output, ("coverage",), text, flips=3, wipes=3, suffix=" (text page)"
    )
    lines = "results/demo/tables/cell_lines.parquet"
    nameless = columns.changed(lines, columns.column("name", lambda rows: [None, *rows[1:]]), paging)
    twice = columns.changed(lines, columns.column("cell_line_id", lambda rows: [rows[1], *rows[1:]]), paging)
    made.append(Case("C7", "names null in cell lines (text page)", nameless, ("cell_lines", "name"), stages=text))
    made.append(Case("C7", "names with an id twice (text page)", twice, ("cell_lines", "cell_line_id"), stages=text))
    short = edited_text(COVERAGE, lambda old: old.rstrip("\n").rpartition("\t")[0] + "\n", paging)
    made.append(Case("C7", "coverage row short (text page)", short, ("coverage",), stages=text))
    made += whole_cases(
        "C7", "audit.json", AUDIT, paging, (*ALWAYS, "doubled", "a list"), ("audit",), text, " (text page)"
    )
    edits: dict[str, Callable[[Any], Any]] = {
        "null": lambda audit: [None],
        "repeated a list": _of_drugs(repeated=["a"]),
        "repeated text": _of_drugs(repeated={"ncit": "x"}),
        "leak without sentence": _of_drugs(leaks=[{"source": "chembl"}]),
        "leaks of strings": _of_drugs(leaks=["a sentence"]),
        "leaks null": _of_drugs(leaks=None),
    }
    made += [
        Case("C7", f"audit {name} (text page)", edited_json(AUDIT, edit, paging), ("audit",), stages=text)
        for name, edit in edits.items()
    ]
    return made


def _of_drugs(**changes: Any) -> Callable[[Any], Any]:
    """An audit of the texts with other entries for the drugs."""
    return lambda audit: {**audit, "drug": {**audit["drug"], **changes}}


def same_page(place: Place, done: Done) -> str | None:
    """The page of the sound files, made once."""
    right = place.world.folder / "results/page.html"
    if not right.exists():
        place.world.run(*of.text_page("results/page.html"))
    return None if (place.out / "page.html").read_text() == right.read_text() else "another page"


def terminal_cases() -> list[Case]:
    greek = columns.changed(
        columns.CORPUS, columns.column("sentence", lambda rows: ["β-catenin 5 µM \x1b[31mred", *rows[1:]]), showing
    )

    def shown(command: str, **environment: str) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            greek(place)
            script = f"{sys.executable} -m clmt {' '.join(of.text_show())} {command}"
            return run_process(["bash", "-c", script], place.folder, PYTHONPATH=os.getcwd(), **environment)

        return act

    def readable(place: Place, done: Done) -> str | None:
        return None if "-catenin" in done.out and "\x1b" not in done.out else f"shown: {done.out[:100]!r}"

    made = [
        Case("C7", f"text show on a terminal of {name}", shown("", **variables), None, readable, ("text",))
        for name, variables in {
            "ascii": {"PYTHONIOENCODING": "ascii"},
            "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            "latin-1": {"PYTHONIOENCODING": "latin-1"},
        }.items()
    ]
    full = Case("C7", "text show to a full disk", shown("> /dev/full"), ("output|stdout|/dev/full",), stages=("text",))
    pipe = Case(
        "C7", "text show into a closed pipe", shown("| true"), None, lambda place, done: done.err or None, ("text",)
    )
    return [*made, full, pipe]


def written_cases() -> list[Case]:
    """Outputs that cannot be written: nothing of the command's stays behind."""

    def blocked(argv: Callable[[Place], list[str]], option: str) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            place.put("file", "no folder")
            command = argv(place)
            command[command.index(option) + 1] = "file/output"
            return command

        return act

    def device(place: Place) -> Act:
        os.mkfifo(place.folder / "pipe")
        return of.folds(place.world, "pipe")

    train = lambda place: of.train(place.world, "drug_mean")  # noqa: E731
    evaluate = lambda place: of.evaluate(place.world, "drug_mean")  # noqa: E731
    return [
        Case("C4", "train, checkpoint not writable", blocked(train, "--model"), ("file",), stages=("graph",)),
        Case("C4", "train, history not writable", blocked(train, "--history"), ("file",), stages=("graph",)),
        Case(
            "C4",
            "evaluate, metrics not writable",
            blocked(evaluate, "--metrics"),
            ("file",),
            stages=("model:drug_mean",),
        ),
        Case(
            "C4",
            "collect --summary not writable",
            blocked(lambda place: of.collect(), "--summary"),
            ("file",),
            stages=COLLECTED,
        ),
        Case(
            "C4",
            "collect --table not writable",
            blocked(lambda place: of.collect(), "--table"),
            ("file",),
            stages=COLLECTED,
        ),
        Case("A23", "folds --out a pipe", device, ("pipe",), stages=("tables",)),
        Case("A23", "folds --out a folder", lambda place: of.folds(place.world, "out"), ("out",), stages=("tables",)),
    ]


def parquet_cases() -> list[Case]:
    """Bits that rot in the tables of a dataset, in folds and in vectors."""

    def graphing(place: Place) -> Act:
        return of.graph(place.world)

    def evaluating(place: Place) -> Act:
        return of.evaluate(place.world, "drug_mean")

    def varying(place: Place) -> Act:
        return of.text_vary(place.world)

    expression = "results/demo/tables/expression.parquet"
    graph, scored, same = ("graph",), ("model:drug_mean",), same_scores("drug_mean")
    varied = same_parquet("v.parquet", "results/demo/features/text_text_shuffled.parquet")
    made = rotten_cases(
        "A6", "expression.parquet (graph)", expression, graphing, same_graph, ("expression",), graph, flips=16, wipes=8
    )
    made += rotten_cases(
        "A6",
        "response.parquet (evaluate)",
        columns.RESPONSE,
        evaluating,
        same,
        ("response",),
        scored,
        flips=24,
        wipes=10,
    )
    made += rotten_cases(
        "C8", "folds.parquet (graph)", columns.FOLDS, graphing, same_graph, ("folds",), graph, flips=8, wipes=4
    )
    made += rotten_cases(
        "C5", "text vectors (vary)", columns.VECTORS, varying, varied, ("text_lsa",), ("vectors",), flips=6, wipes=6
    )
    for cause, label, path, act, stages in (
        ("C8", "response.parquet", columns.RESPONSE, graphing, graph),
        ("C8", "folds.parquet", columns.FOLDS, graphing, graph),
        ("C8", "expression.parquet", expression, graphing, graph),
        ("C5", "text vectors", columns.VECTORS, varying, ("vectors",)),
    ):
        made += whole_cases(cause, label, path, act, (*ALWAYS, "folder"), (Path(path).stem,), stages)
    return made


def figure_cases() -> list[Case]:
    """Drugs whose names a drawing or an XML file could take for its own marks."""
    names = {
        "unknown mathtext": "$\\nonsense$",
        "underscore mathtext": "$_$",
        "broken mathtext": "a $\\frac{$ b",
        "vertical tab": "a\x0bb",
        "NUL": "a\x00b",
        "markup": "<script>alert(1)</script>&amp;",
        "braces": "{0} %s \\n",
        "emoji": "🧬 drug",
        "long": "x" * 5000,
    }

    def act(name: str) -> Callable[[Place], Act]:
        def rename(place: Place) -> Act:
            drug = columns.column("drug_id", lambda rows: [f"{name} {row}" for row in rows], pa.string())
            for run in of.RUNS:
                columns.changed(f"{run}/predictions.parquet", drug, collecting)(place)
            return of.figures()

        return rename

    made = []
    for name, text in names.items():
        cause = "A12" if name in ("vertical tab", "NUL") else "C19"
        words = ("predictions",) if cause == "A12" else None
        made.append(Case(cause, f"figures, every drug named {name}", act(text), words, _drawn, COLLECTED))
    return made


def _drawn(place: Place, done: Done) -> str | None:
    """Every figure is XML, and no script of a name is one of the page."""
    for path in place.out.glob("*.svg"):
        try:
            ElementTree.parse(path)
        except ElementTree.ParseError as error:
            return f"{path.name} is not XML: {error}"
    pages = [path.read_text() for path in place.out.glob("*.html")]
    return "a script of a name" if any("<script>alert" in page for page in pages) else None


def cases() -> list[Case]:
    parts = (
        card_cases,
        prediction_cases,
        summary_cases,
        text_cases,
        terminal_cases,
        written_cases,
        parquet_cases,
        figure_cases,
    )
    return [case for part in parts for case in part()]
