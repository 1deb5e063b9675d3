"""Published tables that were edited, cut or re-saved: causes A1, A4, A5, A10, A12, A13, A24, C10 and D."""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from tests.cases.case import Act, Case, Check, Place
from tests.cases.damage import zip_of

Rows = list[list[str]]
Edit = Callable[[Rows], Rows]
NAMES = {"gdsc": "GDSC_DATASET_S1-S12", "ccle": "CCLE_DATASET_S13-S26"}
#: Tables of CCLE, and those of the simulated GDSC that they are made of.
CCLE_OF = {"S13": "S1", "S17": "S3", "S18": "S4", "S25": "S5", "S19": "S6", "S22": "S12"}
LN_8 = math.log(8)


@cache
def tables(archive: Path) -> dict[str, dict[str, Rows]]:
    """The simulated tables of GDSC, and the same cell lines and drugs in the layout of CCLE; rows by table."""
    with zipfile.ZipFile(archive) as opened:
        members = {Path(name).name: opened.read(name).decode() for name in opened.namelist() if name.endswith(".csv")}
    gdsc = {name.split("_")[1]: list(csv.reader(io.StringIO(text))) for name, text in members.items()}
    names = {row[2]: f"{row[1].replace('-', '')}_{row[3].upper()}" for row in gdsc["S5"][1:]}
    ccle: dict[str, Rows] = {}
    for table, source in CCLE_OF.items():
        ccle[table] = [[names.get(row[0], row[0]), *row[1:]] for row in gdsc[source]]
    ccle["S25"] = [["", "SAMPLE_NAME", "PRIMARY_SITE", "PRIMARY_HISTOLOGY"]]
    ccle["S25"] += [[row[0], names[row[2]], row[3], row[4]] for row in gdsc["S5"][1:]]
    ccle["S19"] = [[_limited(cell) if number else cell for number, cell in enumerate(row)] for row in ccle["S19"]]
    ccle["S19"][0][0] = "CCLE Cell Line Name"
    ccle["S22"][0][0] = "TARGET"
    return {"gdsc": gdsc, "ccle": ccle}


def _limited(cell: str) -> str:
    try:
        return f"{min(float(cell), LN_8):.6f}"
    except ValueError:
        return cell


def csv_of(rows: Rows) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def write_archive(place: Place, dataset: str, changes: dict[str, bytes]) -> str:
    """Write the archive of a dataset with some tables replaced; returns its path."""
    members = {table: csv_of(rows) for table, rows in tables(place.world.sources["survey_gdsc"])[dataset].items()}
    folder = NAMES[dataset]
    named = {
        f"{folder}/Table_{table}_{dataset.upper()}_made.csv": data for table, data in {**members, **changes}.items()
    }
    place.put(f"{folder}.zip", zip_of({**named, f"{folder}/README_SIMULATED.txt": b"SIMULATED\n"}))
    return f"{folder}.zip"


def tables_command(place: Place, dataset: str, archive: str, **paths: str) -> list[str]:
    made = json.loads(place.world.settings("tables"))
    settings = json.dumps({**made, "layout": f"survey_{dataset}", "cell_lines": None, "drugs": None})
    return place.world.tables(archive=archive, settings=settings, **paths)


def on_rows(edit: Edit) -> Callable[[Rows], bytes]:
    """An edit of rows as one of bytes."""
    return lambda rows: csv_of(edit([list(row) for row in rows]))


def table_case(
    cause: str,
    dataset: str,
    table: str,
    name: str,
    edit: Callable[[Rows], bytes],
    *words: str,
    check: Check | None = None,
) -> Case:
    """``clmt tables`` on a dataset of which one table is edited."""

    def act(place: Place) -> Act:
        rows = tables(place.world.sources["survey_gdsc"])[dataset][table]
        data = edit(rows)
        assert data != csv_of(rows), f"{name}: the edit changes nothing"
        return tables_command(place, dataset, write_archive(place, dataset, {table: data}))

    return Case(cause, f"{dataset} Table_{table}_{name}", act, (f"Table_{table}", *words), check, ("structures",))


def header_short(name: str | None, lost: int = -1) -> Callable[[Rows], bytes]:
    """A header without one of its cells; ``name`` is what it calls the ids."""

    def edit(rows: Rows) -> Rows:
        header = [name if name is not None else rows[0][0], *rows[0][1:]]
        del header[lost]
        return [header, *rows[1:]]

    return on_rows(edit)


def cell(row: int, column: int, value: str) -> Callable[[Rows], bytes]:
    def edit(rows: Rows) -> Rows:
        rows[row][column] = value
        return rows

    return on_rows(edit)


def values(change: Callable[[float], float]) -> Callable[[Rows], bytes]:
    """Every number of a matrix in another unit."""

    def other(text: str) -> str:
        try:
            return f"{change(float(text)):.6g}"
        except ValueError:
            return text

    return on_rows(lambda rows: [rows[0], *([row[0], *map(other, row[1:])] for row in rows[1:])])


def column_twice(name: str) -> Callable[[Rows], bytes]:
    return on_rows(lambda rows: [[*row, name if not number else "OTHER"] for number, row in enumerate(rows)])


def without_column(name: str) -> Callable[[Rows], bytes]:
    def edit(rows: Rows) -> Rows:
        place = rows[0].index(name)
        return [row[:place] + row[place + 1 :] for row in rows]

    return on_rows(edit)


def renamed(old: str, new: str) -> Callable[[Rows], bytes]:
    return on_rows(lambda rows: [[new if cell == old else cell for cell in rows[0]], *rows[1:]])


def shifted_cases() -> list[Case]:
    matrices = {"gdsc": ("S1", "S3", "S4", "S6"), "ccle": ("S13", "S17", "S18", "S19")}
    made = []
    for dataset, names in matrices.items():
        for table in names:
            for ids in ("COSMIC_ID", "CCLE Cell Line Name", "cell_line", "ID"):
                words = (r"line \d+|header|ID|cell_line|Name",)
                last, fifth = f"header's last cell lost, ids named {ids}", f"header's fifth cell lost, ids named {ids}"
                made.append(table_case("A1", dataset, table, last, header_short(ids), *words))
                made.append(table_case("A1", dataset, table, fifth, header_short(ids, 5), *words))

    def chain(lost: int) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            rows = tables(place.world.sources["survey_gdsc"])["ccle"]["S19"]
            archive = write_archive(place, "ccle", {"S19": header_short(None, lost)(rows)})
            options = ["--archive", archive, "--mirror", str(place.world.folder / "mirror"), "--out", "out/s.parquet"]
            return ["pubchem", "--dataset-layout", "survey_ccle", *options]

        return act

    for name, lost in (("fifth", 5), ("last", -1)):
        words = ("Table_S19",)
        made.append(Case("A1", f"ccle chain, header's {name} drug lost", chain(lost), words, stages=("structures",)))
    return made


def unit_cases() -> list[Case]:
    exp = math.exp
    units: dict[str, Callable[[float], float]] = {
        "log10 instead of ln": lambda value: value / math.log(10),
        "uM, not logged": exp,
        "pIC50": lambda value: 6 - value / math.log(10),
        "AUC instead": lambda value: 1 / (1 + exp(-value)),
        "ln nM": lambda value: value + 1 + math.log(1000),  # the published median is higher than the simulated one
        "ln M": lambda value: value - math.log(1e6),
        "log2 uM": lambda value: value / math.log(2),
    }
    #: Of GDSC's values alone these cannot be told from ln uM.
    untold = ("log10 instead of ln", "uM, not logged", "pIC50", "log2 uM")
    warned = {"log10 instead of ln": _warned_of_unit}
    made = [
        table_case("A4", "ccle", "S19", name, values(change), check=warned.get(name)) for name, change in units.items()
    ]
    made += [
        table_case("A4", "gdsc", "S6", name, values(change)) for name, change in units.items() if name not in untold
    ]
    made.append(table_case("A4", "ccle", "S19", "one value above 8 uM", cell(4, 5, "4.605"), "line 5"))
    for value in ("1e300", "-1e30", "1000", "21", "-25", "inf"):
        made.append(table_case("A4", "gdsc", "S6", f"value {value}", cell(4, 5, value), "line 5"))
    return made


def expression_cases() -> list[Case]:
    made = []
    for dataset, table in (("gdsc", "S1"), ("ccle", "S13")):
        for value in ("1e30", "1e300", "-1e30", "-300", "5e4", "inf"):
            made.append(table_case("A5", dataset, table, f"value {value}", cell(6, 9, value), "line 7"))
        made.append(table_case("A5", dataset, table, "not logged (2^x)", values(lambda value: 2**value)))
        made.append(table_case("A5", dataset, table, "in thousands", values(lambda value: value * 1000)))
    return made


def control_cases() -> list[Case]:
    made = []
    ids = {"gdsc": ("S1", "S3", "S4", "S6"), "ccle": ("S13", "S17", "S18", "S19")}
    for dataset, names in ids.items():
        for table in names:
            for sign, word in (("\0", "NUL"), ("\x0b", "vertical tab"), ("\x1b", "escape")):
                inside, named = (
                    on_rows(lambda rows, place=place, sign=sign: _with(rows, *place, sign))
                    for place in ((4, 0), (0, 3))
                )
                made.append(table_case("A12", dataset, table, f"id with a {word}", inside, "line 5"))
                made.append(table_case("A12", dataset, table, f"{word} in a column's name", named, "line 1"))
    for dataset, table, name, column in (
        ("gdsc", "S5", "NUL in a name", 1),
        ("gdsc", "S12", "NUL in group", 0),
        ("gdsc", "S12", "NUL in a drug", 1),
        ("ccle", "S25", "NUL in a name", 2),
        ("ccle", "S25", "id with a NUL", 1),
        ("ccle", "S22", "NUL in group", 0),
    ):
        edit = on_rows(lambda rows, column=column: _with(rows, 3, column, "\0"))
        made.append(table_case("A12", dataset, table, name, edit, "line 4"))
    return made


def _with(rows: Rows, row: int, column: int, sign: str) -> Rows:
    text = rows[row][column]
    rows[row][column] = f"{text[:2]}{sign}{text[2:]}"
    return rows


def annotation_cases() -> list[Case]:
    made = []
    for dataset, table, columns in (
        ("gdsc", "S5", ("PRIMARY_SITE", "COSMIC_ID", "PRIMARY_HISTOLOGY", "SAMPLE_NAME")),
        ("ccle", "S25", ("SAMPLE_NAME", "PRIMARY_SITE", "PRIMARY_HISTOLOGY")),
    ):
        made += [
            table_case("A13", dataset, table, f"column {name} twice", column_twice(name), name) for name in columns
        ]
    for dataset, table, column in (("gdsc", "S5", "COSMIC_ID"), ("ccle", "S25", "SAMPLE_NAME")):
        made.append(table_case("D", dataset, table, f"column {column} lost", without_column(column), column))
        made.append(table_case("D", dataset, table, f"column {column} renamed", renamed(column, "OTHER"), column))
    for dataset, table in (("gdsc", "S12"), ("ccle", "S22")):
        made.append(table_case("A10", dataset, table, "quote not closed", _open_quote))
        made.append(table_case("C10", dataset, table, "row of a drug without a group", _other_way, "line"))
        made.append(
            table_case("C10", dataset, table, "row of a group without drugs", on_rows(lambda rows: [*rows, ["Alone"]]))
        )
    for dataset, table in (("ccle", "S25"), ("gdsc", "S5")):
        cut = lambda rows: csv_of(rows)[: len(csv_of(rows)) // 2 - 3]  # noqa: E731
        made.append(table_case("A24", dataset, table, "cut in a row", cut, check=_warned))
    return made


def _open_quote(rows: Rows, before: int = 0) -> bytes:
    lines = csv_of(rows).decode().splitlines(keepends=True)
    at = lines[2].index(",") + 1 + before
    lines[2] = f'{lines[2][:at]}"{lines[2][at:].replace(chr(34), "")}'
    return "".join(lines).encode()


def _other_way(rows: Rows) -> bytes:
    return csv_of([[row[1], row[0]] for row in rows] + [["Alone"]])


def _warned(place: Place, done: object) -> str | None:
    said = getattr(done, "err", "")
    return None if "WARNING" in said and "line end" in said else f"no warning: {said[-200:]}"


def _warned_of_unit(place: Place, done: object) -> str | None:
    said = getattr(done, "err", "")
    return None if "WARNING" in said and "natural logarithms" in said else f"no warning: {said[-200:]}"


def compound_cases() -> list[Case]:
    """GDSC's list of compounds."""

    def act(edit: Callable[[bytes], bytes]) -> Callable[[Place], Act]:
        def run(place: Place) -> Act:
            data = place.world.sources["gdsc_compounds"].read_bytes()
            place.put("compounds.csv", edit(data))
            return place.world.tables(compounds="compounds.csv")

        return run

    def twice(data: bytes) -> bytes:
        return (
            b"\n".join(line + (b",TARGET" if not number else b",X") for number, line in enumerate(data.splitlines()))
            + b"\n"
        )

    def commas(data: bytes) -> bytes:
        lines = data.splitlines()
        return b"\n".join([*lines[:-1], b'999,X,Gefitinib,,"' + b"a," * 20_000 + b'",Mitosis']) + b"\n"

    edits: Sequence[tuple[str, str, Callable[[bytes], bytes], Check | None]] = (
        ("A12", "compounds NUL", lambda data: data.replace(b"SIMULATED", b"SIMU\0LATED", 1), None),
        ("A13", "compounds column twice", twice, None),
        ("B2", "compounds, 20,000 commas in a TARGET", commas, lambda place, done: None),
    )
    return [Case(cause, name, act(edit), ("compounds",), check, ("structures",)) for cause, name, edit, check in edits]


def cases() -> list[Case]:
    parts = (shifted_cases, unit_cases, expression_cases, control_cases, annotation_cases, compound_cases)
    return [case for part in parts for case in part()]
