"""Lists of compounds: the Drug Repurposing Hub, GDSC's screened compounds and CCLE's profile table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clmt.reading.delimited import OddRows, read_rows
from clmt.reading.names import Named, name_key, split_names
from clmt.reading.unknown import VAGUE_LABELS

__all__ = [
    "Compound",
    "GdscCompound",
    "gdsc_synonyms",
    "read_ccle_profiling",
    "read_gdsc_compounds",
    "read_gdsc_rows",
    "read_repurposing_hub",
]


@dataclass(frozen=True)
class Compound:
    """What a list says about one compound; lists that a source does not have are empty."""

    record_id: str
    name: str
    synonyms: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    diseases: tuple[str, ...] = ()
    indications: tuple[str, ...] = ()

    @property
    def named(self) -> Named:
        """The compound as a record to match names with."""
        return Named(self.record_id, self.name, self.synonyms)


def read_repurposing_hub(path: Path, odd: OddRows | None = None) -> list[Compound]:
    """Read the Hub's tab-separated drug annotation: ``!`` comment lines, a header, values joined by ``|``.

    A name with several rows is one compound. Rows that are not as they should be are added to ``odd``, here and below.
    """
    needed = ("pert_iname", "moa", "target", "disease_area", "indication")
    rows = read_rows(path, needed, odd, delimiter="\t", quoted=False, comment="!")
    compounds = [
        Compound(
            record_id=row["pert_iname"],
            name=row["pert_iname"],
            mechanisms=_labels(row["moa"].split("|")),
            targets=_labels(row["target"].split("|")),
            diseases=_labels(row["disease_area"].split("|")),
            indications=_labels(row["indication"].split("|")),
        )
        for row in rows
    ]
    return _merged(compounds)


@dataclass(frozen=True)
class GdscCompound:
    """One row of GDSC's list of screened compounds, cells as they stand there: one row per screening site."""

    record_id: str
    name: str
    synonyms: str
    target: str
    pathway: str


def read_gdsc_rows(path: Path, odd: OddRows | None = None) -> list[GdscCompound]:
    """Read the rows of GDSC's screened compounds."""
    columns = ("DRUG_NAME", "SYNONYMS", "TARGET", "TARGET_PATHWAY", "DRUG_ID")
    return [
        GdscCompound(row["DRUG_ID"], row["DRUG_NAME"], row["SYNONYMS"], row["TARGET"], row["TARGET_PATHWAY"])
        for row in read_rows(path, columns, odd)
    ]


def read_gdsc_compounds(path: Path, odd: OddRows | None = None) -> list[Compound]:
    """Read GDSC's screened compounds, rows of one name joined."""
    return _merged(
        Compound(
            record_id=row.record_id,
            name=row.name,
            synonyms=_labels(split_names(row.synonyms)),
            targets=_labels(split_names(row.target)),
            pathways=_labels([row.pathway]),
        )
        for row in read_gdsc_rows(path, odd)
    )


def gdsc_synonyms(path: Path, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Other names that GDSC's screened compounds have for drugs that they list, by the name as it is given."""
    known = {name_key(compound.name): compound.synonyms for compound in read_gdsc_compounds(path)}
    return {name: known[key] for name in names if (key := name_key(name)) in known}


def read_ccle_profiling(path: Path, odd: OddRows | None = None) -> list[Compound]:
    """Read CCLE's profile table of compounds (Latin-1 with no-break spaces, two kinds of name)."""
    name, brand = "Compound (code or generic name)", "Compound (brand name)"
    needed = (name, brand, "Target(s)", "Mechanism of action", "Class")
    rows = read_rows(path, needed, odd)
    return _merged(
        Compound(
            record_id=row[name],
            name=row[name],
            synonyms=_labels(split_names(row[brand])),
            mechanisms=_labels([row["Mechanism of action"], *_classes(row["Class"])]),
            targets=_labels(split_names(row["Target(s)"])),
        )
        for row in rows
    )


def _classes(label: str) -> list[str]:
    """The class of a compound, where it says more than that there is no other class for it."""
    return [] if label.lower().startswith("other") else [label.lower()]


def _labels(values: Iterable[str]) -> tuple[str, ...]:
    stripped = (value.strip() for value in values)
    return tuple(dict.fromkeys(value for value in stripped if value.lower() not in VAGUE_LABELS))


def _merged(compounds: Iterable[Compound]) -> list[Compound]:
    """Join compounds of one name; the first row's key stays, labels are united in order."""
    groups: dict[str, list[Compound]] = {}
    for compound in compounds:
        groups.setdefault(name_key(compound.name) or compound.name, []).append(compound)
    joined = []
    for group in groups.values():
        lists = ("synonyms", "mechanisms", "targets", "pathways", "diseases", "indications")
        united = {key: tuple(dict.fromkeys(v for c in group for v in getattr(c, key))) for key in lists}
        others = tuple(c.name for c in group[1:] if c.name != group[0].name)
        united["synonyms"] = tuple(dict.fromkeys((*united["synonyms"], *others)))
        joined.append(Compound(record_id=group[0].record_id, name=group[0].name, **united))
    return joined
