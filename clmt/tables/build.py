"""Join the sources of a dataset into its six tables, and keep account of everything that is left out."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError, expected_one_of
from clmt.files import parse_settings, write_json
from clmt.reading.delimited import Matrix
from clmt.tables.compounds import CompoundLabels, look_up_compounds, read_compounds
from clmt.tables.drugs import resolve_drugs
from clmt.tables.frames import cell_frame, censored_note, drug_frame, omics_frame, response_frame
from clmt.tables.joins import (
    count_present,
    drop_empty,
    exclude_drugs,
    join_cell_lines,
    keep_slice,
    note_step,
    read_omics,
)
from clmt.tables.layouts import survey
from clmt.tables.schema import KINDS, write_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TableSettings", "Tables", "build_tables", "log_audit", "write_tables"]

logger = logging.getLogger(__name__)

LABELS = ("dataset", "archive")
"""Keys of the settings that tell a data set from another, and that nothing here depends on."""


@dataclass(frozen=True)
class TableSettings:
    """What the tables of a dataset depend on besides the files.

    ``cell_lines`` and ``drugs`` keep so many of each, for a small run; None keeps all. ``simulated`` is what the
    configuration says of the dataset; an archive that says otherwise is refused.
    """

    layout: str
    exclude_drugs: tuple[str, ...] = ()
    cell_lines: int | None = None
    drugs: int | None = None
    simulated: bool = False

    @classmethod
    def from_json(cls, text: str) -> TableSettings:
        """Check settings given as JSON; a ClmtError names the key that is wrong."""
        raw = parse_settings(text)
        keys = {*cls.__dataclass_fields__, *LABELS}
        if unknown := sorted(set(raw) - keys):
            raise expected_one_of("Unknown setting of the tables", unknown, keys)
        survey.layout_of(raw.get("layout", ""))
        excluded = raw.get("exclude_drugs") or []
        if not isinstance(excluded, list) or not all(isinstance(name, str) for name in excluded):
            raise ClmtError(f"exclude_drugs must be a list of drug names! got: {excluded!r}")
        for key in ("cell_lines", "drugs"):
            value = raw.get(key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ClmtError(f"{key} must be a whole number above 0, or null for all! got: {value!r}")
        simulated = raw.get("simulated", False)
        if not isinstance(simulated, bool):
            raise ClmtError(f"simulated must be true or false! got: {simulated!r}")
        return cls(raw["layout"], tuple(excluded), raw.get("cell_lines"), raw.get("drugs"), simulated)


@dataclass
class Tables:
    """The six tables by kind, and the audit that goes with them."""

    frames: dict[str, pd.DataFrame]
    audit: dict[str, Any] = field(default_factory=dict)


def build_tables(
    settings: TableSettings,
    *,
    archive: Path,
    structures: Mapping[str, Mapping[str, Any]],
    compounds: Path | None = None,
) -> Tables:
    """Read, check and join.

    Parameters
    ----------
    settings
        Layout, drugs to leave out, and the size of a slice.
    archive
        Zip archive of the survey supplement.
    structures
        By drug name: ``cid``, ``smiles`` and ``title`` (None where PubChem has none).
    compounds
        GDSC's list of screened compounds, which fills in targets and pathways that the supplement does not give.

    Raises
    ------
    ClmtError
        For anything wrong in a source, and where a join leaves nothing.
    """
    layout = survey.layout_of(settings.layout)
    groups = survey.read_groups(archive, layout)
    survey.check_simulated(archive, settings.simulated)
    response, censored = survey.read_responses(archive, layout)
    audit = _begin(settings, archive, response)
    response, censored = exclude_drugs(response, censored, settings.exclude_drugs, audit)
    response, censored, drugs = resolve_drugs(response, censored, structures, groups, audit)
    note_step(audit, "structures", response)

    omics = read_omics(archive, layout, audit)
    annotation = survey.read_annotation(archive, layout)
    response, censored = join_cell_lines(response, censored, omics, annotation, audit)
    response, censored = keep_slice(response, censored, settings.cell_lines, settings.drugs, audit)
    response, censored = drop_empty(response, censored, audit)
    note_step(audit, "result", response)

    names = {drug: [*drugs[drug]["names"][1:], *drugs[drug]["titles"]] for drug in sorted(response.columns)}
    labels = look_up_compounds(read_compounds(compounds), names) if compounds else CompoundLabels()
    frames = {name: omics_frame(matrix, response.ids, name) for name, matrix in omics.items()}
    frames["response"] = response_frame(response, censored)
    frames["cell_lines"] = cell_frame(sorted(response.ids), annotation)
    frames["drugs"] = drug_frame(list(names), drugs, layout, groups, labels, audit)
    audit["censored"] = censored_note(layout, frames["response"])
    return Tables(frames, audit)


def _begin(settings: TableSettings, archive: Path, response: Matrix) -> dict[str, Any]:
    """Start the audit with the settings and the counts of the source."""
    present = count_present(response.values)
    audit = {
        "layout": settings.layout,
        "archive": Path(archive).name,
        "settings": {"cell_lines": settings.cell_lines, "drugs": settings.drugs},
        "source_responses": {"present": present, "missing": response.values.size - present},
        "joins": [],
    }
    note_step(audit, "source", response)
    return audit


def write_tables(tables: Tables, out_dir: Path) -> None:
    """Write the six tables and ``audit.json``; either all of them appear or none."""
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


def log_audit(audit: Mapping[str, Any]) -> None:
    """Say in a few lines what was left out, merged and mended."""
    for what in ("dropped_drugs", "dropped_cell_lines"):
        for reason, names in audit[what].items():
            if names:
                logger.info("%s, %s: %d (%s)", what.replace("_", " "), reason, len(names), _some(list(names)))
    for merge in audit["merged_drugs"]:
        logger.info("merged with %s: %s", merge["kept"], ", ".join(merge["merged"]))
    for name, reason in audit["corrected_structures"].items():
        logger.info("corrected structure of %s: %s", name, reason)
    for table, genes in audit["genes"].items():
        mended, dropped = {**genes["mended_dates"], **genes["assumed_dates"]}, genes["dropped_dates"]
        if mended or dropped:
            logger.info("%s: %d gene names mended, %d dropped as dates of two genes", table, len(mended), len(dropped))
    for column in ("targets", "target_pathway"):
        without = audit["labels"][column]["without"]
        if without:
            logger.info("%d drugs without %s (%s)", len(without), column, _some(without))
    logger.info("censored: %s", audit["censored"]["note"])


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
