"""Parquet files whose columns are others, or that are another's: vectors, folds, responses, predictions, corpora.

Causes A4, A7, A8, A9, A15, C4, C5, C7, C8 and C9.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.cases import world as of
from tests.cases.case import Act, Case, Place

VECTORS = "results/demo/features/text_lsa.parquet"
FOLDS = "results/demo/demo_mixed/folds.parquet"
RESPONSE = "results/demo/tables/response.parquet"
PREDICTIONS = f"{of.RUNS[0]}/predictions.parquet"
CORPUS = "results/demo/text/drugs.parquet"
STRUCTURES = "results/demo/tables/structures.parquet"

Edit = Callable[[pa.Table], pa.Table]


def changed(path: str, edit: Edit, act: Callable[[Place], Act]) -> Callable[[Place], Act]:
    """Read a Parquet file, change its table and write it anew, with its metadata."""

    def change(place: Place) -> Act:
        table = pq.read_table(io.BytesIO(place.get(path)))
        buffer = io.BytesIO()
        pq.write_table(edit(table), buffer)
        place.put(path, buffer.getvalue())
        return act(place)

    return change


def column(name: str, edit: Callable[[list[Any]], list[Any]], kind: pa.DataType | None = None) -> Edit:
    """Change the values of a column, and its type where one is given."""

    def change(table: pa.Table) -> pa.Table:
        field = table.schema.field(name)
        values = pa.array(edit(table.column(name).to_pylist()), type=kind or field.type)
        changed_field = pa.field(name, values.type, metadata=field.metadata)
        made = table.set_column(table.schema.get_field_index(name), changed_field, values)
        return made.replace_schema_metadata(table.schema.metadata)

    return change


def first(value: Any) -> Callable[[list[Any]], list[Any]]:
    return lambda values: [value, *values[1:]]


def each(value: Any) -> Callable[[list[Any]], list[Any]]:
    return lambda values: [value] * len(values)


def lost(name: str) -> Edit:
    return lambda table: table.drop_columns([name])


def no_rows(table: pa.Table) -> pa.Table:
    return table.slice(0, 0)


def row_twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table.slice(0, 1)])


def texts_only(table: pa.Table) -> pa.Table:
    return pa.table({name: ["text"] * 3 for name in table.column_names})


def many(
    cause: str,
    label: str,
    path: str,
    act: Callable[[Place], Act],
    edits: dict[str, Edit],
    stages: tuple[str, ...],
    word: str,
    suffix: str,
) -> list[Case]:
    return [
        Case(cause, f"{label} {name} ({suffix})", changed(path, edit, act), (word,), stages=stages)
        for name, edit in edits.items()
    ]


def _vector(edit: Callable[[list[float]], list[float]]) -> Edit:
    """Another first vector."""
    return column("vector", lambda rows: [edit(rows[0]), *rows[1:]])


def _other_lengths(cut: Callable[[int], int]) -> Edit:
    lists = pa.list_(pa.float32())
    return column("vector", lambda rows: [row[: cut(number)] for number, row in enumerate(rows)], lists)


def _twice_other(table: pa.Table) -> pa.Table:
    other = table.slice(1, 1).set_column(
        table.schema.get_field_index("entity_id"),
        table.schema.field("entity_id"),
        table.column("entity_id").slice(0, 1),
    )
    return pa.concat_tables([table, other])


def _metadata(metadata: dict[bytes, bytes] | None) -> Edit:
    return lambda table: table.replace_schema_metadata(metadata)


def vector_cases() -> list[Case]:
    acts: dict[str, tuple[Callable[[Place], Act], tuple[str, ...]]] = {
        "train": (lambda place: of.train(place.world, "clmt"), ("graph", "vectors")),
        "evaluate": (lambda place: of.evaluate(place.world, "clmt"), ("model:clmt", "vectors")),
        "vary": (lambda place: of.text_vary(place.world), ("vectors",)),
    }
    values: dict[str, Edit] = {
        "entity twice, other vector": _twice_other,
        "NaN in one": _vector(lambda row: [float("nan"), *row[1:]]),
        "inf in one": _vector(lambda row: [float("inf"), *row[1:]]),
        "1e38 in one": _vector(lambda row: [1e38, *row[1:]]),
        "integers": column(
            "vector", lambda rows: [[int(9 * cell) for cell in row] for row in rows], pa.list_(pa.int32(), 16)
        ),
    }
    forms: dict[str, Edit] = {
        "kind unknown": column("kind", first("gene")),
        "kind null": column("kind", first(None)),
        "lists of any length": _other_lengths(lambda number: 16 - number % 3),
        "lists of two lengths": _other_lengths(lambda number: 16 if number else 8),
        "null vector": column("vector", first(None)),
        "column lost": lost("vector"),
        "kind lost": lost("kind"),
        "no rows": no_rows,
        "text": texts_only,
        "entity lost": lambda table: table.slice(1),
    }
    owners: dict[str, Edit] = {
        "no metadata": _metadata(None),
        "metadata not UTF-8": _metadata({b"encoder": b"\xff\xfe"}),
    }
    made = []
    for suffix, (act, stages) in acts.items():
        made += many("A15", "text vectors:", VECTORS, act, values, stages, "text_lsa", suffix)
        chosen = forms if suffix != "vary" else {key: edit for key, edit in forms.items() if key != "entity lost"}
        made += many("C5", "text vectors:", VECTORS, act, chosen, stages, "text_lsa", suffix)
        made += many(
            "C5" if suffix == "vary" else "A7", "text vectors:", VECTORS, act, owners, stages, "text_lsa", suffix
        )
        if suffix != "vary":
            made.append(
                Case(
                    "A7",
                    f"text vectors: another encoder's ({suffix})",
                    _another_encoder(act),
                    ("text_shuffled|text_lsa",),
                    stages=stages,
                )
            )
    return made


def _another_encoder(act: Callable[[Place], Act]) -> Callable[[Place], Act]:
    def change(place: Place) -> Act:
        place.put(VECTORS, place.get("results/demo/features/text_text_shuffled.parquet"))
        return act(place)

    return change


def fold_cases() -> list[Case]:
    def graphing(place: Place) -> Act:
        return of.graph(place.world)

    def other_split(place: Place) -> Act:
        settings = place.world.settings("graph", wildcards={"split": "demo_cells"})
        return of.graph(place.world, settings=settings)

    def other_settings(**changes: Any) -> Callable[[Place], Act]:
        return lambda place: of.graph(place.world, settings=place.world.settings("graph", **changes))

    edits: dict[str, Edit] = {
        "ids as numbers": column("cell_line_id", lambda ids: [int(one) for one in ids], pa.int64()),
        "ids as bytes": column("cell_line_id", lambda ids: [one.encode() for one in ids], pa.binary()),
        "drug null": column("drug_id", first(None)),
        "fold as text": column("fold", lambda rows: [str(row) for row in rows], pa.string()),
        "role unknown": column("role", first("trial"), pa.string()),
        "role lost": lost("role"),
        "no rows": no_rows,
        "row twice": row_twice,
        "pair lost": lambda table: table.slice(1),
        "text": texts_only,
    }
    owned: dict[str, Edit] = {
        "all train": column("role", each("train"), pa.string()),
        "no validation pair": column(
            "role", lambda roles: ["train" if role == "validation" else role for role in roles], pa.string()
        ),
        "no metadata": _metadata(None),
    }
    made = many("C8", "folds:", FOLDS, graphing, edits, ("graph",), "folds", "graph")
    made += many("A8", "folds:", FOLDS, graphing, owned, ("graph",), "folds|fold ", "graph")
    named = "folds: another split's under this split's name (graph)"
    made.append(Case("A8", named, other_split, ("demo_mixed",), stages=("graph",)))
    made.append(
        Case("A8", "folds: another data set's (graph)", other_settings(dataset="other"), ("demo",), stages=("graph",))
    )
    return made


def response_cases() -> list[Case]:
    def folding(place: Place) -> Act:
        return of.folds(place.world)

    def graphing(place: Place) -> Act:
        return of.graph(place.world)

    def evaluating(place: Place) -> Act:
        return of.evaluate(place.world, "drug_mean")

    made = []
    for value in (1e300, -1e30, 1000.0, -50.0, float("nan"), float("inf")):
        for suffix, act in (("folds", folding), ("graph", graphing)):
            edit = column("ln_ic50", first(value))
            made.append(
                Case(
                    "A4",
                    f"response: {value:g} ({suffix})",
                    changed(RESPONSE, edit, act),
                    ("response",),
                    stages=("graph",),
                )
            )
    other = column("ln_ic50", lambda values: [value + 0.5 for value in values])
    made.append(
        Case(
            "A8",
            "response: another data set's (evaluate)",
            changed(RESPONSE, other, evaluating),
            ("response",),
            stages=("model:drug_mean",),
        )
    )
    forms: dict[str, Edit] = {
        "values as text": column("ln_ic50", lambda values: [str(value) for value in values], pa.string()),
        "ids as numbers": column("cell_line_id", lambda ids: [int(one) for one in ids], pa.int64()),
        "drug null": column("drug_id", first(None)),
        "column lost": lost("ln_ic50"),
        "no rows": no_rows,
        "row twice": row_twice,
    }
    made += many("C8", "response:", RESPONSE, evaluating, forms, ("model:drug_mean",), "response", "evaluate")
    made += many(
        "C8",
        "response:",
        RESPONSE,
        graphing,
        forms,
        ("graph",),
        "response",
        "graph",
    )
    return made


def prediction_cases() -> list[Case]:
    figures, stages = (lambda place: of.figures()), ("collected",)
    values: dict[str, Edit] = {
        "inf": column("predicted", first(float("inf"))),
        "NaN": column("predicted", first(float("nan"))),
        "null": column("predicted", first(None)),
        "all zero": column("predicted", each(0.0)),
        "one other": column("predicted", lambda values: [values[0] + 0.1, *values[1:]]),
    }
    forms: dict[str, Edit] = {
        "id null": column("cell_line_id", first(None)),
        "ids as numbers": column("cell_line_id", lambda ids: [int(one) for one in ids], pa.int64()),
        "predicted text": column("predicted", lambda values: [str(value) for value in values], pa.string()),
        "ids large strings": column("cell_line_id", list, pa.large_string()),
        "column lost": lost("predicted"),
        "row twice": row_twice,
        "row lost": lambda table: table.slice(1),
        "no rows": no_rows,
    }
    made = []
    for suffix, act in (("collect", lambda place: of.collect()), ("figures", figures)):
        for name, edit in values.items():
            cause = "C4" if (name, suffix) == ("NaN", "figures") else "A9"
            made.append(
                Case(
                    cause,
                    f"predictions predicted {name} ({suffix})",
                    changed(PREDICTIONS, edit, act),
                    ("predictions|metrics",),
                    stages=stages,
                )
            )
        made += many("C4", "predictions", PREDICTIONS, act, forms, stages, "predictions", suffix)
    return made


def corpus_cases() -> list[Case]:
    edits: dict[str, Edit] = {
        "position text": column("position", lambda rows: [str(row) for row in rows], pa.string()),
        "position null": column("position", first(None)),
        "sentence null": column("sentence", first(None)),
        "sentence a number": column("sentence", lambda rows: list(range(len(rows))), pa.int64()),
        "sentence empty": column("sentence", first("")),
        "blank sentences of one": column("sentence", first("  ")),
        "entity null": column("entity_id", first(None)),
        "repeats null": column("repeats", first(None)),
        "all repeats": column("repeats", each(True)),
        "source null": column("source", first(None)),
        "no rows": no_rows,
        "row twice": row_twice,
        "column lost": lost("sentence"),
    }
    acts: dict[str, Callable[[Place], Act]] = {
        "text page": lambda place: of.text_page(),
        "text encode": lambda place: of.text_encode(place.world),
        "text show": lambda place: of.text_show(),
    }
    return [
        case
        for suffix, act in acts.items()
        for case in many("C7", "corpus", CORPUS, act, edits, ("text",), "drugs.parquet", suffix)
    ]


def structure_cases() -> list[Case]:
    def act(place: Place) -> Act:
        return place.world.tables()

    edits: dict[str, Edit] = {
        "null name": column("name", first(None)),
        "number as name": column("name", lambda rows: list(range(len(rows))), pa.int64()),
        "text as cid": column("cid", lambda rows: [f"CID{row}" for row in range(len(rows))], pa.string()),
        "column lost": lost("smiles"),
        "cid fraction": column("cid", lambda rows: [0.5] * len(rows), pa.float64()),
        "smiles numbers": column("smiles", lambda rows: list(range(len(rows))), pa.int64()),
    }
    made = many("C9", "structures", STRUCTURES, act, edits, ("structures",), "structures", "tables")
    titles = column("title", lambda rows: list(range(len(rows))), pa.int64())
    return [
        *made,
        Case(
            "A11",
            "structures number as title",
            changed(STRUCTURES, titles, act),
            ("structures",),
            stages=("structures",),
        ),
    ]


def cases() -> list[Case]:
    parts = (vector_cases, fold_cases, response_cases, prediction_cases, corpus_cases, structure_cases)
    return [case for part in parts for case in part()]
