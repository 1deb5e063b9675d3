"""Sources of text by name. A new source is one file and one line here."""

from __future__ import annotations

__all__ = ["OWN_TEXT", "SOURCE_CHOICES", "TABLES", "TEXT_SOURCES"]

#: What the dataset's own tables say: part of every text, and so no choice of the configuration.
TABLES = "tables"
#: What the user's own tables write: part of every text of a dataset of layout tables.
OWN_TEXT = "own_text"

# In the order in which they speak inside one part of a text. A name is resolved on demand, so that planning imports no
# source.
TEXT_SOURCES: dict[str, str] = {
    TABLES: "clmt.text.sources.tables:SOURCE",
    OWN_TEXT: "clmt.text.sources.own_text:SOURCE",
    "repurposing_hub": "clmt.text.sources.repurposing_hub:SOURCE",
    "chembl": "clmt.text.sources.chembl:SOURCE",
    "ccle_profiling": "clmt.text.sources.ccle_profiling:SOURCE",
    "gdsc_compounds": "clmt.text.sources.gdsc_compounds:SOURCE",
    "ncit": "clmt.text.sources.ncit:SOURCE",
    "pubchem": "clmt.text.sources.pubchem:SOURCE",
    "gene_summary": "clmt.text.sources.gene_summary:SOURCE",
    "uniprot": "clmt.text.sources.uniprot:SOURCE",
    "reactome": "clmt.text.sources.reactome:SOURCE",
    "reactome_content": "clmt.text.sources.reactome_content:SOURCE",
    "kegg": "clmt.text.sources.kegg:SOURCE",
}

#: What may stand under ``text.sources``.
SOURCE_CHOICES = tuple(name for name in TEXT_SOURCES if name not in (TABLES, OWN_TEXT))
