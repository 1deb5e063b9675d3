"""Join the sources of a dataset into its six tables, and keep account of everything that is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.files import write_json
from clmt.planning.settings.tables import TableSettings
from clmt.reading.passports import read_passports
from clmt.scratch import scratch_folder
from clmt.tables.audit import Audit, own_account
from clmt.tables.compounds import CompoundLabels, look_up_compounds
from clmt.tables.drugs import resolve_drugs
from clmt.tables.frames import cell_frame, drug_frame, omics_frame, response_frame
from clmt.tables.joins import (
    drop_empty,
    drop_repeated_arrays,
    exclude_drugs,
    join_cell_lines,
    keep_slice,
    restore_genes,
    with_unaltered,
)
from clmt.tables.layouts.reader import Archive, archive_name, check_simulated, drug_details, layout_reader
from clmt.tables.schema import KINDS, write_table
from clmt.target import AUC, LN_IC50

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Tables", "build_tables", "write_tables"]


@dataclass
class Tables:
    """The six tables by kind, the audit that goes with them, and what the responses are."""

    frames: dict[str, pd.DataFrame]
    audit: Audit
    target: str = LN_IC50


def build_tables(
    settings: TableSettings,
    *,
    archive: Archive,
    structures: Mapping[str, Mapping[str, Any]],
    compounds: Path | None = None,
    passports: Path | None = None,
) -> Tables:
    """Read, check and join.

    Parameters
    ----------
    settings
        Layout, drugs to leave out, and the size of a slice.
    archive
        Where the files of the layout lie: the zip archive of the survey supplement, or a file for each part.
    structures
        By drug name: ``cid``, ``smiles`` and ``title`` (None where PubChem has none).
    compounds
        GDSC's list of screened compounds, which fills in targets and pathways that the source does not give.
    passports
        Cell Model Passports' list of models, which tells the donors of the cell lines.

    Raises
    ------
    ClmtError
        For anything wrong in a source, and where a join leaves nothing.
    """
    reader = layout_reader(settings.layout, settings)
    check_simulated(reader, archive, settings.simulated)
    audit = Audit(settings.layout, archive_name(archive), {"cell_lines": settings.cell_lines, "drugs": settings.drugs})
    if settings.unit is not None and isinstance(archive, Mapping):
        audit.own = own_account(archive, settings.unit)
    groups, details = reader.groups(archive), drug_details(reader, archive)
    responses = audit.begin(reader.responses(archive))
    responses = exclude_drugs(responses, settings.exclude_drugs, audit)
    responses, drugs = resolve_drugs(responses, structures, groups, audit)
    omics = with_unaltered(restore_genes(reader.omics(archive), audit), audit)
    annotation = reader.annotation(archive)
    responses = drop_repeated_arrays(responses, omics, audit)
    responses = join_cell_lines(responses, omics, annotation, audit)
    responses = keep_slice(responses, settings.cell_lines, settings.drugs, audit)
    responses = drop_empty(responses, audit)

    kept = {name: drugs[name] for name in sorted(responses.drugs)}
    names = {name: details[name].name or name if name in details else name for name in kept}
    other_names = {name: [names[name], *drug.names[1:], *drug.titles] for name, drug in kept.items()}
    given = {"targets": {name: list(drug.targets) for name, drug in details.items()}, reader.group_field: groups}
    labels = look_up_compounds(compounds, other_names) if compounds else CompoundLabels()
    frames = {name: omics_frame(matrix, responses.cell_lines, name) for name, matrix in omics.items()}
    frames["response"] = response_frame(responses)
    frames["cell_lines"] = cell_frame(
        responses.cell_lines, annotation, read_passports(passports) if passports else {}, audit
    )
    frames["drugs"] = drug_frame(kept, names, given, labels, audit)
    audit.count_censored(responses, reader.censored_at)
    return Tables(frames, audit, AUC if settings.unit == "auc" else LN_IC50)


def write_tables(tables: Tables, out_dir: Path) -> None:
    """Write the six tables and ``audit.json``; either all of them appear or none."""
    out_dir = Path(out_dir)
    with scratch_folder(out_dir / "tables") as staging:
        for kind in KINDS:
            write_table(tables.frames[kind], staging / f"{kind}.parquet", kind, tables.target)
        write_json(staging / "audit.json", tables.audit.to_json())
        for path in sorted(staging.iterdir()):
            path.replace(out_dir / path.name)
