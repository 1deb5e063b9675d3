"""Ask look-up services about the drugs, genes and pathways of a dataset, and keep the answers as one file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from clmt.acquire.client import Client
from clmt.acquire.registry import Registry
from clmt.errors import ClmtError, expected_one_of
from clmt.logs import progress
from clmt.text.gather import read_drugs
from clmt.text.gene_sets import read_gmt, read_summations
from clmt.text.records import Record, write_records
from clmt.text.services import ask_chembl, ask_kegg, ask_pubchem, ask_reactome, ask_uniprot
from clmt.text.settings import SERVICES

__all__ = ["look_up"]

log = logging.getLogger(__name__)


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
    if source == "kegg":
        records = ask_kegg(client, base)
        asked: Sequence[str] = list(records)
    elif source == "reactome_content":
        for name in ("reactome_gmt", "reactome_summations"):
            if name not in inputs:
                raise ClmtError(f"text look-up: {source} needs the file of {name}; add --input {name}=FILE")
        known = read_summations(inputs["reactome_summations"])
        asked = [item.set_id for item in read_gmt(inputs["reactome_gmt"]) if item.set_id not in known]
        records = _each(asked, lambda key: ask_reactome(client, base, key), "Reactome")
    elif source == "uniprot":
        asked = list(dict.fromkeys(symbol for drug in read_drugs(drugs) for symbol in drug.symbols))
        records = _each(asked, lambda symbol: ask_uniprot(client, base, symbol), "UniProt")
    else:
        table = {drug.drug_id: drug for drug in read_drugs(drugs)}
        asked = list(table)
        if source == "chembl":
            records = _each(asked, lambda key: ask_chembl(client, base, table[key]), "ChEMBL")
        else:
            view = registry.api("pubchem_view").url
            records = _each(asked, lambda key: ask_pubchem(client, base, view, table[key]), "PubChem")
    unknown = [key for key in asked if key not in records]
    log.info("%s: %d of %d have a record", source, len(records), len(asked))
    if asked and not records:
        log.warning("%s has nothing to say; if it should, its address in the registry may have moved", source)
    write_records(out, source, records, unknown)


def _each(keys: Sequence[str], ask: Callable[[str], list[Record]], name: str) -> dict[str, list[Record]]:
    """Ask about each key; keys without an answer are left out."""
    answers = {key: ask(key) for key in progress(keys, name, len(keys))}
    return {key: rows for key, rows in answers.items() if rows}
