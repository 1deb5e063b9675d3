"""Write the corpus of a dataset: sentences about every cell line and every drug from the configured sources."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clmt.acquire.registry import Source, load_registry
from clmt.errors import expected_one_of
from clmt.files import write_json, write_text
from clmt.reading.lines import file_date
from clmt.text.cells import read_genotype
from clmt.text.corpus import KINDS, Sentence, write_corpus
from clmt.text.coverage import coverage_table
from clmt.text.facts import TABLES, Terms, to_sentences
from clmt.text.gather import cell_line_facts, drug_facts, name_drugs, read_cell_lines, read_drugs
from clmt.text.leakage import drop_leaks
from clmt.text.settings import FILES, SERVICES, TextSettings, require_inputs

__all__ = ["build_corpus"]

log = logging.getLogger(__name__)


def build_corpus(
    settings: TextSettings,
    tables: Path,
    inputs: Mapping[str, Path],
    registry: Path,
    out_dir: Path,
    *,
    archive: str | None = None,
    structures: Path | None = None,
    simulated: bool = False,
) -> str:
    """Write ``cell_lines.parquet``, ``drugs.parquet``, ``coverage.tsv`` and ``audit.json``.

    Parameters
    ----------
    settings : TextSettings
        Which sources speak, and how much of them is kept.
    tables : Path
        Folder of the dataset's tables. The table of responses is not read.
    inputs : mapping
        Name of a downloaded file, or of a source whose records were looked up -> path; see `clmt.text.settings`.
    registry : Path
        The registry of sources, for licences and dates.
    out_dir : Path
        Folder of the four files.
    archive : str, optional
        Registry entry of the dataset's own archive, for the terms of what its tables say; without it they are dated by
        their file.
    structures : Path, optional
        The drugs' structures as PubChem has them; its titles are names under which other sources know the drugs.
    simulated : bool
        Whether the sources are the project's own simulated files, which must not carry the published ones' terms.

    Returns
    -------
    str
        The table of ``coverage.tsv``.

    Raises
    ------
    ClmtError
        For a missing or unreadable input, and where an entity would be left without text.
    """
    known = {file for files in FILES.values() for file in files} | set(SERVICES)
    for name in inputs:
        if name not in known:
            raise expected_one_of("text build: unknown --input", name, known)
    require_inputs(settings, inputs)
    cell_lines = read_cell_lines(tables / "cell_lines.parquet")
    terms = _terms(settings, registry, archive, inputs, tables)
    if simulated:
        terms = {source: Terms("simulated by this project", entry.date) for source, entry in terms.items()}
    drugs = name_drugs(settings, read_drugs(tables / "drugs.parquet", structures), inputs)
    ids = {"cell_line": [cell.cell_line_id for cell in cell_lines], "drug": [drug.drug_id for drug in drugs]}
    genotype = read_genotype(tables / "mutation.parquet", tables / "copy_number.parquet", ids["cell_line"])
    facts = {
        "cell_line": cell_line_facts(settings, cell_lines, genotype, inputs),
        "drug": drug_facts(settings, drugs, inputs),
    }
    corpora: dict[str, list[Sentence]] = {}
    audit: dict[str, Any] = {}
    for kind, found in facts.items():
        rows, leaks = drop_leaks(kind, found.rows, cell_lines, drugs, keep=settings.leaks == "keep")
        corpora[kind], repeated = to_sentences(rows, ids[kind], terms)
        audit[kind] = {**found.audit, "leaks": leaks, "repeated": repeated}
        if leaks:
            log.warning("%s: %d sentences speak of responses; leaks: %s", kind, len(leaks), settings.leaks)
    coverage = coverage_table(corpora, ids, (TABLES, *settings.sources))
    _write(out_dir, corpora, ids, coverage, audit)
    return coverage


def _write(
    out_dir: Path,
    corpora: dict[str, list[Sentence]],
    ids: dict[str, list[str]],
    coverage: str,
    audit: dict[str, Any],
) -> None:
    for kind, name in KINDS.items():
        write_corpus(out_dir / name, corpora[kind], ids[kind])
    write_text(out_dir / "coverage.tsv", coverage)
    write_json(out_dir / "audit.json", audit)
    log.info("coverage:\n%s", coverage.rstrip())


def _terms(
    settings: TextSettings, registry: Path, archive: str | None, inputs: Mapping[str, Path], tables: Path
) -> dict[str, Terms]:
    """Licence and date of each source, from the registry; a look-up's date is that of its answer."""
    loaded = load_registry(registry)
    own = None if archive is None else loaded.source(archive)
    table = tables / KINDS["cell_line"]
    terms = {
        TABLES: Terms("the dataset's own", file_date(table)) if own is None else Terms(own.licence, _day(own, table))
    }
    for source in settings.sources:
        if source in SERVICES:
            terms[source] = Terms(loaded.api(SERVICES[source]).licence, "")
        else:
            entry = loaded.source(FILES[source][0])
            terms[source] = Terms(entry.licence, _day(entry, inputs[entry.name]))
    return terms


def _day(entry: Source, path: Path) -> str:
    """Day of a source's release; the first of a year or month where the registry names no day, else that of a file."""
    if not entry.date[:1].isdigit():
        return file_date(path)
    year, month, day = (*entry.date.split("-"), "01", "01")[:3]
    return f"{year}-{month}-{day}"
