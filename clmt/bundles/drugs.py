"""Drugs of a request: those that the bundle knows by name or structure, and new ones by their SMILES."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clmt.bundles.attach import NewDrugs
from clmt.bundles.entities import KnownNames, refuse_repeated
from clmt.bundles.user_tables import is_table, read_records
from clmt.errors import ClmtError
from clmt.features.molecules import featurise_drugs
from clmt.planning.settings.features import MoleculeSettings
from clmt.reading.lines import numbered_lines
from clmt.tables.identity import structure_of

if TYPE_CHECKING:
    import pandas as pd

    from clmt.bundles.file import Bundle

__all__ = ["Drugs", "read_drugs"]

logger = logging.getLogger(__name__)
_NAMES = ("drug", "drug_id", "name", "drug_name", "compound", "id")
_SMILES = ("smiles", "canonical_smiles", "isomeric_smiles")


@dataclass(frozen=True)
class Drugs:
    """Drugs of a request.

    Attributes
    ----------
    names
        As the user wrote them, n.
    rows
        Int64 (n,): rows of the graph in which the new ones stand behind the bundle's.
    new, new_smiles
        Those that the bundle does not know, and their structures without salts.
    skipped
        Names of those whose SMILES does not parse, where they are to be skipped.
    """

    names: list[str]
    rows: np.ndarray
    new: NewDrugs
    new_smiles: list[str]
    skipped: list[str]


@dataclass(frozen=True)
class _Asked:
    name: str
    smiles: str | None  # None: a drug that the bundle should know
    text: str
    where: str


def read_drugs(
    bundle: Bundle,
    given: Sequence[Any] | Mapping[str, str] | pd.DataFrame,
    *,
    skip_bad: bool = False,
    threads: int = 1,
    encoder_folder: Path | None = None,
) -> Drugs:
    """Read the drugs of a request; a structure that the bundle knows is the drug that it knows.

    Parameters
    ----------
    bundle
        Knows names and structures.
    given
        Names that the bundle knows; ``NAME=SMILES``; files (csv, tsv, xlsx or Parquet with a column of names, one of
        SMILES and perhaps one ``text``; ``.smi``; ``.sdf``); SMILES by name; or a frame like the files.
    skip_bad
        Whether a SMILES that does not parse is counted and left out rather than refused.
    threads
        Processes that make conformers.
    encoder_folder
        Of a transformer, where texts are given.

    Raises
    ------
    ClmtError
        With file and line, for an unknown, ambiguous or repeated name and a SMILES that does not parse.
    """
    asked = [drug for one in _sources(given) for drug in _read(one)]
    refuse_repeated([drug.name for drug in asked], "drug")
    names, known = KnownNames.of(bundle, "drug"), {key: row for row, key in enumerate(bundle.known.drug_inchikeys)}
    places: list[tuple[str, int | None]] = []
    new: list[tuple[_Asked, str]] = []
    skipped: list[str] = []
    for drug in asked:
        if drug.smiles is None:
            places.append((drug.name, names.find(drug.name, drug.where)))
            continue
        try:
            structure = structure_of(drug.smiles, drug.name)
        except ClmtError as error:
            if not skip_bad:
                raise ClmtError(f"{drug.where}{error}") from None
            skipped.append(drug.name)
            continue
        places.append((drug.name, known.get(structure.inchikey)))
        if structure.inchikey not in known:
            new.append((drug, structure.smiles))
    if skipped:
        logger.warning("%d drugs left out whose SMILES do not parse: %s", len(skipped), ", ".join(skipped[:10]))
    if not places:
        raise ClmtError(f"no drug to predict! got: {len(asked)} asked for, {len(skipped)} left out. Give one")
    settings = MoleculeSettings.read(bundle.manifest["molecules"], "bundle: molecules")
    molecules = featurise_drugs([smiles for _, smiles in new], settings, threads)
    start = bundle.frozen.graph.n_drugs
    place = {drug.name: start + row for row, (drug, _) in enumerate(new)}
    texts = bundle.texts.read([drug.text for drug, _ in new], "drug", encoder_folder)
    return Drugs(
        [name for name, _ in places],
        np.array([place[name] if row is None else row for name, row in places], dtype=np.int64),
        NewDrugs([drug.name for drug, _ in new], molecules, texts),
        [smiles for _, smiles in new],
        skipped,
    )


def _sources(given: Any) -> Sequence[Any]:
    return [given] if isinstance(given, Mapping) or hasattr(given, "columns") else given


def _read(one: Any) -> Iterator[_Asked]:
    if isinstance(one, Mapping):
        yield from (_Asked(name, smiles, "", "") for name, smiles in one.items())
        return
    if hasattr(one, "columns"):
        rows = one.astype(object).where(one.notna(), "").astype(str).to_numpy().tolist()
        yield from _rows([str(name) for name in one.columns], rows, [f"row {n}: " for n in range(len(one))], "drugs")
        return
    path, suffix = Path(one), Path(one).suffix.lower()
    if suffix == ".smi":
        yield from _smi(path)
    elif suffix == ".sdf":
        yield from _sdf(path)
    elif is_table(str(one)):
        records = read_records(path)
        yield from _rows(records.header, records.rows, [f"{path}: line {line}: " for line in records.lines], str(path))
    else:
        name, sign, smiles = str(one).partition("=")  # no known name has the sign, and a SMILES may have more of it
        yield _Asked(name, smiles if sign else None, "", "")


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]], where: Sequence[str], source: str) -> Iterator[_Asked]:
    lower = [name.strip().lower() for name in header]
    places = {
        what: next((lower.index(name) for name in names if name in lower), None)
        for what, names in (("name", _NAMES), ("smiles", _SMILES), ("text", ("text",)))
    }
    for place in places.values():
        if place is not None and lower.count(lower[place]) > 1:
            raise ClmtError(f"{source}: column {header[place]!r} stands twice! expected: it once. Take one out")
    if places["name"] is None:
        raise ClmtError(
            f"{source}: no column of names! got: {', '.join(header)}, expected one of: {', '.join(_NAMES)}, in the "
            "first line"
        )
    for row, at in zip(rows, where, strict=True):
        cells = {what: None if place is None else row[place].strip() for what, place in places.items()}
        if not cells["name"]:
            raise ClmtError(f"{at}no name! got: {', '.join(row)[:80]!r}, expected: a name for each drug")
        if places["smiles"] is not None and not cells["smiles"]:
            raise ClmtError(f"{at}drug {cells['name']!r} has no SMILES! got: an empty cell. Fill it or leave it out")
        yield _Asked(cells["name"], cells["smiles"], cells["text"] or "", at)


def _smi(path: Path) -> Iterator[_Asked]:
    for line, text in numbered_lines(path):
        if not text.strip() or text.startswith("#"):
            continue
        smiles, _, name = text.strip().partition("\t") if "\t" in text else text.strip().partition(" ")
        yield _Asked(name.strip() or smiles, smiles, "", f"{path}: line {line}: ")


def _sdf(path: Path) -> Iterator[_Asked]:
    from rdkit import Chem, rdBase

    if not path.is_file():
        raise ClmtError(f"{path}: no such file! Give another file")
    with rdBase.BlockLogs():
        try:
            supplier = Chem.SDMolSupplier(str(path))
        except OSError:
            raise ClmtError(f"{path}: no file of structures! expected: the SDF format. Give another file") from None
        for number, molecule in enumerate(supplier, 1):
            if molecule is None:
                # An invalid SMILES, so that it is counted or refused where all are.
                yield _Asked(f"record {number}", "?", "", f"{path}: record {number}: ")
                continue
            name = molecule.GetProp("_Name").strip() if molecule.HasProp("_Name") else ""
            yield _Asked(name or f"record {number}", Chem.MolToSmiles(molecule), "", f"{path}: record {number}: ")
