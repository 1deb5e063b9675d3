"""The joined sources as data frames in the order and columns of `clmt.tables.schema`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from clmt.reading.matrix import Matrix
from clmt.reading.passports import Passport
from clmt.tables.audit import Audit
from clmt.tables.compounds import CompoundLabels
from clmt.tables.drugs import ResolvedDrug
from clmt.tables.responses import Responses
from clmt.tables.schema import join_labels

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cell_frame", "drug_frame", "omics_frame", "response_frame"]


def response_frame(responses: Responses) -> pd.DataFrame:
    """One row per response that is there, sorted by cell line and drug."""
    import numpy as np
    import pandas as pd

    rows, columns = np.nonzero(responses.present)
    frame = pd.DataFrame(
        {
            "cell_line_id": [responses.cell_lines[row] for row in rows],
            "drug_id": [responses.drugs[column] for column in columns],
            "ln_ic50": responses.values[rows, columns],
            "censored": responses.censored[rows, columns],
        }
    )
    return frame.sort_values(["cell_line_id", "drug_id"], ignore_index=True)


def omics_frame(matrix: Matrix, ids: Sequence[str], kind: str) -> pd.DataFrame:
    """Rows of ``ids``, sorted, and one column per gene."""
    import pandas as pd

    places = {cell_line: row for row, cell_line in enumerate(matrix.ids)}
    wanted = sorted(ids)
    values = matrix.values[[places[cell_line] for cell_line in wanted]]
    frame = pd.DataFrame(values.astype("float32" if kind == "expression" else "int8"), columns=matrix.columns)
    frame.insert(0, "cell_line_id", wanted)
    return frame


def cell_frame(
    ids: Sequence[str],
    annotation: Mapping[str, Mapping[str, str]],
    passports: Mapping[str, Passport],
    audit: Audit,
) -> pd.DataFrame:
    """One row per cell line, sorted; blank fields where the source has no annotation, no donor where none is known.

    A donor that the annotation names goes before that of the passports.
    """
    import pandas as pd

    blank = {"primary_site": "", "histology": ""}
    rows = [
        {"cell_line_id": cell_line, "name": cell_line} | blank | dict(annotation.get(cell_line, {}))
        for cell_line in sorted(ids)
    ]
    frame = pd.DataFrame(rows, columns=["cell_line_id", "name", "primary_site", "histology"])
    known = [passports.get(cell_line, Passport()) for cell_line in frame["cell_line_id"]]
    frame["synonyms"] = [join_labels(passport.names) for passport in known]
    own = [row.get("donor") for row in rows]
    frame["donor"] = pd.Series(
        [donor or passport.donor for donor, passport in zip(own, known, strict=True)], dtype=object
    )
    audit.count_donors(dict(zip(frame["cell_line_id"], frame["donor"], strict=True)))
    return frame


def drug_frame(
    drugs: Mapping[str, ResolvedDrug],
    names: Mapping[str, str],
    given: Mapping[str, Mapping[str, list[str]]],
    compounds: CompoundLabels,
    audit: Audit,
) -> pd.DataFrame:
    """One row per drug, sorted; the supplement's own labels come first, the compounds fill what it leaves blank.

    Parameters
    ----------
    drugs
        By the name that was kept, which is the id.
    names
        Name by id.
    given
        Labels that the source gives to each drug, by the column that they belong to.
    compounds
        Labels of GDSC's list of screened compounds.
    audit
        Takes where the labels come from.
    """
    import pandas as pd

    ids = sorted(drugs)
    frame = pd.DataFrame({"drug_id": ids, "name": [names[drug] for drug in ids]})
    frame["pubchem_cid"] = pd.array([drugs[drug].cid for drug in ids], dtype="Int64")
    for column in ("smiles", "inchikey"):
        frame[column] = [getattr(drugs[drug], column) for drug in ids]
    audit.labels["ambiguous_in_compounds"] = compounds.ambiguous
    for column, extra in (("targets", compounds.targets), ("target_pathway", compounds.target_pathway)):
        known = given.get(column, {})
        own = {drug: join_labels(label for name in drugs[drug].names for label in known.get(name, [])) for drug in ids}
        filled = {drug: own[drug] or extra.get(drug, "") for drug in ids}
        audit.count_labels(column, ids, own, filled)
        frame[column] = list(filled.values())
    return frame
