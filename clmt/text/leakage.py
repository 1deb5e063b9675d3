"""Screen the corpus for sentences that give the answer away: responses of benchmark cell lines to benchmark drugs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from clmt.planning.text_sources import TABLES
from clmt.text.entities import CellLine, Drug
from clmt.text.facts import Fact

__all__ = ["cell_line_pattern", "drop_leaks", "name_pattern"]

_STOP = "(?:inhibit|suppress|reduc|slow|block|arrest|impair)"
_GROWTH = "(?:growth(?! (?:factor|hormone))|proliferation)"

# Words for what is measured here. "Inhibitor" and "cytotoxic drug" say what a drug is, not what it did to a cell line.
_RESPONSE = re.compile(
    r"\b(?:sensiti[vsz]\w*|resist\w*|respons\w*|respond\w*|viability|surviv\w*|cytotoxic\w*|potency|kill\w*"
    r"|(?:IC|GI|EC|LC)[\s-]?[(\[{]?\s?(?:50|₅₀)"
    rf"|{_STOP}\w* (?:[\w-]+ ){{0,4}}?{_GROWTH}"
    rf"|{_GROWTH} (?:[\w-]+ ){{0,6}}?{_STOP}\w*"
    r"|growth[- ]inhibit\w*|anti-?proliferative|refractory)",
    re.IGNORECASE,
)

# Between the parts of a name that sources write as they like: "CALU6", "Calu-6", "Calu 6".
_GAP = r"[\s\-/.,()]{0,2}"
_BESIDE_CELLS = (r"(?:cells?|cell lines?|lines?)[\s,:(]{1,2}", r"[\s-](?:[a-z]+[\s-]){0,2}?cells?(?![A-Za-z0-9])")

# Before a letter and a digit: "NCI-60" is a panel, and "UMC-11" is no line of the University of Michigan.
_INSTITUTE = re.compile(r"^(?:NCI[\s-]?|NIH[\s:-]?|UM(?:[\s-]|(?=UC)))(?=[A-Z]+[\s-]?[A-Z]*[\s-]?\d)", re.IGNORECASE)


def name_pattern(names: Iterable[str], *, case: bool) -> re.Pattern[str]:
    """Match any of the names as whole words, hyphens and blanks optional.

    Names of fewer than three letters and digits, and plain numbers, would be found in any text and are left out.

    Parameters
    ----------
    names
        As the tables spell them.
    case
        Whether case matters: cell lines such as "SET" or "BEN" are words otherwise.
    """
    parts = set()
    for name in names:
        pieces = re.findall(r"[A-Za-z]+|[0-9]+", name)
        if len("".join(pieces)) >= 3 and not all(piece.isdigit() for piece in pieces):
            parts.add(_GAP.join(re.escape(piece) for piece in pieces))
    return re.compile(_whole(parts), 0 if case else re.IGNORECASE)


def cell_line_pattern(names: Iterable[str], synonyms: Iterable[str] = ()) -> re.Pattern[str]:
    """Match any of the names of cell lines as prose writes them.

    Case and punctuation are ignored in a name that has a digit or at least five letters ("CALU6" is "Calu-6"), and O
    and 0 are one ("U20S"); a shorter one may be a word ("SET") and is matched as it is spelt. Plain numbers, and names
    of fewer than three letters and digits, are cell lines only beside "cell" or "cells". The prefix of an institute is
    optional ("NCI-H1975" is "H1975"). Of ``synonyms``, those of three characters or of letters alone ("BTB" is a
    domain of proteins) are cell lines only beside "cell" or "cells", too, and shorter ones never.
    """
    loose, strict, short = set(), set(), set()
    spellings = [(spelling, False) for name in names for spelling in _with_and_without_institute(name)]
    spellings += [(spelling, True) for name in synonyms for spelling in _with_and_without_institute(name)]
    for spelling, synonym in spellings:
        pieces = re.findall(r"[A-Za-z]+|[0-9]+", spelling)
        plain = "".join(pieces)
        if not plain or (synonym and len(plain) < 3):
            continue
        if plain.isdigit() or len(plain) < 3 or (synonym and (len(plain) < 4 or plain.isalpha())):
            short.add(_GAP.join(pieces))
        elif any(piece.isdigit() for piece in pieces) or len(plain) >= 5:
            loose.add(_GAP.join(_loosely(piece) for piece in pieces))
        else:
            strict.add(_GAP.join(pieces))
    before, after = _BESIDE_CELLS
    numbers = _whole(short)
    return re.compile(f"(?i:{_whole(loose)})|{_whole(strict)}|(?:{before})(?:{numbers})|(?:{numbers})(?={after})")


def _with_and_without_institute(name: str) -> list[str]:
    bare = _INSTITUTE.sub("", name)
    return [name] if bare == name else [name, bare]


def _loosely(piece: str) -> str:
    letters = ("[O0]" if letter in "Oo0" else letter for letter in piece)
    return ("-?" if piece.isalpha() else "").join(letters)


def _whole(parts: Iterable[str]) -> str:
    """Match any of the parts, the longest first, and nothing inside another word or number."""
    joined = "|".join(sorted(parts, key=lambda part: (-len(part), part)))
    return rf"(?<![A-Za-z0-9])(?:{joined})(?![A-Za-z0-9])" if joined else r"(?!)"


def drop_leaks(
    kind: str, facts: Sequence[Fact], cell_lines: Sequence[CellLine], drugs: Sequence[Drug], *, keep: bool = False
) -> tuple[list[Fact], list[dict[str, str]]]:
    """Take out the sentences that speak of the response of a benchmark cell line to a benchmark drug.

    A sentence of a drug's text is such where it names a cell line beside a word of response (the drug is its subject);
    a sentence of a cell line's text where it names a drug beside one. What the dataset's own tables say is never one.

    Parameters
    ----------
    kind
        "cell_line" or "drug": whose texts the facts belong to.
    facts
        In any order; it is kept.
    cell_lines, drugs
        Of the dataset.
    keep
        Only list the sentences.

    Returns
    -------
    kept : list
    leaks : list
        entity_id, source, record_id, sentence and the name found; each sentence of a record is listed once per entity.
    """
    if kind == "drug":
        names = {cell.name for cell in cell_lines}
        pattern = cell_line_pattern(names, {name for cell in cell_lines for name in cell.synonyms} - names)
    else:
        pattern = name_pattern((name for drug in drugs for name in (drug.name, *drug.synonyms)), case=False)
    verdicts: dict[str, str | None] = {}
    kept, leaks = [], []
    for fact in facts:
        if fact.source != TABLES and fact.text not in verdicts:
            found = pattern.search(fact.text) if _RESPONSE.search(fact.text) else None
            verdicts[fact.text] = found.group(0) if found else None
        name = verdicts.get(fact.text) if fact.source != TABLES else None
        if name:
            leaks.append(
                {
                    "entity_id": fact.entity_id,
                    "source": fact.source,
                    "record_id": fact.record_id,
                    "sentence": fact.text,
                    "name": name,
                }
            )
        if keep or not name:
            kept.append(fact)
    return kept, leaks
