"""Gene sets and pathway summaries in the layouts of Reactome."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clmt.errors import ClmtError
from clmt.reading.lines import read_lines
from clmt.reading.prose import clean, first_sentences

__all__ = ["GeneSet", "read_gmt", "read_summations", "usable_sets"]

log = logging.getLogger(__name__)

# Sets that say nothing about a cell line: the roots of the hierarchy and what only gathers other sets.
UMBRELLA = frozenset(
    name.lower()
    for name in (
        "Adaptive Immune System",
        "Autophagy",
        "Axon guidance",
        "Cell Cycle",
        "Cell Cycle, Mitotic",
        "Cell-Cell communication",
        "Cellular responses to external stimuli",
        "Cellular responses to stimuli",
        "Cellular responses to stress",
        "Chromatin modifying enzymes",
        "Chromatin organization",
        "Circadian Clock",
        "Cytokine Signaling in Immune system",
        "DNA Repair",
        "DNA Replication",
        "Developmental Biology",
        "Digestion and absorption",
        "Disease",
        "Diseases of Immune System",
        "Diseases of metabolism",
        "Diseases of signal transduction by growth factor receptors and second messengers",
        "Drug ADME",
        "Extracellular matrix organization",
        "Gene expression (Transcription)",
        "Generic Transcription Pathway",
        "Hemostasis",
        "Immune System",
        "Innate Immune System",
        "Intracellular signaling by second messengers",
        "Membrane Trafficking",
        "Metabolism",
        "Metabolism of RNA",
        "Metabolism of lipids",
        "Metabolism of proteins",
        "Muscle contraction",
        "Nervous system development",
        "Neuronal System",
        "Organelle biogenesis and maintenance",
        "Post-translational protein modification",
        "Programmed Cell Death",
        "Protein localization",
        "RNA Polymerase II Transcription",
        "Reproduction",
        "Sensory Perception",
        "Signal Transduction",
        "Signaling by GPCR",
        "Signaling by Receptor Tyrosine Kinases",
        "Transport of small molecules",
        "Vesicle-mediated transport",
    )
)

# Infectious disease, by what the names of its sets hold: hosts' genes hit there tell of no infection in a cell line.
_INFECTION = re.compile(
    r"infect|\bHIV|\bHCMV\b|\bSARS|\bCoV\b|COVID|coronavir|influenza|\bvir(?:us|al|ion|ions|uses)\b|\bpro-?virus|retrovir"
    r"|leishman|tubercul|\bMtb\b|listeria|salmonell|bacteri(?:a|al|um)\b|microb|parasit|pathogen|\btoxins?\b|botulin|tetanus"
    r"|anthrax|diphtheria|clostrid|plasmodium|\bTat-mediated|\bNef\b|\bNef-|\bRev-mediated|\bVpr\b|\bVpu\b|\bVif\b|APOBEC3G"
    r"|\bNS1\b|\bMonkeypox|\bRSV\b|\bRespiratory syncytial",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class GeneSet:
    """One gene set: its key in the source, name and symbols."""

    set_id: str
    name: str
    genes: frozenset[str]


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
    if odd:
        log.warning("%s: %d lines without name, id and a gene were left out", path, odd)
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
    texts: dict[str, list[str]] = {}
    current = None
    for line in read_lines(path):
        fields = line.split("\t", 2)
        if len(fields) == 3 and re.fullmatch(r"R-[A-Z]{3}-\d+(?:\.\d+)?", fields[0].strip()):
            current = fields[0].strip()
            texts.setdefault(current, []).append(fields[2])
        elif fields[0].strip().lower() not in ("stid", "st_id", "identifier", "pathway") and current is not None:
            texts[current][-1] += f" {line}"
    if not texts:
        raise ClmtError(f"{path}: no summary; expected: id<TAB>name<TAB>text with ids such as R-HSA-5673001")
    joined = {key: " ".join(_unquote(part) for part in parts) for key, parts in texts.items()}
    summaries = {key: first_sentences(text, count) for key, text in joined.items()}
    return {key: sentences for key, sentences in summaries.items() if sentences}


def _unquote(text: str) -> str:
    """Undo the quoting of a tab-separated field."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text.replace('""', '"')


def usable_sets(
    gene_sets: Sequence[GeneSet], background: Sequence[str], *, smallest: int = 3, largest: int = 500
) -> list[GeneSet]:
    """Return the sets to test: 3 to 500 genes, at least 3 of them in the background, no umbrella, no infection."""
    known = frozenset(background)
    return [
        item
        for item in gene_sets
        if smallest <= len(item.genes) <= largest
        and len(item.genes & known) >= smallest
        and item.name.lower() not in UMBRELLA
        and not _INFECTION.search(item.name)
    ]
