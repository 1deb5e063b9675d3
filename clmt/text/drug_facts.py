"""What each source says about a drug."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clmt.reading.compounds import Compound
from clmt.reading.names import name_key, name_keys
from clmt.reading.prose import as_sentence, first_sentences, split_sentences
from clmt.text.drugs import Drug, match_drugs
from clmt.text.facts import TABLES, Fact, Facts, Part, listed
from clmt.text.ncit import Concept
from clmt.text.records import Record

__all__ = [
    "GeneText",
    "compound_facts",
    "definition_facts",
    "drug_identities",
    "pathway_summary_facts",
    "prose_facts",
    "target_gene_facts",
]

MAX_SYNONYMS = 3
MAX_TARGETS = 10
MAX_TARGET_GENES = 3
MAX_DEFINITION = 3


@dataclass(frozen=True)
class GeneText:
    """What a source says about a gene: its record, the first sentences, and the day of a look-up."""

    record_id: str
    sentences: Sequence[str]
    retrieved: str = ""


def drug_identities(drugs: Sequence[Drug]) -> Facts:
    """One sentence for each drug from the dataset's own table, so that none is left without text."""
    return Facts(
        [Fact(d.drug_id, Part.IDENTITY, f"{d.name} is an anticancer compound.", TABLES, d.drug_id) for d in drugs]
    )


def compound_facts(source: str, drugs: Sequence[Drug], compounds: Sequence[Compound]) -> Facts:
    """Turn what a list of compounds says into facts: synonyms, mechanism, targets, pathway, indication."""
    by_id = {compound.record_id: compound for compound in compounds}
    matched, audit = match_drugs(drugs, [compound.named for compound in compounds])
    facts = Facts(audit={source: audit})
    for drug in drugs:
        compound = by_id.get(matched.get(drug.drug_id, ""))
        if compound is not None:
            rows = _compound_sentences(drug, compound)
            facts.rows += [Fact(drug.drug_id, part, text, source, compound.record_id) for part, text in rows]
    return facts


def _compound_sentences(drug: Drug, compound: Compound) -> list[tuple[Part, str]]:
    names = _synonyms(drug.name, (compound.name, *compound.synonyms))
    rows: list[tuple[Part, str]] = []
    if names:
        rows.append((Part.IDENTITY, f"{drug.name} is also known as {listed(names[:MAX_SYNONYMS])}."))
    if compound.mechanisms:
        rows.append((Part.MECHANISM, f"The mechanism of action of {drug.name} is {listed(compound.mechanisms)}."))
    if compound.targets:
        rows.append((Part.TARGETS, f"{drug.name} acts on {listed(compound.targets, MAX_TARGETS)}."))
    pathways = [label for label in compound.pathways if not label.lower().startswith("other")]
    if pathways:
        rows.append((Part.TARGETS, f"The target pathway of {drug.name} is {listed(pathways)}."))
    if compound.indications:
        rows.append((Part.INDICATION, f"{drug.name} is indicated for {listed(compound.indications, MAX_TARGETS)}."))
    elif compound.diseases:
        rows.append((Part.INDICATION, f"{drug.name} is used in {listed(compound.diseases, MAX_TARGETS)}."))
    return rows


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


def definition_facts(drugs: Sequence[Drug], concepts: Sequence[Concept]) -> Facts:
    """Definitions of the NCI Thesaurus, the first three sentences."""
    by_code = {concept.code: concept for concept in concepts}
    matched, audit = match_drugs(drugs, [concept.named for concept in concepts])
    facts = Facts(audit={"ncit": audit})
    for drug in drugs:
        if drug.drug_id in matched:
            concept = by_code[matched[drug.drug_id]]
            sentences = [as_sentence(text) for text in split_sentences(concept.definition)[:MAX_DEFINITION]]
            facts.rows += [Fact(drug.drug_id, Part.DEFINITION, text, "ncit", concept.code) for text in sentences]
    return facts


def target_gene_facts(source: str, drugs: Sequence[Drug], genes: Mapping[str, GeneText]) -> Facts:
    """Sentences about the first three targets of each drug that the source knows.

    Parameters
    ----------
    source : str
        Name of the source in the corpus.
    drugs : sequence of Drug
        With the symbols of their targets.
    genes : mapping
        HGNC symbol -> what the source says about the gene.
    """
    facts = Facts()
    silent = []
    for drug in drugs:
        found = [symbol for symbol in drug.symbols if symbol in genes and genes[symbol].sentences]
        if drug.symbols and not found:
            silent.append(drug.drug_id)
        for symbol in found[:MAX_TARGET_GENES]:
            gene = genes[symbol]
            texts = [f"Target {symbol}: {gene.sentences[0]}", *gene.sentences[1:]]
            facts.rows += [Fact(drug.drug_id, Part.GENES, t, source, gene.record_id, gene.retrieved) for t in texts]
    facts.audit[source] = {"matched": len({row.entity_id for row in facts.rows}), "targets without a summary": silent}
    return facts


def pathway_summary_facts(
    drugs: Sequence[Drug], labels: Mapping[str, str], names: Mapping[str, str], summaries: Mapping[str, Sequence[str]]
) -> Facts:
    """Reactome's summary of the pathway that a drug's target pathway label stands for.

    Parameters
    ----------
    drugs : sequence of Drug
        With the labels of their target pathways.
    labels : mapping
        Lower-cased label -> pathway id.
    names, summaries : mapping
        Pathway id -> name, and -> sentences.
    """
    facts = Facts()
    for drug in drugs:
        ids = [labels[label.lower()] for label in drug.pathways if label.lower() in labels]
        for key in (key for key in dict.fromkeys(ids) if key in summaries and key in names):
            texts = [f"{drug.name} acts in the pathway {names[key]}.", *summaries[key]]
            facts.rows += [Fact(drug.drug_id, Part.SUMMARIES, text, "reactome", key) for text in texts]
    return facts


def prose_facts(
    source: str, drugs: Sequence[Drug], records: Mapping[str, Sequence[Record]], parts: Mapping[str, Part]
) -> Facts:
    """First two sentences of each text that a look-up found.

    Parameters
    ----------
    source : str
        Name of the source in the corpus.
    drugs : sequence of Drug
        Of the dataset.
    records : mapping
        drug_id -> records.
    parts : mapping
        Kind of record -> part of the text.
    """
    rows = [
        Fact(drug.drug_id, parts[record.kind], sentence, source, record.record_id, record.retrieved)
        for drug in drugs
        for record in records.get(drug.drug_id, ())
        for sentence in first_sentences(record.text)
    ]
    found = {row.entity_id for row in rows}
    unmatched = [drug.drug_id for drug in drugs if drug.drug_id not in found]
    return Facts(rows, {source: {"matched": len(found), "unmatched": unmatched}})
