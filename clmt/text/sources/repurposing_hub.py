"""The Drug Repurposing Hub; and how any list of compounds is worded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from clmt.reading.compounds import Compound, read_repurposing_hub
from clmt.reading.delimited import OddRows
from clmt.reading.names import name_key, name_keys
from clmt.text.entities import CorpusInputs, Drug, match_drugs
from clmt.text.facts import MECHANISM_GROUP, NAME, Fact, Facts, Part, TextSource, listed, state

__all__ = ["SOURCE", "CompoundList", "compound_facts"]

MAX_SYNONYMS = 3
MAX_LABELS = 10


class CompoundList(TextSource):
    """A source that is a list of compounds."""

    def about_drugs(self, inputs: CorpusInputs) -> Facts:
        """Synonyms, mechanism, targets, pathway and indication, as far as the list has them."""
        return compound_facts(self.name, inputs.drugs, inputs.compounds[self.name])


class RepurposingHub(CompoundList):
    """Mechanism, targets and indication."""

    name = "repurposing_hub"
    files = ("repurposing_hub",)
    groups = (MECHANISM_GROUP,)

    def compounds(self, path: Path, odd: OddRows) -> list[Compound]:
        """Read the Hub's annotation of drugs."""
        return read_repurposing_hub(path, odd)


def compound_facts(source: str, drugs: Sequence[Drug], compounds: Sequence[Compound]) -> Facts:
    """Turn what a list of compounds says into facts."""
    by_id = {compound.record_id: compound for compound in compounds}
    matched, audit = match_drugs(drugs, [compound.named for compound in compounds])
    facts = Facts(audit={source: audit})
    for drug in drugs:
        compound = by_id.get(matched.get(drug.drug_id, ""))
        if compound is not None:
            facts.rows += _compound_facts(source, drug, compound)
    return facts


def _compound_facts(source: str, drug: Drug, compound: Compound) -> Iterator[Fact]:
    names = _synonyms(drug.name, (compound.name, *compound.synonyms))[:MAX_SYNONYMS]
    if names:
        text = f"{NAME} is also known as {listed(names)}."
        yield state(drug, Part.IDENTITY, text, source, compound.record_id, other_names=names)
    for part, text in _sentences(compound):
        yield state(drug, part, text, source, compound.record_id)


def _sentences(compound: Compound) -> Iterator[tuple[Part, str]]:
    if compound.mechanisms:
        yield Part.MECHANISM, f"The mechanism of action of {NAME} is {listed(compound.mechanisms)}."
    if compound.targets:
        yield Part.TARGETS, f"{NAME} acts on {listed(compound.targets, MAX_LABELS)}."
    pathways = [label for label in compound.pathways if not label.lower().startswith("other")]
    if pathways:
        yield Part.TARGETS, f"The target pathway of {NAME} is {listed(pathways)}."
    if compound.indications:
        yield Part.INDICATION, f"{NAME} is indicated for {listed(compound.indications, MAX_LABELS)}."
    elif compound.diseases:
        yield Part.INDICATION, f"{NAME} is used in {listed(compound.diseases, MAX_LABELS)}."


def _synonyms(name: str, others: Sequence[str]) -> list[str]:
    """Other names than the drug's, each once: neither salts nor punctuation make another, and a mixture is none."""
    said, kept = _plain_keys(name), []
    for other in others:
        keys = _plain_keys(other)
        if keys and not keys & said and not re.search(r"\s(?:and|plus|with)\s|\s[+&/]\s", other, re.IGNORECASE):
            kept.append(other)
            said |= keys
    return kept


def _plain_keys(name: str) -> set[str]:
    """Keys by which names are compared; names too short for `name_keys` have one too."""
    return {key for key in (name_key(name), *name_keys(name)) if key}


SOURCE = RepurposingHub()
