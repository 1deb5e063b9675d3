"""Match drug names between lists: letters and digits only, salts stripped, synonyms included, nothing guessed."""

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
_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa"})


def name_key(name: str) -> str:
    """Lower-case a name and drop everything but letters and digits; accents and Greek letters are spelt out."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_GREEK))
    return re.sub(r"[^a-z0-9]", "", plain)


def name_keys(name: str) -> list[str]:
    """Return the keys of a name, strictest first: as written, without its salt, without what stands in brackets.

    Keys that are too short to tell compounds apart (under 3 characters, or digits only under 5) are left out.
    """
    bare = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", name) if not name.startswith(("(", "[")) else name
    keys = [name_key(name), name_key(_without_salt(name)), name_key(_without_salt(bare))]
    return [key for key in dict.fromkeys(keys) if len(key) >= (5 if key.isdigit() else 3)]


def _without_salt(name: str) -> str:
    words = name.split()
    while len(words) > 1 and f" {name_key(words[-1])} " in _SALTS:
        words.pop()
    return " ".join(words)


def split_names(text: str) -> list[str]:
    """Split a list of synonyms at commas that are followed by a blank ("1,2-x" stays whole), and at ``;`` and ``|``."""
    parts = (part.strip() for part in re.split(r",\s+|[;|]", text))
    return list(dict.fromkeys(part for part in parts if part and part.lower() not in UNKNOWN_LABELS))


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

    The strictest agreement decides: the drug's name with a main name; with a synonym; then its PubChem title and its
    synonyms in the same way. At each step keys are tried from as written to salt and brackets stripped, the record's
    first as written. A step at which several records agree makes the match ambiguous, and no weaker step is tried.
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
        for names, table, how in (
            ([name], self.main, "name"),
            ([name], self.other, "synonym of the record"),
            ([title], self.main, "title"),
            ([title], self.other, "title, synonym of the record"),
            (synonyms, self.main, "synonym of the drug"),
            (synonyms, self.other, "synonyms of both"),
        ):
            keys = [name_keys(each) for each in names]
            for level in (0, 1):
                for depth in range(3):
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
