"""The joined sources as data frames in the order and columns of `clmt.tables.schema`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clmt.reading.delimited import Matrix
from clmt.tables.compounds import CompoundLabels
from clmt.tables.layouts.survey import Layout
from clmt.tables.schema import join_labels

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["cell_frame", "censored_note", "drug_frame", "omics_frame", "response_frame"]


def response_frame(response: Matrix, censored: np.ndarray) -> pd.DataFrame:
    """One row per response that is there, sorted by cell line and drug."""
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


def omics_frame(matrix: Matrix, ids: list[str], kind: str) -> pd.DataFrame:
    """Rows of ``ids``, sorted, and one column per gene."""
    import pandas as pd

    places = {cell_line: row for row, cell_line in enumerate(matrix.ids)}
    wanted = sorted(ids)
    values = matrix.values[[places[cell_line] for cell_line in wanted]]
    frame = pd.DataFrame(values.astype("float32" if kind == "expression" else "int8"), columns=matrix.columns)
    frame.insert(0, "cell_line_id", wanted)
    return frame


def cell_frame(ids: list[str], annotation: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """One row per cell line; blank fields where the source has no annotation."""
    import pandas as pd

    blank = {"primary_site": "", "histology": ""}
    rows = [
        {"cell_line_id": cell_line, "name": cell_line} | blank | dict(annotation.get(cell_line, {}))
        for cell_line in ids
    ]
    return pd.DataFrame(rows)


def drug_frame(
    ids: list[str],
    drugs: Mapping[str, Mapping[str, Any]],
    layout: Layout,
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


def censored_note(layout: Layout, response: pd.DataFrame) -> dict[str, Any]:
    """Entry of the audit on censoring: whether the source tells, and how many."""
    if layout.censored_at is None:
        return {"known": False, "note": "the source does not tell which responses lie beyond the highest dose"}
    count = int(response["censored"].sum())
    note = f"ln IC50 at or above {layout.censored_at:.6f} (8 uM, the highest dose) is a lower bound"
    return {"known": True, "count": count, "share": round(count / len(response), 4), "note": note}
