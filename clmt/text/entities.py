"""The cell lines and drugs of a dataset, and the records of a source that drugs are matched to by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError
from clmt.reading.compounds import Compound
from clmt.reading.names import Match, Named, NameIndex, name_key
from clmt.reading.targets import map_targets, read_aliases, read_drug_synonyms

if TYPE_CHECKING:
    import numpy as np

    from clmt.planning.settings.text import TextSettings

__all__ = [
    "CellLine",
    "CorpusInputs",
    "Drug",
    "Genotype",
    "match_drugs",
    "read_cell_lines",
    "read_drugs",
    "read_genotype",
    "with_own_synonyms",
    "with_synonyms",
]


@dataclass(frozen=True)
class CellLine:
    """A cell line of the dataset."""

    cell_line_id: str
    name: str
    primary_site: str = ""
    histology: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def entity_id(self) -> str:
        """Its key in the corpus."""
        return self.cell_line_id


@dataclass(frozen=True)
class Drug:
    """A drug of the dataset, with the names and targets by which sources know it.

    Attributes
    ----------
    cid
        PubChem's.
    title
        PubChem's name, where it differs.
    targets, pathways
        Labels of the drugs table.
    symbols
        HGNC symbols of the targets.
    """

    drug_id: str
    name: str
    inchikey: str = ""
    cid: int | None = None
    title: str = ""
    targets: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()

    @property
    def entity_id(self) -> str:
        """Its key in the corpus."""
        return self.drug_id


@dataclass(frozen=True)
class Genotype:
    """Altered genes of the cell lines.

    Attributes
    ----------
    genes
        All genes that could be found altered, sorted: the background of over-representation.
    mutated, copy_number
        bool (C, G): whether the gene is mutated, and whether its copy number is altered.
    """

    genes: list[str]
    mutated: np.ndarray
    copy_number: np.ndarray


@dataclass(frozen=True)
class CorpusInputs:
    """What a corpus is written from.

    Attributes
    ----------
    genotype
        Altered genes, in the order of the cell lines.
    files
        Name of a downloaded file, or of a source whose records were looked up -> path.
    compounds
        Name of a source that is a list of compounds -> its compounds.
    """

    settings: TextSettings
    cell_lines: Sequence[CellLine]
    drugs: Sequence[Drug]
    genotype: Genotype
    files: Mapping[str, Path]
    compounds: Mapping[str, Sequence[Compound]] = field(default_factory=dict)


def read_cell_lines(path: Path) -> list[CellLine]:
    """Read the cell lines of a dataset from its table."""
    from clmt.tables.schema import read_table, split_labels

    return [
        CellLine(
            row["cell_line_id"],
            row["name"],
            row["primary_site"],
            row["histology"],
            tuple(split_labels(row["synonyms"])),
        )
        for row in read_table(path, "cell_lines").to_dict("records")
    ]


def read_drugs(path: Path, structures: Path | None = None) -> list[Drug]:
    """Read the drugs of a dataset from its table, targets mapped to HGNC symbols, with PubChem's titles if given."""
    import pandas as pd

    from clmt.tables.schema import read_table, split_labels

    aliases = read_aliases()
    titles = {} if structures is None else _titles(structures)
    drugs = []
    for row in read_table(path, "drugs").to_dict("records"):
        targets = tuple(split_labels(row["targets"]))
        drugs.append(
            Drug(
                drug_id=row["drug_id"],
                name=row["name"],
                inchikey=row["inchikey"] or "",
                cid=None if pd.isna(row["pubchem_cid"]) else int(row["pubchem_cid"]),
                title=titles.get(row["drug_id"], ""),
                targets=targets,
                pathways=tuple(split_labels(row["target_pathway"])),
                symbols=tuple(map_targets(targets, aliases)[0]),
            )
        )
    return drugs


def _titles(structures: Path) -> dict[str, str]:
    """PubChem's title of each drug that has another there."""
    from clmt.tables.drugs import read_structures

    rows = read_structures(structures).items()
    return {name: row["title"] for name, row in rows if row["title"] and row["title"] != name}


def read_genotype(mutation: Path, copy_number: Path, cell_line_ids: Sequence[str]) -> Genotype:
    """Read both matrices on the union of their genes, in the order of ``cell_line_ids``."""
    import numpy as np

    from clmt.tables.schema import read_table

    frames = []
    for path, kind in ((mutation, "mutation"), (copy_number, "copy_number")):
        frame = read_table(path, kind).set_index("cell_line_id")
        missing = [key for key in cell_line_ids if key not in frame.index]
        if missing:
            raise ClmtError(
                f"{path}: no row for {len(missing)} cell lines, the first is {missing[0]!r}; build the tables"
            )
        frames.append(frame.loc[list(cell_line_ids)])
    genes = sorted({gene for frame in frames for gene in frame.columns})
    wide = [frame.reindex(columns=genes, fill_value=0).to_numpy() != 0 for frame in frames]
    return Genotype(genes, np.ascontiguousarray(wide[0]), np.ascontiguousarray(wide[1]))


def match_drugs(drugs: Sequence[Drug], records: Sequence[Named]) -> tuple[dict[str, str], dict[str, Any]]:
    """Match drugs to the records of a source.

    Returns
    -------
    matched : dict
        drug_id -> record_id
    audit : dict
        ``matched`` (count), ``by`` (how often which names agreed), ``ambiguous`` (drug -> records), ``unmatched``.
    """
    index = NameIndex.of(records)
    found: dict[str, Match] = {drug.drug_id: index.find(drug.name, drug.synonyms, drug.title) for drug in drugs}
    matched = {key: match.record_id for key, match in found.items() if match.record_id is not None}
    how: dict[str, int] = {}
    for match in found.values():
        if match.record_id is not None:
            how[match.matched_by] = how.get(match.matched_by, 0) + 1
    return matched, {
        "matched": len(matched),
        "by": how,
        "ambiguous": {key: list(match.ambiguous) for key, match in found.items() if match.ambiguous},
        "unmatched": [key for key, match in found.items() if not match.ambiguous and match.record_id is None],
    }


def with_own_synonyms(drugs: Sequence[Drug]) -> list[Drug]:
    """Give each drug the synonyms of the project's own table."""
    own = read_drug_synonyms()
    return [replace(drug, synonyms=own.get(name_key(drug.name), ())) for drug in drugs]


def with_synonyms(drugs: Sequence[Drug], compounds: Sequence[Compound]) -> list[Drug]:
    """Give each drug the names under which a list of compounds knows it."""
    by_id = {compound.record_id: compound for compound in compounds}
    matched, _ = match_drugs(drugs, [compound.named for compound in compounds])
    extended = []
    for drug in drugs:
        compound = by_id.get(matched.get(drug.drug_id, ""))
        more = (compound.name, *compound.synonyms) if compound else ()
        names = tuple(dict.fromkeys((*drug.synonyms, *(name for name in more if name != drug.name))))
        extended.append(replace(drug, synonyms=names))
    return extended
