"""Join the sources of a dataset into its six tables, and keep account of everything that is left out."""

from __future__ import annotations

import difflib
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError, expected_one_of
from clmt.files import write_json
from clmt.tables import survey
from clmt.tables.compounds import CompoundLabels, look_up_compounds, read_compounds
from clmt.tables.delimited import Matrix, refuse_duplicates
from clmt.tables.drugs import resolve_drugs
from clmt.tables.genes import mend_genes
from clmt.tables.schema import KINDS, join_labels, write_table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["TableSettings", "build_tables", "write_tables"]

logger = logging.getLogger(__name__)

OMICS = ("expression", "mutation", "copy_number")


@dataclass(frozen=True)
class TableSettings:
    """What the tables of a dataset depend on besides the files.

    ``cell_lines`` and ``drugs`` keep so many of each, for a small run; None keeps all.
    """

    layout: str
    exclude_drugs: tuple[str, ...] = ()
    cell_lines: int | None = None
    drugs: int | None = None

    @classmethod
    def from_json(cls, text: str) -> TableSettings:
        """Check settings given as JSON; a ClmtError names the key that is wrong."""
        try:
            raw = json.loads(text)
        except json.JSONDecodeError as error:
            raise ClmtError(f"--settings is not JSON! got: {text!r} ({error})") from error
        keys = cls.__dataclass_fields__
        if not isinstance(raw, dict) or not set(raw) <= set(keys):
            unknown = sorted(set(raw) - set(keys)) if isinstance(raw, dict) else raw
            raise expected_one_of("Unknown setting of the tables", unknown, keys)
        survey.layout_of(raw.get("layout", ""))
        excluded = raw.get("exclude_drugs") or []
        if not isinstance(excluded, list) or not all(isinstance(name, str) for name in excluded):
            raise ClmtError(f"exclude_drugs must be a list of drug names! got: {excluded!r}")
        for key in ("cell_lines", "drugs"):
            value = raw.get(key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ClmtError(f"{key} must be a whole number above 0, or null for all! got: {value!r}")
        return cls(raw["layout"], tuple(excluded), raw.get("cell_lines"), raw.get("drugs"))


@dataclass
class Tables:
    """The six tables by kind, and the audit that goes with them."""

    frames: dict[str, pd.DataFrame]
    audit: dict[str, Any] = field(default_factory=dict)


def build_tables(
    settings: TableSettings, *, archive: Path, structures: Mapping[str, Mapping[str, Any]], compounds: Path | None = None
) -> Tables:
    """Read, check and join.

    Parameters
    ----------
    settings
        Layout, drugs to leave out, and the size of a slice.
    archive
        Zip archive of the survey supplement.
    structures
        By drug name: ``cid`` and ``smiles`` (None where PubChem has none).
    compounds
        GDSC's list of screened compounds, which fills in targets and pathways that the supplement does not give.

    Raises
    ------
    ClmtError
        For anything wrong in a source, and where a join leaves nothing.
    """
    import numpy as np

    layout = survey.layout_of(settings.layout)
    response, censored = survey.read_responses(archive, layout)
    audit: dict[str, Any] = {"layout": settings.layout, "archive": Path(archive).name, "joins": []}
    audit["settings"] = {"cell_lines": settings.cell_lines, "drugs": settings.drugs}
    audit["source_responses"] = {"present": _count(response.values), "missing": int(np.isnan(response.values).sum())}
    _step(audit, "source", response)
    response, censored = _exclude(response, censored, settings.exclude_drugs, audit)
    response, censored, drugs = resolve_drugs(response, censored, structures, audit)
    _step(audit, "structures", response)

    omics = _read_omics(archive, layout, audit)
    annotation = survey.read_annotation(archive, layout)
    response, censored = _join_cell_lines(response, censored, omics, annotation, audit)
    response, censored = _slice(response, censored, settings, audit)
    response, censored = _drop_empty(response, censored, audit)
    _step(audit, "result", response)

    compound_records = read_compounds(compounds) if compounds else None
    labels = look_up_compounds(compound_records, response.columns) if compound_records else CompoundLabels()
    groups = survey.read_groups(archive, layout)
    frames = {name: _omics_frame(matrix, response.ids, name) for name, matrix in omics.items()}
    frames["response"] = _response_frame(response, censored)
    frames["cell_lines"] = _cell_frame(sorted(response.ids), annotation)
    frames["drugs"] = _drug_frame(sorted(response.columns), drugs, layout, groups, labels, audit)
    audit["censored"] = _censored_note(layout, frames["response"])
    return Tables(frames, audit)


def _count(values: np.ndarray) -> int:
    import numpy as np

    return int((~np.isnan(values)).sum())


def _step(audit: dict[str, Any], name: str, matrix: Matrix) -> None:
    pairs = _count(matrix.values)
    counts = {"cell_lines": len(matrix.ids), "drugs": len(matrix.columns), "pairs": pairs}
    audit["joins"].append({"step": name, **counts})
    logger.info("%-16s %5d cell lines %4d drugs %7d responses", name, *counts.values())
    if pairs == 0:
        raise ClmtError(f"No response is left after step {name!r}! See which cell lines and drugs match: {matrix.source}")


def _take(matrix: Matrix, flags: np.ndarray, rows: list[int], columns: list[int]) -> tuple[Matrix, np.ndarray]:
    """Keep some rows and columns of the responses and of the flags beside them."""
    values = matrix.values[rows][:, columns]
    ids, names = [matrix.ids[row] for row in rows], [matrix.columns[column] for column in columns]
    return Matrix(matrix.source, ids, names, values), flags[rows][:, columns]


def _exclude(
    response: Matrix, censored: np.ndarray, names: tuple[str, ...], audit: dict[str, Any]
) -> tuple[Matrix, np.ndarray]:
    excluded = {name.strip() for name in names}
    for name in sorted(excluded - set(response.columns)):
        near = difflib.get_close_matches(name, response.columns, n=3, cutoff=0.5) or response.columns[:3]
        raise expected_one_of(
            f"exclude_drugs names a drug that {response.source} does not have", name, near, "Correct or remove it"
        )
    audit.setdefault("dropped_drugs", {})["excluded by the settings"] = sorted(excluded)
    kept = [place for place, name in enumerate(response.columns) if name not in excluded]
    taken = _take(response, censored, list(range(len(response.ids))), kept)
    _step(audit, "exclude_drugs", taken[0])
    return taken


def _read_omics(archive: Path, layout: survey.Layout, audit: dict[str, Any]) -> dict[str, Matrix]:
    """Read the three matrices with their gene names mended."""
    matrices = {
        "expression": survey.read_expression(archive, layout),
        "mutation": survey.read_binary(archive, layout.mutation),
        "copy_number": survey.read_binary(archive, layout.copy_number),
    }
    audit["genes"] = {}
    for name, matrix in matrices.items():
        mended = mend_genes(matrix.columns)
        refuse_duplicates(mended.names, matrix.source, "gene")
        matrices[name] = Matrix(matrix.source, matrix.ids, mended.names, matrix.values[:, mended.kept])
        audit["genes"][name] = {
            "count": len(mended.names),
            "mended_dates": mended.mended,
            "assumed_dates": mended.assumed,
            "dropped_dates": mended.dropped,
        }
    return matrices


def _join_cell_lines(
    response: Matrix, censored: np.ndarray, omics: dict[str, Matrix], annotation: Mapping[str, Any], audit: dict[str, Any]
) -> tuple[Matrix, np.ndarray]:
    """Keep the cell lines that have all three matrices; those without an annotation stay, with blank fields."""
    dropped = audit.setdefault("dropped_cell_lines", {})
    kept = list(response.ids)
    for name, matrix in omics.items():
        known = set(matrix.ids)
        dropped[f"no {name}"] = sorted(cell_line for cell_line in kept if cell_line not in known)
        kept = [cell_line for cell_line in kept if cell_line in known]
        if not kept:
            raise _empty_join(response, matrix.source, matrix.ids)
    unknown = sorted(cell_line for cell_line in kept if cell_line not in annotation)
    if len(unknown) == len(kept):
        raise _empty_join(response, "the cell line annotation", list(annotation))
    audit["cell_lines_without_annotation"] = unknown
    audit["cell_lines_without_response_row"] = {
        name: sorted(set(matrix.ids) - set(response.ids)) for name, matrix in omics.items()
    }
    wanted = set(kept)
    rows = [row for row, cell_line in enumerate(response.ids) if cell_line in wanted]
    taken = _take(response, censored, rows, list(range(len(response.columns))))
    _step(audit, "omics", taken[0])
    return taken


def _empty_join(response: Matrix, other: str, ids: list[str]) -> ClmtError:
    got, expected = ", ".join(ids[:3]), ", ".join(response.ids[:3])
    return ClmtError(
        f"{other}: no cell line in common with {response.source}! got: {got}, expected one of: {expected}, ... "
        "Both must use the same ids"
    )


def _slice(
    response: Matrix, censored: np.ndarray, settings: TableSettings, audit: dict[str, Any]
) -> tuple[Matrix, np.ndarray]:
    """Keep ``settings.cell_lines`` and ``settings.drugs``, chosen by a hash so that tissues and classes are mixed."""
    if settings.cell_lines is None and settings.drugs is None:
        return response, censored
    rows = _choose(response.ids, settings.cell_lines)
    columns = _choose(response.columns, settings.drugs)
    taken = _take(response, censored, rows, columns)
    _step(audit, "slice", taken[0])
    return taken


def _choose(names: list[str], count: int | None) -> list[int]:
    """Places of the names with the ``count`` smallest hashes, in their order."""
    digests = [hashlib.sha256(f"clmt slice {name}".encode()).hexdigest() for name in names]
    return sorted(sorted(range(len(names)), key=digests.__getitem__)[:count])


def _drop_empty(response: Matrix, censored: np.ndarray, audit: dict[str, Any]) -> tuple[Matrix, np.ndarray]:
    """Drop drugs and cell lines that have no response left, and note them."""
    import numpy as np

    present = ~np.isnan(response.values)
    rows, columns = np.flatnonzero(present.any(axis=1)), np.flatnonzero(present.any(axis=0))
    lost_rows = sorted(set(response.ids) - {response.ids[row] for row in rows})
    lost_columns = sorted(set(response.columns) - {response.columns[column] for column in columns})
    audit["dropped_cell_lines"]["no response"] = lost_rows
    audit["dropped_drugs"]["no response"] = lost_columns
    return _take(response, censored, rows.tolist(), columns.tolist())


def _response_frame(response: Matrix, censored: np.ndarray) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    rows, columns = np.nonzero(~np.isnan(response.values))
    frame = pd.DataFrame(
        {
            "cell_line_id": [response.ids[row] for row in rows],
            "drug_id": [response.columns[column] for column in columns],
            "ln_ic50": response.values[rows, columns],
            "censored": censored[rows, columns],
        }
    )
    return frame.sort_values(["cell_line_id", "drug_id"], ignore_index=True)


def _omics_frame(matrix: Matrix, ids: list[str], kind: str) -> pd.DataFrame:
    import pandas as pd

    places = {cell_line: row for row, cell_line in enumerate(matrix.ids)}
    wanted = sorted(ids)
    values = matrix.values[[places[cell_line] for cell_line in wanted]]
    frame = pd.DataFrame(values.astype("float32" if kind == "expression" else "int8"), columns=matrix.columns)
    frame.insert(0, "cell_line_id", wanted)
    return frame


def _cell_frame(ids: list[str], annotation: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    import pandas as pd

    blank = {"primary_site": "", "histology": ""}
    rows = [{"cell_line_id": cell_line, "name": cell_line} | blank | dict(annotation.get(cell_line, {})) for cell_line in ids]
    return pd.DataFrame(rows)


def _drug_frame(
    ids: list[str],
    drugs: Mapping[str, Mapping[str, Any]],
    layout: survey.Layout,
    groups: Mapping[str, list[str]],
    labels: CompoundLabels,
    audit: dict[str, Any],
) -> pd.DataFrame:
    """One row per drug; the supplement's own labels come first, the compounds fill what it leaves blank."""
    import pandas as pd

    own = {drug: join_labels(label for name in drugs[drug]["names"] for label in groups.get(name, [])) for drug in ids}
    columns = {"targets": labels.targets, "target_pathway": labels.target_pathway}
    filled: dict[str, dict[str, str]] = {}
    audit["labels"] = {"ambiguous_in_compounds": labels.ambiguous}
    for column, extra in columns.items():
        given = own if column == layout.group_field else dict.fromkeys(ids, "")
        filled[column] = {drug: given[drug] or extra.get(drug, "") for drug in ids}
        audit["labels"][column] = {
            "from_supplement": sum(bool(label) for label in given.values()),
            "from_compounds": sum(not given[drug] and bool(filled[column][drug]) for drug in ids),
            "without": [drug for drug in ids if not filled[column][drug]],
        }
    frame = pd.DataFrame({"drug_id": ids, "name": ids})
    frame["pubchem_cid"] = pd.array([drugs[drug]["cid"] for drug in ids], dtype="Int64")
    for column in ("smiles", "inchikey"):
        frame[column] = [drugs[drug][column] for drug in ids]
    for column, values in filled.items():
        frame[column] = [values[drug] for drug in ids]
    return frame


def _censored_note(layout: survey.Layout, response: pd.DataFrame) -> dict[str, Any]:
    if layout.censored_at is None:
        return {"known": False, "note": "the source does not tell which responses lie beyond the highest dose"}
    count = int(response["censored"].sum())
    note = f"ln IC50 at or above {layout.censored_at:.6f} (8 uM, the highest dose) is a lower bound"
    return {"known": True, "count": count, "share": round(count / len(response), 4), "note": note}


def write_tables(tables: Tables, out_dir: Path) -> None:
    """Write the six tables and ``audit.json``; either all of them appear or none."""
    import shutil
    import tempfile

    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=out_dir, prefix=".tables-"))
    try:
        for kind in KINDS:
            write_table(tables.frames[kind], staging / f"{kind}.parquet", kind)
        write_json(staging / "audit.json", tables.audit)
        for path in sorted(staging.iterdir()):
            path.replace(out_dir / path.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
