"""Reactome's bulk files: pathways of a cell line's altered genes, and of a drug's targets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.lines import read_lines, tell_odd
from clmt.reading.prose import clean, first_sentences
from clmt.reading.targets import read_pathway_labels
from clmt.text.entities import CorpusInputs, Drug
from clmt.text.facts import NAME, Fact, Facts, Part, TextSource, state
from clmt.text.pathways import GeneSet, pathway_facts, pathway_hits

__all__ = ["SOURCE", "pathway_summary_facts", "read_gmt", "read_summations"]


class Reactome(TextSource):
    """Names and summaries of pathways."""

    name = "reactome"
    files = ("reactome_gmt", "reactome_summations")

    def about_drugs(self, inputs: CorpusInputs) -> Facts:
        """Pathways that the labels of the drugs' targets stand for."""
        names = {item.set_id: item.name for item in read_gmt(inputs.files["reactome_gmt"])}
        summaries = read_summations(inputs.files["reactome_summations"])
        return pathway_summary_facts(inputs.drugs, read_pathway_labels(), names, summaries)

    def about_cell_lines(self, inputs: CorpusInputs) -> Facts:
        """Pathways in which altered genes are over-represented."""
        gene_sets = read_gmt(inputs.files["reactome_gmt"])
        hits, audit = pathway_hits(inputs.genotype, gene_sets, inputs.settings.max_pathways)
        summaries = read_summations(inputs.files["reactome_summations"])
        return pathway_facts(self.name, inputs.cell_lines, hits, summaries, audit=audit)


def pathway_summary_facts(
    drugs: Sequence[Drug], labels: Mapping[str, str], names: Mapping[str, str], summaries: Mapping[str, Sequence[str]]
) -> Facts:
    """Reactome's summary of the pathway that a drug's target pathway label stands for.

    Parameters
    ----------
    drugs
        With the labels of their target pathways.
    labels
        Lower-cased label -> pathway id.
    names, summaries
        Pathway id -> name, and -> sentences.
    """
    facts = Facts()
    for drug in drugs:
        ids = [labels[label.lower()] for label in drug.pathways if label.lower() in labels]
        for key in (key for key in dict.fromkeys(ids) if key in summaries and key in names):
            text = f"{NAME} acts in the pathway {names[key]}."
            facts.rows.append(state(drug, Part.SUMMARIES, text, SOURCE.name, key))
            facts.rows += [Fact(drug.drug_id, Part.SUMMARIES, text, SOURCE.name, key) for text in summaries[key]]
    return facts


def read_gmt(path: Path) -> list[GeneSet]:
    """Read gene sets: a GMT file, or a zip file with one, of ``name<TAB>id<TAB>symbols``.

    Sets are sorted by id; a repeated id is joined. Raises `ClmtError` where no line has that layout.
    """
    path = Path(path)
    lines = read_lines(path, "*.gmt")
    names: dict[str, str] = {}
    genes: dict[str, set[str]] = {}
    odd = 0
    for line in lines:
        fields = [field.strip() for field in line.rstrip("\r\n").split("\t")]
        if len(fields) < 3 or not fields[1] or re.search(r"\s", fields[1]):
            odd += bool(line.strip())
            continue
        names.setdefault(fields[1], fields[0])
        genes.setdefault(fields[1], set()).update(symbol for symbol in fields[2:] if symbol)
    if not genes:
        got = repr(lines[0][:60]) if lines else "an empty file"
        raise ClmtError(f"{path}: no gene set; got: {got}, expected: name<TAB>id<TAB>symbols")
    tell_odd(path, odd, len(lines), "name<TAB>id<TAB>symbols")
    return [GeneSet(key, clean(names[key]), frozenset(genes[key])) for key in sorted(genes)]


def read_summations(path: Path, count: int = 2) -> dict[str, list[str]]:
    """Read the first sentences of each pathway's summary from ``id<TAB>name<TAB>text`` lines.

    A header is recognised by its first field, not by its place; rows of one id are joined in order; a line that does
    not begin with an id continues the text before it; quotes of a spreadsheet's making are taken off.

    Returns
    -------
    dict
        Pathway id -> cleaned sentences; pathways with an empty summary are absent.
    """
    texts: dict[str, list[list[str]]] = {}
    current = None
    for line in read_lines(path):
        fields = line.split("\t", 2)
        if len(fields) == 3 and re.fullmatch(r"R-[A-Z]{3}-\d+(?:\.\d+)?", fields[0].strip()):
            current = fields[0].strip()
            texts.setdefault(current, []).append([fields[2]])
        elif fields[0].strip().lower() not in ("stid", "st_id", "identifier", "pathway") and current is not None:
            texts[current][-1].append(line)
    if not texts:
        raise ClmtError(f"{path}: no summary; expected: id<TAB>name<TAB>text with ids such as R-HSA-5673001")
    joined = {key: " ".join(_unquote(" ".join(part)) for part in parts) for key, parts in texts.items()}
    summaries = {key: first_sentences(text, count) for key, text in joined.items()}
    return {key: sentences for key, sentences in summaries.items() if sentences}


def _unquote(text: str) -> str:
    """Undo the quoting of a tab-separated field."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text.replace('""', '"')


SOURCE = Reactome()
