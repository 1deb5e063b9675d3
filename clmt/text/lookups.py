"""Ask look-up services about the drugs, genes and pathways of a dataset, and keep the answers as one file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clmt.acquire.client import Client
from clmt.acquire.registry import Registry
from clmt.errors import ClmtError, expected_one_of
from clmt.logs import progress
from clmt.text.gather import read_drugs
from clmt.text.gene_sets import read_gmt, read_summations
from clmt.text.records import Record, write_records
from clmt.text.services import KEGG_BATCH, ask_chembl, ask_kegg, ask_pubchem, ask_reactome, ask_uniprot, list_kegg
from clmt.text.settings import SERVICES

__all__ = ["Answers", "ask_each", "look_up"]

log = logging.getLogger(__name__)

#: Keys that one request asks about: one, or several of KEGG's.
Keys = tuple[str, ...]

_NAMES = {
    "chembl": "ChEMBL",
    "pubchem": "PubChem",
    "uniprot": "UniProt",
    "kegg": "KEGG",
    "reactome_content": "Reactome",
}


@dataclass
class Answers:
    """What a service says about the keys asked, the keys it does not know, and why others have no answer."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        """Number of keys asked about."""
        return len(self.records) + len(self.unknown) + len(self.failed)


def look_up(
    source: str, client: Client, registry: Registry, drugs: Path, inputs: Mapping[str, Path], out: Path
) -> None:
    """Ask a service and write its records.

    Parameters
    ----------
    source : str
        Text source, a key of `clmt.text.settings.SERVICES`.
    client : Client
        Asks, paces and caches.
    registry : Registry
        Knows the address of the service.
    drugs : Path
        The dataset's table of drugs.
    inputs : mapping
        Downloaded files by registry name; ``reactome_content`` needs those of Reactome.
    out : Path
        See `clmt.text.records`.
    """
    if source not in SERVICES:
        raise expected_one_of("text look-up: unknown source", source, SERVICES)
    base = registry.api(SERVICES[source]).url
    name = _NAMES[source]
    if source == "kegg":
        ids = list_kegg(client, base)
        batches = [tuple(ids[start : start + KEGG_BATCH]) for start in range(0, len(ids), KEGG_BATCH)]
        answers = ask_each(batches, lambda batch: ask_kegg(client, base, batch), name)
    elif source == "reactome_content":
        pathways = _without_summary(inputs)
        answers = ask_each(_single(pathways), lambda key: _keyed(key, ask_reactome(client, base, *key)), name)
    elif source == "uniprot":
        symbols = list(dict.fromkeys(symbol for drug in read_drugs(drugs) for symbol in drug.symbols))
        answers = ask_each(_single(symbols), lambda key: _keyed(key, ask_uniprot(client, base, *key)), name)
    else:
        table = {drug.drug_id: drug for drug in read_drugs(drugs)}
        view = registry.api("pubchem_view").url if source == "pubchem" else ""

        def ask(key: Keys) -> dict[str, list[Record]]:
            drug = table[key[0]]
            return _keyed(key, ask_pubchem(client, base, view, drug) if view else ask_chembl(client, base, drug))

        # A drug without the identifier that the service is asked by is unknown there, and no answer that could fail.
        known = [key for key, drug in table.items() if (drug.cid is not None if view else drug.inchikey)]
        answers = ask_each(_single(known), ask, name)
        answers.unknown += [key for key in table if key not in known]
    log.info("%s: %d of %d have a record", source, len(answers.records), answers.asked)
    if answers.asked and not answers.records:
        log.warning("%s has nothing to say; if it should, its address in the registry may have moved", source)
    write_records(out, source, answers.records, answers.unknown, answers.failed)


def ask_each(batches: Sequence[Keys], ask: Callable[[Keys], dict[str, list[Record]]], name: str) -> Answers:
    """Ask about each batch of keys; an odd answer costs its own keys only, and is told with its reason.

    Raises
    ------
    ClmtError
        Where no batch has an answer that can be read: then it is not the answers that are odd.
    """
    answers = Answers()
    for batch in progress(batches, name, len(batches)):
        try:
            found = {key: rows for key, rows in ask(batch).items() if rows}
        except ClmtError as error:
            answers.failed.update(dict.fromkeys(batch, str(error)))
            log.warning("%s: no answer about %s: %s", name, ", ".join(batch), error)
            continue
        answers.records.update(found)
        answers.unknown += [key for key in batch if key not in found]
    if answers.failed and len(answers.failed) == answers.asked:
        raise ClmtError(
            f"{name}: each look-up failed, so its layout has changed or its address has moved! "
            f"got: {len(answers.failed)} failures, expected: answers; the first: {next(iter(answers.failed.values()))}"
        )
    if answers.failed:
        log.warning("%s: %d of %d look-ups failed", name, len(answers.failed), answers.asked)
    return answers


def _without_summary(inputs: Mapping[str, Path]) -> list[str]:
    """Pathways of the gene sets about which the bulk file says nothing."""
    for name in ("reactome_gmt", "reactome_summations"):
        if name not in inputs:
            raise ClmtError(f"text look-up: reactome_content needs the file of {name}; add --input {name}=FILE")
    known = read_summations(inputs["reactome_summations"])
    return [item.set_id for item in read_gmt(inputs["reactome_gmt"]) if item.set_id not in known]


def _single(keys: Iterable[str]) -> list[Keys]:
    return [(key,) for key in keys]


def _keyed(keys: Keys, rows: list[Record]) -> dict[str, list[Record]]:
    return dict.fromkeys(keys, rows)
