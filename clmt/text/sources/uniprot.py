"""UniProt: function of a drug's targets."""

from __future__ import annotations

from clmt.acquire.answers import ask_node
from clmt.acquire.client import Client
from clmt.acquire.look_ups import Answers, Record, ask_each, read_records
from clmt.reading.prose import first_sentences
from clmt.text.entities import CorpusInputs
from clmt.text.facts import Facts, Query, TextSource
from clmt.text.sources.gene_summary import GeneText, target_gene_facts

__all__ = ["SOURCE", "ask_uniprot"]


class UniProt(TextSource):
    """Function of the reviewed human protein of each of the first targets."""

    name = "uniprot"
    title = "UniProt"
    services = ("uniprot",)

    def look_up(self, query: Query) -> Answers:
        """Ask about each target."""
        (base,) = query.urls
        symbols = dict.fromkeys(symbol for drug in query.drugs for symbol in drug.symbols)
        return ask_each(
            query.client,
            [(symbol,) for symbol in symbols],
            lambda batch: {symbol: ask_uniprot(query.client, base, symbol) for symbol in batch},
            self.title,
        )

    def about_drugs(self, inputs: CorpusInputs) -> Facts:
        """Functions of the drugs' targets."""
        found = read_records(inputs.files[self.name], self.name)
        functions = {symbol: _gene_text(rows[0]) for symbol, rows in found.items() if rows}
        return target_gene_facts(self.name, inputs.drugs, functions)


def _gene_text(record: Record) -> GeneText:
    return GeneText(record.record_id, first_sentences(record.text), record.retrieved)


def ask_uniprot(client: Client, base: str, symbol: str) -> list[Record]:
    """Function of the reviewed human protein of a gene."""
    query = f"gene_exact:{symbol}+AND+organism_id:9606+AND+reviewed:true"
    url = f"{base}/uniprotkb/search?query={query}&fields=accession,cc_function&format=json&size=1"
    answer = ask_node(client, "UniProt", url, "messages")
    for entry in [] if answer is None else answer.nodes("results", needed=True):
        accession = entry.text("primaryAccession") or symbol
        for comment in entry.nodes("comments"):
            texts = [value for text in comment.nodes("texts") if (value := text.text("value"))]
            if comment.text("commentType") == "FUNCTION" and texts:
                return [Record(accession, " ".join(texts), client.retrieved(url))]
    return []


SOURCE = UniProt()
