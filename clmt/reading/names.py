"""Match drug names between lists: letters and digits only, salts stripped, synonyms included, nothing guessed.

An isotope in brackets, ``5-[18F]fluorouracil``, is part of the name: the labelled compound is a tracer, not the drug.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from clmt.reading.unknown import UNKNOWN_LABELS

__all__ = ["Match", "NameIndex", "Named", "name_key", "name_keys", "split_names"]

_SALTS = (
    " acetate anhydrous benzoate besylate bromide calcium camsylate chloride citrate dihydrate dihydrochloride "
    "dimaleate dimesylate dimethanesulfonate disodium ditosylate esylate fumarate gluconate glycolate hcl hydrate "
    "hydrobromide hydrochloride isethionate lactate maleate malate mesilate mesylate methanesulfonate monohydrate "
    "monohydrochloride napadisylate nitrate oxalate phosphate potassium salt sesquihydrate sodium succinate sulfate "
    "sulphate tartrate tetrahydrate tosylate trifluoroacetate trihydrate trihydrochloride "
)
_ELEMENTS = (
    "HHeLiBeBCNOFNeNaMgAlSiPSClArKCaScTiVCrMnFeCoNiCuZnGaGeAsSeBrKrRbSrYZrNbMoTcRuRhPdAgCdInSnSbTeIXe"
    "CsBaLaCePrNdPmSmEuGdTbDyHoErTmYbLuHfTaWReOsIrPtAuHgTlPbBiPoAtRnFrRaAcThPaU"
)
_NUMBERS = {element: number for number, element in enumerate(re.findall("[A-Z][a-z]?", _ELEMENTS), 1)}
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_MASS_FIRST = re.compile(r"(?<![A-Za-z0-9])(\d{1,3})m?[ -]?([A-Z][a-z]?)(?![a-z])")
_MASS_LAST = re.compile(r"(?<![A-Za-z0-9])([A-Z][a-z]?)[ -]?(\d{1,3})m?(?![A-Za-z0-9])")
_LABELLED = re.compile(r"label+ed|tritiat|deuterat|radio|(?<![A-Za-z0-9])[Dd]\d{1,2}(?![A-Za-z0-9])")
_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa"})


def name_key(name: str) -> str:
    """Lower-case a name and drop everything but letters and digits; accents and Greek letters are spelt out."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_GREEK))
    return re.sub(r"[^a-z0-9]", "", plain)


def name_keys(name: str) -> list[str]:
    """Return the keys of a name, strictest first: as written, without its salt, without what stands in brackets.

    Keys that are too short to tell compounds apart (under 3 characters, or digits only under 5) are left out.
    """
    bare = name if name.startswith(("(", "[")) else _BRACKETS.sub(_kept_if_isotope, name)
    keys = [name_key(name), name_key(_without_salt(name)), name_key(_without_salt(bare))]
    return [key for key in dict.fromkeys(keys) if len(key) >= (5 if key.isdigit() else 3)]


def _kept_if_isotope(bracket: re.Match[str]) -> str:
    inside = bracket.group()[1:-1]
    pairs = [*_MASS_FIRST.findall(inside), *((mass, element) for element, mass in _MASS_LAST.findall(inside))]
    # An isotope's mass number is 1.5 to 3 times its element's number; "(2S)" is a stereo centre, "(10 uM)" a dose.
    isotopes = (1.5 <= int(mass) / _NUMBERS.get(element, 1000) <= 3 for mass, element in pairs)
    return bracket.group() if _LABELLED.search(inside) or any(isotopes) else " "


def _without_salt(name: str) -> str:
    words = name.split()
    while len(words) > 1 and f" {name_key(words[-1])} " in _SALTS:
        words.pop()
    return " ".join(words)


def split_names(text: str) -> list[str]:
    """Split a list of synonyms at commas that are followed by a blank ("1,2-x" stays whole), and at ``;`` and ``|``."""
    parts = (part.strip() for part in re.split(r",\s+|[;|]", text))
    return list(dict.fromkeys(part for part in parts if part and part.lower() not in UNKNOWN_LABELS))


# Keys that are compared: the record's (0: as written, 1: all) and the place of the drug's among its keys.
_AS_WRITTEN = ((0, 0),)
_STRIPPED = ((0, 1), (0, 2), (1, 0), (1, 1), (1, 2))
_AS_SYNONYM = {
    "name": "synonym of the record",
    "title": "title, synonym of the record",
    "synonym of the drug": "synonyms of both",
}


@dataclass(frozen=True)
class Named:
    """A record of a source: its key there, its main name and its synonyms."""

    record_id: str
    name: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """Outcome of a look-up: the record's key, or the keys between which the names do not decide."""

    record_id: str | None = None
    ambiguous: tuple[str, ...] = ()
    matched_by: str = ""


@dataclass
class NameIndex:
    """Find a source's record by the names of a drug.

    The strictest agreement decides: the drug's name with a main name, with a synonym, both as written; with a main
    name, with a synonym, salt and brackets stripped; then its PubChem title and its synonyms in the same way. A step at
    which several records agree makes the match ambiguous, and no weaker step is tried.
    """

    main: dict[int, dict[str, set[str]]] = field(default_factory=dict)
    other: dict[int, dict[str, set[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Named]) -> NameIndex:
        """Index the records."""
        index = cls({0: {}, 1: {}}, {0: {}, 1: {}})
        for record in records:
            _add(index.main, record.name, record.record_id)
            for synonym in record.synonyms:
                _add(index.other, synonym, record.record_id)
        return index

    def find(self, name: str, synonyms: Sequence[str] = (), title: str = "") -> Match:
        """Look a drug up by its name, its title in PubChem and its synonyms."""
        for names, of in (([name], "name"), ([title], "title"), (synonyms, "synonym of the drug")):
            keys = [name_keys(each) for each in names]
            as_synonym = _AS_SYNONYM[of]
            for table, how, strictness in (
                (self.main, of, _AS_WRITTEN),
                (self.other, as_synonym, _AS_WRITTEN),
                (self.main, of, _STRIPPED),
                (self.other, as_synonym, _STRIPPED),
            ):
                for level, depth in strictness:
                    found = {
                        record for row in keys for key in row[depth : depth + 1] for record in table[level].get(key, ())
                    }
                    if len(found) > 1:
                        return Match(ambiguous=tuple(sorted(found)), matched_by=how)
                    if found:
                        return Match(record_id=found.pop(), matched_by=how)
        return Match()


def _add(table: dict[int, dict[str, set[str]]], name: str, record_id: str) -> None:
    """Level 0 holds the key as written, level 1 all keys."""
    for position, key in enumerate(name_keys(name)):
        if position == 0:
            table[0].setdefault(key, set()).add(record_id)
        table[1].setdefault(key, set()).add(record_id)
