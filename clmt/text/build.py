"""Write the corpus of a dataset: sentences about every cell line and every drug from the configured sources."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from clmt.acquire.look_ups import read_failed
from clmt.acquire.registry import Source, load_registry
from clmt.errors import ClmtError, expected_one_of
from clmt.files import write_json, write_text
from clmt.planning.settings.text import TextSettings
from clmt.planning.text_sources import OWN_TEXT, TABLES, TEXT_SOURCES
from clmt.reading.compounds import Compound
from clmt.reading.delimited import OddRows
from clmt.reading.lines import file_date
from clmt.reading.targets import map_targets, read_aliases
from clmt.text.corpus import COVERAGE_COLUMNS, KINDS, WORDING, Sentence, number_sentences, write_corpus, write_wording
from clmt.text.entities import (
    CorpusInputs,
    read_cell_lines,
    read_drugs,
    read_genotype,
    with_own_synonyms,
    with_synonyms,
)
from clmt.text.facts import (
    GROUPS,
    OWN_FILES,
    Fact,
    Facts,
    TextSource,
    chosen_sources,
    required_files,
    required_services,
    text_source,
)
from clmt.text.leakage import drop_leaks

__all__ = ["Terms", "build_corpus", "coverage_table", "to_sentences"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Terms:
    """Licence and date of a source."""

    licence: str
    date: str


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
    """Write ``cell_lines.parquet``, ``drugs.parquet``, ``wording.parquet``, ``coverage.tsv`` and ``audit.json``.

    Parameters
    ----------
    settings
        Which sources speak, and how much of them is kept.
    tables
        Folder of the dataset's tables. The table of responses is not read.
    inputs
        Name of a downloaded file, or of a source whose records were looked up -> path; see `clmt.text.facts`.
    registry
        The registry of sources, for licences and dates.
    out_dir
        Folder of the five files.
    archive
        Registry entry of the dataset's own archive, for the terms of what its tables say; without it they are dated by
        their file.
    structures
        The drugs' structures as PubChem has them; its titles are names under which other sources know the drugs.
    simulated
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
    _check_inputs(settings, inputs)
    terms = _terms(settings, registry, archive, inputs, tables)
    if simulated:
        terms = {source: Terms("simulated by this project", entry.date) for source, entry in terms.items()}
    corpus_inputs, odd = _corpus_inputs(settings, tables, inputs, structures)
    facts = _gather(chosen_sources(settings, inputs), corpus_inputs)
    aliases, targets = read_aliases(), dict.fromkeys(t for drug in corpus_inputs.drugs for t in drug.targets)
    facts["drug"].audit["odd rows, by line"] = odd
    facts["drug"].audit["target labels that name no gene"] = map_targets(targets, aliases)[1]
    ids = {
        "cell_line": [cell.entity_id for cell in corpus_inputs.cell_lines],
        "drug": [drug.entity_id for drug in corpus_inputs.drugs],
    }
    corpora: dict[str, list[Sentence]] = {}
    for kind, found in facts.items():
        rows = _screened(kind, found, corpus_inputs)
        corpora[kind], found.audit["repeated"] = to_sentences(rows, ids[kind], terms)
    coverage = coverage_table(corpora, ids, chosen_sources(settings, inputs))
    for kind, name in KINDS.items():
        write_corpus(out_dir / name, corpora[kind], ids[kind])
    write_wording(out_dir / WORDING, corpora)
    write_text(out_dir / "coverage.tsv", coverage)
    write_json(out_dir / "audit.json", {kind: found.audit for kind, found in facts.items()})
    logger.info("coverage:\n%s", coverage.rstrip())
    return coverage


def _screened(kind: str, facts: Facts, inputs: CorpusInputs) -> list[Fact]:
    """Facts without those that speak of responses, if these are to be dropped; the audit lists them in any case."""
    leaks_are = inputs.settings.leaks
    rows, leaks = drop_leaks(kind, facts.rows, inputs.cell_lines, inputs.drugs, keep=leaks_are == "keep")
    facts.audit["leaks"] = leaks
    if leaks:
        logger.warning("%s: %d sentences speak of responses; leaks: %s", kind, len(leaks), leaks_are)
    return rows


def _check_inputs(settings: TextSettings, inputs: Mapping[str, Path]) -> None:
    """Refuse an input that is none, and to build where a needed file is not given."""
    sources = [text_source(name) for name in TEXT_SOURCES]
    known = {name for source in sources for name in (*source.files, *([source.name] if source.services else []))}
    known |= set(OWN_FILES)
    for name in inputs:
        if name not in known:
            raise expected_one_of("text build: unknown --input", name, known)
    for name in (*required_files(settings), *required_services(settings)):
        if name not in inputs:
            raise ClmtError(f"text build: source {name!r} is configured without its file; add --input {name}=FILE")


def _corpus_inputs(
    settings: TextSettings, tables: Path, files: Mapping[str, Path], structures: Path | None
) -> tuple[CorpusInputs, dict[str, dict[str, list[int]]]]:
    """Read what all sources speak of; drugs have the synonyms of the configured lists. Returns odd rows by list too."""
    cell_lines = read_cell_lines(tables / "cell_lines.parquet")
    ids = [cell.cell_line_id for cell in cell_lines]
    genotype = read_genotype(tables / "mutation.parquet", tables / "copy_number.parquet", ids)
    compounds: dict[str, list[Compound]] = {}
    odd: dict[str, dict[str, list[int]]] = {}
    for name in dict.fromkeys((*settings.sources, *settings.synonyms)):
        source, rows = text_source(name), OddRows()
        found = source.compounds(files[source.files[0]], rows) if source.files else None
        if found is not None:
            compounds[name], odd[name] = found, asdict(rows)
    drugs = with_own_synonyms(read_drugs(tables / "drugs.parquet", structures))
    for name in settings.synonyms:
        drugs = with_synonyms(drugs, compounds[name])
    return CorpusInputs(settings, cell_lines, drugs, genotype, files, compounds), odd


def _gather(sources: Sequence[TextSource], inputs: CorpusInputs) -> dict[str, Facts]:
    """What the sources say about both kinds, with the keys whose look-up failed."""
    gathered = {kind: Facts() for kind in KINDS}
    for kind, facts in gathered.items():
        failed: dict[str, list[str]] = {}
        for source in sources:
            found = source.about_cell_lines(inputs) if kind == "cell_line" else source.about_drugs(inputs)
            if found is None:
                continue
            facts.add(found)
            if source.services:
                failed[source.name] = read_failed(inputs.files[source.name], source.name)
        for name, keys in failed.items():
            if keys:
                logger.warning("%s: %d look-ups failed; %s says why", name, len(keys), inputs.files[name])
        facts.audit["failed look-ups"] = failed
    return gathered


def to_sentences(
    facts: Iterable[Fact], entity_ids: Sequence[str], terms: Mapping[str, Terms]
) -> tuple[list[Sentence], dict[str, int]]:
    """Order facts into texts: by entity, part, source (as in `TEXT_SOURCES`), then as the source gave them.

    See `number_sentences` for what is returned.
    """
    entities = {entity: row for row, entity in enumerate(entity_ids)}
    sources = {source: row for row, source in enumerate(TEXT_SOURCES)}
    ordered = sorted(facts, key=lambda fact: (entities[fact.entity_id], fact.part, sources[fact.source]))
    return number_sentences(
        Sentence(
            entity_id=fact.entity_id,
            position=0,
            sentence=fact.text,
            source=fact.source,
            record_id=fact.record_id,
            licence=terms[fact.source].licence,
            retrieved=fact.retrieved or terms[fact.source].date,
            part=fact.part.name.lower(),
            name_at=fact.name_at,
            other_names=fact.other_names,
        )
        for fact in ordered
    )


def coverage_table(
    corpora: Mapping[str, Sequence[Sentence]], entity_ids: Mapping[str, Sequence[str]], sources: Iterable[TextSource]
) -> str:
    """Tabulate how many entities each source speaks of, as tab-separated text with the header `COVERAGE_COLUMNS`.

    Each of ``sources`` has a row for both kinds, also where it says nothing: a source that fell silent shows.
    After the sources of drugs come the groups of `GROUPS`, and last the whole text as "all". A sentence that several
    sources have is counted for each of them, and once in the text.
    """
    lines = ["\t".join(COVERAGE_COLUMNS)]
    speaking = {source.name: source.groups for source in sources}
    for kind, sentences in corpora.items():
        rows = {name: [s for s in sentences if s.source == name] for name in sorted(speaking)}
        if kind == "drug":
            for group in GROUPS:
                rows[group] = [s for s in sentences if group in speaking[s.source]]
        rows["all"] = [s for s in sentences if not s.repeats]
        total = len(entity_ids[kind])
        for source, found in rows.items():
            entities = len({s.entity_id for s in found})
            share = f"{entities / total:.3f}" if total else ""
            characters = sum(len(s.sentence) for s in found)
            cells = (kind, source, entities, total, share, len(found), characters)
            lines.append("\t".join(str(cell) for cell in cells))
    return "\n".join(lines) + "\n"


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
    terms[OWN_TEXT] = Terms("the dataset's own", file_date(table))
    for source in chosen_sources(settings):
        if source.services:
            terms[source.name] = Terms(loaded.api(source.services[0]).licence, "")
        elif source.files:
            entry = loaded.source(source.files[0])
            terms[source.name] = Terms(entry.licence, _day(entry, inputs[entry.name]))
    return terms


def _day(entry: Source, path: Path) -> str:
    """Day of a source's release; the first of a year or month where the registry names no day, else that of a file."""
    if not entry.date[:1].isdigit():
        return file_date(path)
    year, month, day = (*entry.date.split("-"), "01", "01")[:3]
    return f"{year}-{month}-{day}"
