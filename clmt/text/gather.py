"""Gather what the configured sources say about the cell lines and drugs of a dataset."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from clmt.reading.compounds import Compound, read_ccle_profiling, read_gdsc_compounds, read_repurposing_hub
from clmt.reading.delimited import OddRows
from clmt.reading.names import name_key
from clmt.reading.prose import first_sentences
from clmt.text.cells import CellLine, Genotype, cell_identities, pathway_facts, pathway_hits
from clmt.text.drug_facts import (
    GeneText,
    compound_facts,
    definition_facts,
    drug_identities,
    pathway_summary_facts,
    prose_facts,
    target_gene_facts,
)
from clmt.text.drugs import Drug, with_synonyms
from clmt.text.facts import Facts, Part, listed
from clmt.text.gene_sets import read_gmt, read_summations
from clmt.text.genes import map_targets, read_aliases, read_drug_synonyms, read_gene_summaries, read_pathway_labels
from clmt.text.ncit import read_concepts
from clmt.text.records import Record, kegg_gene_sets, read_failed, read_records
from clmt.text.settings import TextSettings

__all__ = ["cell_line_facts", "drug_facts", "name_drugs", "read_cell_lines", "read_drugs"]

log = logging.getLogger(__name__)

_LISTS: dict[str, Callable[[Path, OddRows | None], list[Compound]]] = {
    "repurposing_hub": read_repurposing_hub,
    "gdsc_compounds": read_gdsc_compounds,
    "ccle_profiling": read_ccle_profiling,
}

_PUBCHEM_PARTS = {"mechanism": Part.MECHANISM, "description": Part.DEFINITION}


def read_cell_lines(path: Path) -> list[CellLine]:
    """Read the cell lines of a dataset from its table."""
    from clmt.tables.schema import read_table

    columns = ["cell_line_id", "name", "primary_site", "histology"]
    frame = read_table(path, "cell_lines")[columns].fillna("")
    return [CellLine(*(str(value) for value in row)) for row in frame.itertuples(index=False)]


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
    import pandas as pd

    frame = pd.read_parquet(structures, columns=["name", "title"]).fillna("")
    return {name.strip(): title for name, title in frame.itertuples(index=False) if title and title != name.strip()}


def name_drugs(settings: TextSettings, drugs: Sequence[Drug], inputs: Mapping[str, Path]) -> list[Drug]:
    """Give the drugs the synonyms of the project's own table and of the configured lists."""
    own = read_drug_synonyms()
    named = [replace(drug, synonyms=own.get(name_key(drug.name), ())) for drug in drugs]
    for name in settings.synonyms:
        named = with_synonyms(named, _LISTS[name](inputs[name], None))
    return named


def cell_line_facts(
    settings: TextSettings, cell_lines: Sequence[CellLine], genotype: Genotype, inputs: Mapping[str, Path]
) -> Facts:
    """Identity, altered genes and pathways of every cell line."""
    facts = cell_identities(cell_lines, genotype, settings.max_altered_genes)
    if {"reactome", "reactome_content"} & set(settings.sources):
        gene_sets = read_gmt(inputs["reactome_gmt"])
        hits, audit = pathway_hits(genotype, gene_sets, settings.max_pathways)
        if "reactome" in settings.sources:
            summaries = read_summations(inputs["reactome_summations"])
            facts.add(pathway_facts("reactome", cell_lines, hits, summaries, audit=audit))
        if "reactome_content" in settings.sources:
            texts, dates = _texts(read_records(inputs["reactome_content"], "reactome_content"))
            facts.add(pathway_facts("reactome_content", cell_lines, hits, texts, dates, named=False))
    if "kegg" in settings.sources:
        records = read_records(inputs["kegg"], "kegg")
        hits, audit = pathway_hits(genotype, kegg_gene_sets(records), settings.max_pathways)
        texts, dates = _texts(records)
        facts.add(pathway_facts("kegg", cell_lines, hits, texts, dates, audit=audit))
    facts.audit["failed look-ups"] = _failed(settings, inputs, ("reactome_content", "kegg"))
    return facts


def drug_facts(settings: TextSettings, drugs: Sequence[Drug], inputs: Mapping[str, Path]) -> Facts:
    """Identity of every drug and what each configured source says about it."""
    facts = drug_identities(drugs)
    odd: dict[str, dict[str, list[int]]] = {}
    for source, read in _LISTS.items():
        if source in settings.sources or source in settings.synonyms:
            rows = OddRows()
            compounds = read(inputs[source], rows)
            odd[source] = asdict(rows)
            if source in settings.sources:
                facts.add(compound_facts(source, drugs, compounds))
    facts.audit["odd rows, by line"] = odd
    if "ncit" in settings.sources:
        facts.add(definition_facts(drugs, read_concepts(inputs["ncit_flat"])))
    if "gene_summary" in settings.sources:
        genes = read_gene_summaries(inputs["gene_summary"], inputs["gene_info"])
        facts.add(target_gene_facts("gene_summary", drugs, {s: GeneText(*row) for s, row in genes.items()}))
    if "uniprot" in settings.sources:
        found = read_records(inputs["uniprot"], "uniprot")
        functions = {symbol: _gene_text(rows[0]) for symbol, rows in found.items() if rows}
        facts.add(target_gene_facts("uniprot", drugs, functions))
    if "reactome" in settings.sources:
        names = {item.set_id: item.name for item in read_gmt(inputs["reactome_gmt"])}
        summaries = read_summations(inputs["reactome_summations"])
        facts.add(pathway_summary_facts(drugs, read_pathway_labels(), names, summaries))
    for source in ("chembl", "pubchem"):
        if source in settings.sources:
            facts.add(_look_up_facts(source, drugs, read_records(inputs[source], source)))
    _, unknown = map_targets(dict.fromkeys(t for d in drugs for t in d.targets), read_aliases())
    facts.audit["target labels that name no gene"] = unknown
    facts.audit["failed look-ups"] = _failed(settings, inputs, ("chembl", "pubchem", "uniprot"))
    return facts


def _failed(settings: TextSettings, inputs: Mapping[str, Path], services: Sequence[str]) -> dict[str, list[str]]:
    """Keys whose look-up failed, of the configured services among these; counted in the log."""
    failed = {source: read_failed(inputs[source], source) for source in services if source in settings.sources}
    for source, keys in failed.items():
        if keys:
            log.warning("%s: %d look-ups failed; %s says why", source, len(keys), inputs[source])
    return failed


def _texts(records: Mapping[str, list[Record]]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Sentences and dates by key."""
    texts = {key: [s for row in rows for s in first_sentences(row.text)] for key, rows in records.items()}
    return {key: rows for key, rows in texts.items() if rows}, {key: rows[0].retrieved for key, rows in records.items()}


def _look_up_facts(source: str, drugs: Sequence[Drug], records: Mapping[str, list[Record]]) -> Facts:
    """ChEMBL's mechanisms as one sentence for each molecule; PubChem's prose as it is."""
    if source == "chembl":
        worded = {drug.drug_id: _worded_mechanisms(drug, records.get(drug.drug_id, ())) for drug in drugs}
        return prose_facts(source, drugs, worded, {"mechanism": Part.MECHANISM})
    return prose_facts(source, drugs, records, _PUBCHEM_PARTS)


def _worded_mechanisms(drug: Drug, rows: Sequence[Record]) -> list[Record]:
    """One sentence for each molecule of ChEMBL."""
    groups: dict[str, list[Record]] = {}
    for row in rows:
        groups.setdefault(row.record_id, []).append(row)
    return [
        replace(group[0], text=f"{drug.name} acts as {listed([row.text for row in group])}.")
        for group in groups.values()
    ]


def _gene_text(record: Record) -> GeneText:
    return GeneText(record.record_id, first_sentences(record.text), record.retrieved)
