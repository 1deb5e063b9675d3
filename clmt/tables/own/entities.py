"""What the user's own tables say of cell lines and of drugs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.delimited import Records
from clmt.reading.matrix import clean_id
from clmt.reading.names import split_names
from clmt.tables.own.columns import CELL_LINE, DRUG, SITES, find_column, read_cells, read_keys, read_records, title_key
from clmt.tables.own.findings import Findings
from clmt.tables.own.response import ResponseKeys
from clmt.tables.schema import split_labels

__all__ = ["OwnCellLine", "OwnDrug", "own_cell_lines", "own_drugs", "read_cell_lines", "read_drugs"]

_NAMES = ("name", "cell_line_name", "sample_name", "stripped_cell_line_name")
_HISTOLOGIES = ("histology", "primary_histology", "disease", "cancer_type", "subtype")
_DONORS = ("donor", "donor_id", "patient", "patient_id")
_TEXTS = ("text", "description")
_SMILES = ("smiles", "canonical_smiles", "isomeric_smiles")
_CIDS = ("pubchem_cid", "cid", "pubchem_id")
_DRUG_NAMES = ("drug_name", "name", "compound_name")
_TARGETS = ("targets", "target", "putative_target")
_PATHWAYS = ("target_pathway", "pathway", "pathway_name")


@dataclass(frozen=True)
class OwnCellLine:
    """Annotation of a cell line; blank where the table says nothing, and no donor where none is known."""

    name: str = ""
    site: str = ""
    histology: str = ""
    donor: str | None = None
    text: str = ""


@dataclass(frozen=True)
class OwnDrug:
    """What is known of a drug beside its responses."""

    name: str = ""
    smiles: str = ""
    cid: int | None = None
    targets: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    text: str = ""


def read_cell_lines(path: Path, title: str, findings: Findings) -> dict[str, OwnCellLine]:
    """Read the annotation by the id of the cell line; ``title`` is that of the response table's column of ids."""
    records = read_records(path, findings)
    place = _key_place(records, title, CELL_LINE, "cell lines", findings)
    ids = read_keys(records, place, "cell line", findings, once=True)
    columns = {
        key: read_cells(records, find_column(records, titles, findings))
        for key, titles in (
            *(("name", _NAMES), ("site", SITES), ("histology", _HISTOLOGIES)),
            *(("donor", _DONORS), ("text", _TEXTS)),
        )
    }
    rows = (dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True))
    found = {
        key: OwnCellLine(row["name"], row["site"], row["histology"], row["donor"] or None, row["text"])
        for key, row in zip(ids, rows, strict=True)
        if key
    }
    sites = len({line.site for line in found.values() if line.site})
    donors = sum(line.donor is not None for line in found.values())
    texts = sum(bool(line.text) for line in found.values())
    findings.note(str(path), f"{len(found)} cell lines, {sites} tissues, {donors} with a donor, {texts} with a text")
    return found


def read_drugs(path: Path, title: str, findings: Findings) -> dict[str, OwnDrug]:
    """Read the drugs by id; a SMILES that RDKit refuses and a CID that is no number are problems.

    Of a drug under several names, as drevalpy's tables have them, the first row counts.
    """
    records = read_records(path, findings)
    place = _key_place(records, title, DRUG, "drugs", findings)
    ids = read_keys(records, place, "drug", findings, once=False)
    columns = {
        key: find_column(records, titles, findings)
        for key, titles in (
            *(("name", _DRUG_NAMES), ("smiles", _SMILES), ("cid", _CIDS), ("targets", _TARGETS)),
            *(("pathways", _PATHWAYS), ("text", _TEXTS)),
        )
    }
    cells = {key: read_cells(records, column) for key, column in columns.items()}
    smiles = _checked_smiles(records, columns["smiles"], ids, findings)
    cids = _cids(records, columns["cid"], findings, is_key=columns["cid"] == place)
    found: dict[str, OwnDrug] = {}
    torn = []
    for row, key in enumerate(ids):
        drug = OwnDrug(
            cells["name"][row],
            smiles[row],
            cids[row],
            tuple(split_names(cells["targets"][row])),
            tuple(split_labels(cells["pathways"][row])),
            cells["text"][row],
        )
        first = found.setdefault(key, drug) if key else drug
        if (first.smiles, first.cid) != (drug.smiles, drug.cid):
            torn.append((records.lines[row], key))
    fault, remedy = "a drug stands twice, with another structure", "Keep one of its rows"
    findings.cells(records.source, "" if place is None else records.header[place], torn, fault, "one structure", remedy)
    again = sum(map(bool, ids)) - len(found) - len(torn)
    counts = {
        "a SMILES": sum(bool(drug.smiles) for drug in found.values()),
        "a PubChem CID alone": sum(drug.cid is not None and not drug.smiles for drug in found.values()),
        "a name alone": sum(drug.cid is None and not drug.smiles for drug in found.values()),
        "targets": sum(bool(drug.targets) for drug in found.values()),
        "a pathway": sum(bool(drug.pathways) for drug in found.values()),
        "a text": sum(bool(drug.text) for drug in found.values()),
    }
    listed = ", ".join(f"{count} with {what}" for what, count in counts.items())
    repeated = f"; {again} further rows of one of them are left out" if again else ""
    findings.note(str(path), f"{len(found)} drugs: {listed}{repeated}")
    return found


def own_cell_lines(parts: Mapping[str, Path], keys: ResponseKeys, findings: Findings) -> dict[str, OwnCellLine]:
    """Annotation by cell line; a tissue that it does not know is that of the response table, if that has one."""
    path = parts.get("cell_lines")
    found = {} if path is None else read_cell_lines(path, keys.titles[0], findings)
    for key, site in keys.sites.items():
        line = found.get(key, OwnCellLine())
        found[key] = replace(line, site=line.site or site)
    return found


def own_drugs(parts: Mapping[str, Path], keys: ResponseKeys, findings: Findings) -> dict[str, OwnDrug]:
    """Drugs by id, of the table of drugs and of that of structures; ids of PubChem's are CIDs."""
    found: dict[str, OwnDrug] = {}
    for part in ("drugs", "structures"):
        if part in parts:
            for key, other in read_drugs(parts[part], keys.titles[1], findings).items():
                drug = found.get(key, other)
                if _contradict(drug, other, key):
                    got, expected = f"{drug.smiles} and {other.smiles}", "one structure of each"
                    fault = f"drug {key!r} has two structures in two tables"
                    findings.problem(str(parts[part]), fault, got, expected, "Correct one of them")
                found[key] = replace(drug, smiles=drug.smiles or other.smiles, cid=drug.cid or other.cid)
    if title_key(keys.titles[1]).startswith("pubchem"):
        for key in dict.fromkeys(keys.drugs):
            drug = found.get(key, OwnDrug())
            found[key] = replace(drug, cid=drug.cid or (int(key) if is_cid(key) else None))
    return found


def _contradict(drug: OwnDrug, other: OwnDrug, key: str) -> bool:
    """Whether two tables give a drug structures of which the skeletons differ, or two numbers of PubChem's."""
    from clmt.tables.identity import structure_of

    if drug.cid and other.cid and drug.cid != other.cid:
        return True
    if not drug.smiles or not other.smiles or drug.smiles == other.smiles:
        return False
    try:
        first, second = (structure_of(each.smiles, key).inchikey.split("-")[0] for each in (drug, other))
    except ClmtError:  # InChI may give up on one, which the tables then tell
        return False
    return first != second


def _key_place(records: Records, title: str, titles: tuple[str, ...], what: str, findings: Findings) -> int | None:
    return find_column(records, (*((title,) if title else ()), *titles), findings, need=what)


def _checked_smiles(records: Records, place: int | None, ids: list[str], findings: Findings) -> list[str]:
    from clmt.tables.identity import parse_smiles

    texts = read_cells(records, place)
    for row, text in enumerate(texts):
        if not text:
            continue
        try:
            parse_smiles(text, ids[row])
        except ClmtError as error:
            findings.add(f"{records.source}: line {records.lines[row]}: {error}")
            texts[row] = ""
    return texts


def _cids(records: Records, place: int | None, findings: Findings, *, is_key: bool) -> list[int | None]:
    """PubChem's numbers; in a column of ids, where a compound without one has its name, other texts are none."""
    texts = [clean_id(text) for text in read_cells(records, place)]
    good = [is_cid(text) for text in texts]
    if not is_key and place is not None:
        odd = [(line, text) for line, text, fits in zip(records.lines, texts, good, strict=True) if text and not fits]
        expected, remedy = "PubChem's number, such as 5291", "Correct it, or leave the cell blank"
        findings.cells(records.source, records.header[place], odd, "no CID", expected, remedy)
    return [int(text) if fits else None for text, fits in zip(texts, good, strict=True)]


def is_cid(text: str) -> bool:
    """Whether a text is a number that PubChem may have given."""
    return text.isascii() and text.isdigit() and len(text) < 12 and int(text) > 0
