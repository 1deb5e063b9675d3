"""RefSeq's summaries of a drug's target genes; and how what is said about genes is worded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.delimited import require_columns
from clmt.reading.lines import read_lines, tell_odd
from clmt.reading.prose import first_sentences
from clmt.text.entities import CorpusInputs, Drug
from clmt.text.facts import Fact, Facts, Part, TextSource

__all__ = ["SOURCE", "GeneText", "read_gene_summaries", "target_gene_facts"]

MAX_TARGET_GENES = 3


class GeneSummary(TextSource):
    """Summaries of the first targets."""

    name = "gene_summary"
    files = ("gene_summary", "gene_info")

    def about_drugs(self, inputs: CorpusInputs) -> Facts:
        """Summaries of the drugs' targets."""
        genes = read_gene_summaries(inputs.files["gene_summary"], inputs.files["gene_info"])
        return target_gene_facts(self.name, inputs.drugs, {symbol: GeneText(*row) for symbol, row in genes.items()})


@dataclass(frozen=True)
class GeneText:
    """What a source says about a gene: its record, the first sentences, and the day of a look-up."""

    record_id: str
    sentences: Sequence[str]
    retrieved: str = ""


def target_gene_facts(source: str, drugs: Sequence[Drug], genes: Mapping[str, GeneText]) -> Facts:
    """Sentences about the first three targets of each drug that the source knows.

    Parameters
    ----------
    source
        Name of the source in the corpus.
    drugs
        With the symbols of their targets.
    genes
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


def read_gene_summaries(summaries: Path, gene_info: Path, count: int = 2) -> dict[str, tuple[str, list[str]]]:
    """Read RefSeq's summaries of human genes and join them with their symbols.

    Parameters
    ----------
    summaries
        ``gene_summary.gz``: ``#tax_id, GeneID, Source, Summary``.
    gene_info
        ``Homo_sapiens.gene_info.gz``: ``#tax_id, GeneID, Symbol`` and more columns.
    count
        Sentences to keep of each summary.

    Returns
    -------
    dict
        Symbol -> (GeneID, first sentences); genes without a summary are absent.
    """
    symbols = dict(_two_columns(Path(gene_info), ("GeneID", "Symbol")))
    found: dict[str, tuple[str, list[str]]] = {}
    for key, summary in _two_columns(Path(summaries), ("GeneID", "Summary")):
        symbol = symbols.get(key)
        sentences = first_sentences(summary, count) if symbol else []
        if symbol and sentences:
            found.setdefault(symbol, (key, sentences))
    return found


def _two_columns(path: Path, columns: tuple[str, str]) -> list[tuple[str, str]]:
    """Read two columns of the human rows of an NCBI gene table."""
    lines = read_lines(path)
    if not lines:
        raise ClmtError(f"{path} is empty; fetch it again")
    header = lines[0].lstrip("#").split("\t")
    require_columns(path, header, ("tax_id", *columns))
    tax, first, second = (header.index(name) for name in ("tax_id", *columns))
    rows = [row for row in (line.split("\t") for line in lines[1:]) if len(row) > max(tax, first, second)]
    tell_odd(path, len(lines) - 1 - len(rows), len(lines) - 1, f"{len(header)} tab-separated columns")
    return [(row[first], row[second]) for row in rows if row[tax] == "9606"]


SOURCE = GeneSummary()
