"""Two datasets joined to one: a model is trained on the responses of one study and tested on those of the other.

A cell line of each study stays a row of its own, ``<study>:<id>``, with the omics that its study measured: what one
laboratory calls high is another's middle. A drug is one row for both, found by its InChIKey, else by the skeleton that
is its first block. Genes are those of both, by symbol.

Expression is standardised within each study, gene by gene, over the study's own cell lines: mean 0 and standard
deviation 1. That of the test study needs its cell lines' expression, and none of its responses.

Which cell lines of the two are one is told by the donor that the passports know by any of their ids (Cellosaurus is
not needed: COSMIC, Sanger, DepMap and CCLE ids lead to the same model), and by the name where a donor is unknown.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.acquire.pubchem import write_structures
from clmt.errors import ClmtError
from clmt.files import write_json
from clmt.reading.parquet import read_parquet
from clmt.scratch import scratch_folder
from clmt.tables.schema import KINDS, read_table, target_of, write_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["join_studies", "study_of", "write_studies"]

logger = logging.getLogger(__name__)

_OMICS = ("expression", "mutation", "copy_number")
Frames = Mapping[str, "pd.DataFrame"]


def study_of(cell_line_id: str) -> str:
    """Study of a cell line of joined tables."""
    return cell_line_id.partition(":")[0]


def join_studies(train: Frames, test: Frames, names: tuple[str, str]) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Join the six tables of two datasets, whose names are those of the studies.

    Returns
    -------
    The six tables, and what ``audit.json`` says of them: how many genes, cell lines, drugs and pairs are of both.

    Raises
    ------
    ClmtError
        Where the studies have no gene, or no drug and no cell line, in common.
    """
    both: dict[str, pd.DataFrame] = {}
    audit: dict[str, Any] = {"train": names[0], "test": names[1], "genes": {}}
    ids = _drug_ids(train["drugs"], test["drugs"], names[1])
    parts = (dict(train), {**test, **{kind: _renamed(test[kind], ids) for kind in ("response", "drugs")}})
    for kind in _OMICS:
        shared = [name for name in train[kind].columns[1:] if name in set(test[kind].columns[1:])]
        if not shared:
            raise ClmtError(f"studies {names[0]} and {names[1]}: no gene of {kind} in common! Join other datasets")
        audit["genes"][kind] = len(shared)
        found = [part[kind][["cell_line_id", *shared]] for part in parts]
        both[kind] = _stacked([_standardised(part) for part in found] if kind == "expression" else found, names)
    response, averaged = _averaged(parts[1]["response"])
    both["response"] = _stacked([parts[0]["response"], response], names)
    both["cell_lines"] = _with_donors(_stacked([part["cell_lines"] for part in parts], names))
    both["drugs"] = _one_row_each(parts[0]["drugs"], parts[1]["drugs"])
    audit |= _count(both, parts, names) | {"averaged_responses": averaged}
    if not audit["drugs"]["both"] and not audit["donors"]["both"]:
        raise ClmtError(f"studies {names[0]} and {names[1]}: no drug and no cell line in common! Join other datasets")
    return both, audit


def write_studies(train: Path, test: Path, out: Path, *, names: tuple[str, str]) -> None:
    """Join the tables of two folders and write the six tables, ``structures.parquet`` and ``audit.json``."""
    frames = [{kind: read_table(Path(folder) / f"{kind}.parquet", kind) for kind in KINDS} for folder in (train, test)]
    targets = [target_of(Path(folder) / "response.parquet") for folder in (train, test)]
    if targets[0] != targets[1]:
        raise ClmtError(
            f"studies {names[0]} and {names[1]}: their responses are not the same! got: {targets[0]} and {targets[1]}, "
            "expected: one target. Join other datasets"
        )
    both, audit = join_studies(frames[0], frames[1], names)
    structures = _structures(*(Path(folder) / "structures.parquet" for folder in (train, test)))
    with scratch_folder(Path(out) / "tables") as staging:
        write_structures(structures, staging / "structures.parquet")
        for kind in KINDS:
            write_table(both[kind], staging / f"{kind}.parquet", kind, targets[0])
        write_json(staging / "audit.json", audit)
        for path in sorted(staging.iterdir()):
            path.replace(Path(out) / path.name)
    logger.info("%s and %s: %s", *names, {key: audit[key] for key in ("genes", "donors", "drugs", "pairs")})


def _structures(*paths: Path) -> pd.DataFrame:
    """What PubChem said of the names of both studies, each name once."""
    import pandas as pd

    found = [read_parquet(path, "the structures do", "Make them with 'clmt pubchem'").to_pandas() for path in paths]
    return pd.concat(found, ignore_index=True).drop_duplicates("name", ignore_index=True)


def _drug_ids(train: pd.DataFrame, test: pd.DataFrame, study: str) -> dict[str, str]:
    """Id of each drug of the test study: that of the training study's drug of the same structure, else its own."""
    by_key: dict[str, str] = {}
    for drug, key in sorted(zip(train["drug_id"], train["inchikey"], strict=True)):
        by_key.setdefault(key, drug)
        by_key.setdefault(key.split("-")[0], drug)
    known = set(train["drug_id"])
    found = {}
    for drug, key in zip(test["drug_id"], test["inchikey"], strict=True):
        same = by_key.get(key) or by_key.get(key.split("-")[0])
        # A name of the training study's that is another compound's.
        found[drug] = same or (f"{drug} ({study})" if drug in known else drug)
    return found


def _renamed(frame: pd.DataFrame, ids: Mapping[str, str]) -> pd.DataFrame:
    return frame.assign(drug_id=[ids[drug] for drug in frame["drug_id"]])


def _averaged(response: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """One response of a pair: the mean where two drugs of the test study are one; how many are such means."""
    groups = response.groupby(["cell_line_id", "drug_id"], sort=True)
    found = groups.agg(ln_ic50=("ln_ic50", "mean"), censored=("censored", "any")).reset_index()
    return found, int((groups.size() > 1).sum())


def _standardised(frame: pd.DataFrame) -> pd.DataFrame:
    """Each gene with mean 0 and standard deviation 1 over the rows; one that is constant is 0."""
    import pandas as pd

    values = frame.iloc[:, 1:].to_numpy(dtype=np.float64)
    spread = values.std(axis=0)
    scaled = np.divide(values - values.mean(axis=0), spread, out=np.zeros_like(values), where=spread > 1e-6)
    made = pd.DataFrame(scaled.astype(np.float32), columns=frame.columns[1:], index=frame.index)
    made.insert(0, "cell_line_id", frame["cell_line_id"])
    return made


def _stacked(parts: list[pd.DataFrame], names: tuple[str, str]) -> pd.DataFrame:
    """Rows of both studies under ids that say which, sorted."""
    import pandas as pd

    told = [
        part.assign(cell_line_id=[f"{name}:{cell}" for cell in part["cell_line_id"]])
        for part, name in zip(parts, names, strict=True)
    ]
    keys = ["cell_line_id", *(["drug_id"] if "drug_id" in told[0] else [])]
    return pd.concat(told, ignore_index=True).sort_values(keys, ignore_index=True)


def _with_donors(cell_lines: pd.DataFrame) -> pd.DataFrame:
    """Give cell lines of one name in both studies one donor, where that of one of them is unknown."""
    by_name: dict[str, list[int]] = {}
    for row, name in enumerate(cell_lines["name"]):
        by_name.setdefault(re.sub(r"[^A-Z0-9]", "", str(name).upper()), []).append(row)
    donors = [donor if isinstance(donor, str) else None for donor in cell_lines["donor"]]
    for name, rows in by_name.items():
        known = sorted({donor for row in rows if (donor := donors[row]) is not None})
        if len(rows) > 1 and name and len(known) <= 1:
            for row in rows:
                donors[row] = known[0] if known else f"name {name}"
    return cell_lines.assign(donor=donors)


def _one_row_each(train: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """Drugs of both studies, a drug of both as the training study has it."""
    import pandas as pd

    new = test[~test["drug_id"].isin(set(train["drug_id"]))].drop_duplicates("drug_id")
    return pd.concat([train, new], ignore_index=True).sort_values("drug_id", ignore_index=True)


def _count(both: Frames, parts: tuple[Frames, Frames], names: tuple[str, str]) -> dict[str, Any]:
    sets = {
        "drugs": [set(part["drugs"]["drug_id"]) for part in parts],
        "donors": [
            {donor for cell, donor in _donor_pairs(both["cell_lines"]) if study_of(cell) == name} for name in names
        ],
    }
    counts: dict[str, Any] = {
        key: {"train": len(first), "test": len(second), "both": len(first & second)}
        for key, (first, second) in sets.items()
    }
    studies = both["response"]["cell_line_id"].map(study_of)
    counts["pairs"] = {role: int((studies == name).sum()) for role, name in zip(("train", "test"), names, strict=True)}
    counts["expression"] = "standardised gene by gene over each study's own cell lines"
    return counts


def _donor_pairs(cell_lines: pd.DataFrame) -> list[tuple[str, str]]:
    """Id and donor of each cell line whose donor is known."""
    rows = zip(cell_lines["cell_line_id"], cell_lines["donor"], strict=True)
    return [(cell, donor) for cell, donor in rows if isinstance(donor, str)]
