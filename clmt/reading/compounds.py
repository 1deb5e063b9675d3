"""Lists of compounds: the Drug Repurposing Hub, GDSC's screened compounds and CCLE's profile table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clmt.reading.names import Named, name_key, split_names
from clmt.reading.raw import numbered_lines
from clmt.reading.rows import OddRows, read_rows

__all__ = ["Compound", "read_ccle_profiling", "read_gdsc_compounds", "read_repurposing_hub"]

_UNKNOWN = frozenset(("", "na", "n/a", "-", "none", "unknown", "not defined", "other", "others", "unclassified"))


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
    lines = [(number, line) for number, line in numbered_lines(path) if not line.startswith("!")]
    needed = ("pert_iname", "moa", "target", "disease_area", "indication")
    rows = read_rows(Path(path), lines, "\t", needed, odd, quoted=False)
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


def read_gdsc_compounds(path: Path, odd: OddRows | None = None) -> list[Compound]:
    """Read GDSC's screened compounds: one row per screening site, so names repeat; rows of one name are joined."""
    path = Path(path)
    needed = ("DRUG_NAME", "DRUG_ID", "SYNONYMS", "TARGET", "TARGET_PATHWAY")
    compounds = [
        Compound(
            record_id=row["DRUG_ID"],
            name=row["DRUG_NAME"],
            synonyms=_labels(split_names(row["SYNONYMS"])),
            targets=_labels(split_names(row["TARGET"])),
            pathways=_labels([row["TARGET_PATHWAY"]]),
        )
        for row in read_rows(path, numbered_lines(path), ",", needed, odd)
    ]
    return _merged(compounds)


def read_ccle_profiling(path: Path, odd: OddRows | None = None) -> list[Compound]:
    """Read CCLE's profile table of compounds (Latin-1 with no-break spaces, two kinds of name)."""
    path = Path(path)
    name, brand = "Compound (code or generic name)", "Compound (brand name)"
    needed = (name, brand, "Target(s)", "Mechanism of action", "Class")
    rows = read_rows(path, numbered_lines(path), ",", needed, odd)
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
    return tuple(dict.fromkeys(value for value in stripped if value.lower() not in _UNKNOWN))


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
