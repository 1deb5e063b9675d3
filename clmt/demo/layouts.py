"""The simulated world written out in the layouts of the published files, as bytes that never vary."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clmt.demo.drugs import DRUGS, SALT_FORM, UNKNOWN_COMPOUND, Drug
from clmt.demo.genes import PROGRAMS
from clmt.demo.world import World

__all__ = ["SIMULATED", "compounds_csv", "gene_sets_zip", "passports_csv", "pubchem_answers", "repurposing_txt"]
__all__ += ["summations_txt", "survey_zip"]

SIMULATED = "SIMULATED by clmt demo: made-up cell lines and responses, not measurements"
_FOLDER = "GDSC_DATASET_S1-S12"
_ZIP_DATE = (2026, 1, 1, 0, 0, 0)
_BYTE_ORDER_MARK = "\ufeff"
# The published response table has a drug name with a trailing blank; so has the simulated one.
_TRAILING_BLANK = "Vorinostat"


def survey_zip(world: World) -> bytes:
    """GDSC tables of the survey supplement: omics (S1, S3, S4), annotation (S5), ln IC50 (S6) and pathways (S12)."""
    ids = [line.identifier for line in world.cell_lines]
    members = {
        "Table_S1_GDSC_Gene_expression.csv": _matrix(ids, world.genes, world.expression, "{:.4f}"),
        "Table_S3_GDSC_Mutation.csv": _matrix(ids, world.alterable, world.mutation, "{:d}"),
        "Table_S4_GDSC_Copy_number_variation.csv": _matrix(ids, world.alterable, world.copy_number, "{:d}"),
        "Table_S5_GDSC_Cell_line_annotation.csv": _annotation(world),
        "Table_S6_GDSC_Drug_response_IC50.csv": _responses(world),
        "Table_S12_GDSC_Drug_group.csv": _groups(),
        "README_SIMULATED.txt": SIMULATED + "\n",
    }
    return _zip({f"{_FOLDER}/{name}": text for name, text in members.items()})


def _zip(members: dict[str, str]) -> bytes:
    """Pack texts without compression: compressed bytes differ between builds of zlib."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = SIMULATED.encode()
        for name, text in members.items():
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, text.encode())
    return buffer.getvalue()


def _csv(rows: Iterable[Sequence[Any]], delimiter: str = ",", end: str = "\n") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    return buffer.getvalue()


def _matrix(ids: Sequence[str], columns: Sequence[str], values: npt.NDArray[Any], form: str) -> str:
    """Rows of cell lines with their id first; the header's first cell is empty and NaN is written as NA."""
    body = [
        [identifier, *("NA" if np.isnan(value) else form.format(value) for value in row)]
        for identifier, row in zip(ids, values, strict=True)
    ]
    return _csv([["", *columns], *body])


def _annotation(world: World) -> str:
    header = ["", "SAMPLE_NAME", "COSMIC_ID", "PRIMARY_SITE", "PRIMARY_HISTOLOGY"]
    rows = [[n, line.name, line.identifier, line.site, line.histology] for n, line in enumerate(world.cell_lines)]
    return _csv([header, *rows])


def _responses(world: World) -> str:
    """ln IC50 (uM), with two more columns: a salt form that the tables must merge, a name without structure to drop."""
    names = [drug.name + (" " if drug.name == _TRAILING_BLANK else "") for drug in DRUGS]
    parent = [drug.name for drug in DRUGS].index(SALT_FORM.name.split()[0])
    second_run = world.observed[:, [parent]] + 0.05
    nameless = np.roll(world.observed[:, [0]], 1, axis=0)
    values = np.concatenate([world.observed, second_run, nameless], axis=1)
    ids = [line.identifier for line in world.cell_lines]
    return _matrix(ids, [*names, SALT_FORM.name, UNKNOWN_COMPOUND], values, "{:.4f}")


def _groups() -> str:
    compounds = (*DRUGS, SALT_FORM)
    pathways = sorted({pathway for drug in compounds for pathway in drug.pathways})
    rows = [[p, ";".join(drug.name for drug in compounds if p in drug.pathways)] for p in pathways]
    return _csv([["TARGET_PATHWAY", "DRUG_NAME"], *rows, ["Unclassified", UNKNOWN_COMPOUND]])


def compounds_csv() -> bytes:
    """GDSC's list of screened compounds, with the byte order mark of the published file."""
    header = ["DRUG_ID", "SCREENING_SITE", "DRUG_NAME", "SYNONYMS", "TARGET", "TARGET_PATHWAY"]
    rows = [
        [990001 + n, "SIMULATED", drug.name, "", ", ".join(drug.targets), drug.pathways[0]]
        for n, drug in enumerate((*DRUGS, SALT_FORM))
    ]
    return (_BYTE_ORDER_MARK + _csv([header, *rows])).encode()


def passports_csv(world: World) -> bytes:
    """Cell Model Passports' list of models: every cell line has a donor of its own."""
    header = ["model_id", "model_name", "synonyms", "patient_id", "COSMIC_ID", "BROAD_ID", "CCLE_ID", "model_comments"]
    rows = [
        [f"SIDM{line.identifier}", line.name, "", f"SIDP{line.identifier}", line.identifier, "", "", "SIMULATED"]
        for line in world.cell_lines
    ]
    return _csv([header, *rows]).encode()


def repurposing_txt() -> bytes:
    """Drug annotation in the Repurposing Hub's form: ``!`` lines, then tab-separated rows with CRLF."""
    preamble = [["!Source", SIMULATED], ["!Table_name", "drug information (SIMULATED)"]]
    padded = [[*line, *[""] * (6 - len(line))] for line in preamble]
    header = ["pert_iname", "clinical_phase", "moa", "target", "disease_area", "indication"]
    rows = [
        [drug.name.lower(), "Launched", drug.mechanism, "|".join(drug.targets), "oncology", drug.indication]
        for drug in sorted(DRUGS, key=lambda drug: drug.name.lower())
    ]
    return _csv([*padded, header, *rows], "\t", "\r\n").encode("latin-1")


def gene_sets_zip() -> bytes:
    """Gene sets in Reactome's GMT form: name, identifier, symbols."""
    lines = ["\t".join([p.name, p.identifier, *sorted(p.genes)]) for p in sorted(PROGRAMS, key=lambda p: p.name)]
    return _zip({"ReactomePathways.gmt": "\n".join(lines) + "\n"})


def summations_txt() -> bytes:
    """Pathway summaries in Reactome's form: identifier, name, text."""
    rows = [["stId", "name", "summation"], *([p.identifier, p.name, p.summary] for p in PROGRAMS)]
    return _csv(rows, "\t").encode()


def pubchem_answers(drug: Drug) -> tuple[bytes, bytes]:
    """PUG REST answers for one drug: its CID by name, and the properties of that CID."""
    properties = {
        "CID": drug.cid,
        "SMILES": drug.smiles,
        "ConnectivitySMILES": _without_stereo(drug.smiles),
        "InChIKey": drug.inchikey,
        "Title": drug.name,
    }
    # "Note" is no key of PubChem's: readers pass over it, a person sees where the answer comes from.
    note = {"Note": "Written by clmt demo, not an answer of PubChem"}
    names, structures = {"IdentifierList": {"CID": [drug.cid]}}, {"PropertyTable": {"Properties": [properties]}}
    return json.dumps(names | note).encode(), json.dumps(structures | note).encode()


def _without_stereo(smiles: str) -> str:
    """SMILES without stereo marks; the demo's only bracketed carbons are stereo centres."""
    return smiles.replace("[C@@H]", "C").replace("[C@H]", "C").replace("/", "")
