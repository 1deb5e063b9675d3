"""The NCI Thesaurus: definition of a drug."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.lines import read_lines, tell_odd
from clmt.reading.names import Named
from clmt.reading.prose import as_sentence, clean, split_sentences
from clmt.text.entities import CorpusInputs, Drug, match_drugs
from clmt.text.facts import MECHANISM_GROUP, PROSE_GROUP, Fact, Facts, Part, TextSource

__all__ = ["SOURCE", "Concept", "definition_facts", "read_concepts"]

# Regimens, radiolabelled forms and the like share the synonyms of the drug but are not the drug.
_NOT_A_DRUG = re.compile(r"\b(?:regimen|vaccine|protocol)\b|^carbon c 11|^fluor(?:ine|o) f ?18|radiolabel", re.I)
_DRUG_TYPES = ("Pharmacologic Substance", "Organic Chemical", "Antibiotic", "Amino Acid, Peptide, or Protein")

MAX_SENTENCES = 3


class NciThesaurus(TextSource):
    """The first sentences of a definition."""

    name = "ncit"
    files = ("ncit_flat",)
    groups = (MECHANISM_GROUP, PROSE_GROUP)

    def about_drugs(self, inputs: CorpusInputs) -> Facts:
        """Definitions of the drugs."""
        return definition_facts(inputs.drugs, read_concepts(inputs.files["ncit_flat"]))


@dataclass(frozen=True)
class Concept:
    """One concept: its code, preferred name, synonyms and definition (cleaned, possibly empty)."""

    code: str
    name: str
    synonyms: tuple[str, ...]
    definition: str

    @property
    def named(self) -> Named:
        """The concept as a record to match names with."""
        return Named(self.code, self.name, self.synonyms)


def definition_facts(drugs: Sequence[Drug], concepts: Sequence[Concept]) -> Facts:
    """Definitions of the concepts that the drugs are matched to."""
    by_code = {concept.code: concept for concept in concepts}
    matched, audit = match_drugs(drugs, [concept.named for concept in concepts])
    facts = Facts(audit={SOURCE.name: audit})
    for drug in drugs:
        if drug.drug_id in matched:
            concept = by_code[matched[drug.drug_id]]
            sentences = [as_sentence(text) for text in split_sentences(concept.definition)[:MAX_SENTENCES]]
            facts.rows += [Fact(drug.drug_id, Part.DEFINITION, t, SOURCE.name, concept.code) for t in sentences]
    return facts


def read_concepts(path: Path) -> list[Concept]:
    """Read the drug concepts that have a definition.

    The file has no header; the columns are code, concept address, parents, synonyms (joined by ``|``, the preferred
    name first), definition, display name, concept status, semantic type. Retired concepts, regimens and concepts of
    other types are left out. Raises `ClmtError` where no line has that layout.
    """
    concepts = list(_concepts(path, read_lines(Path(path))))
    if not concepts:
        raise ClmtError(f"{path}: no drug concept; expected: 8 tab-separated columns, the first a code such as C1000")
    return concepts


def _concepts(path: Path, lines: list[str]) -> Iterator[Concept]:
    odd = 0
    for line in lines:
        fields = line.split("\t")
        if len(fields) < 8 or not re.fullmatch(r"C\d+", fields[0]):
            odd += 1
            continue
        synonyms = [clean(part) for part in fields[3].split("|")]
        name, status, types = clean(fields[5]) or synonyms[0], fields[6], fields[7]
        definition = clean(fields[4])
        retired = "retired" in status.lower() or "obsolete" in status.lower()
        if retired or not definition or _NOT_A_DRUG.search(name) or not any(t in types for t in _DRUG_TYPES):
            continue
        others = tuple(dict.fromkeys(part for part in (synonyms[0], *synonyms[1:]) if part and part != name))
        yield Concept(fields[0], name, others, definition)
    tell_odd(path, odd, len(lines), "8 tab-separated columns, the first a code such as C1000")


SOURCE = NciThesaurus()
