"""ChEMBL: mechanisms of action of a drug."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from clmt.acquire.answers import Node, ask_node
from clmt.acquire.client import Client
from clmt.acquire.look_ups import Answers, Record, read_records
from clmt.errors import ClmtError
from clmt.text.entities import CorpusInputs, Drug
from clmt.text.facts import MECHANISM_GROUP, NAME, Facts, Part, Query, TextSource, listed
from clmt.text.sources.pubchem import ask_by_drug, prose_facts

__all__ = ["SOURCE", "ask_chembl", "mechanism_facts"]


class Chembl(TextSource):
    """One sentence for each molecule with a mechanism."""

    name = "chembl"
    title = "ChEMBL"
    services = ("chembl",)
    groups = (MECHANISM_GROUP,)

    def look_up(self, query: Query) -> Answers:
        """Ask about each drug with an InChIKey."""
        (base,) = query.urls
        known = [drug for drug in query.drugs if drug.inchikey]
        return ask_by_drug(query, self.title, known, lambda drug: ask_chembl(query.client, base, drug))

    def about_drugs(self, inputs: CorpusInputs) -> Facts:
        """Mechanisms of the drugs."""
        return mechanism_facts(inputs.drugs, read_records(inputs.files[self.name], self.name))


def mechanism_facts(drugs: Sequence[Drug], records: Mapping[str, Sequence[Record]]) -> Facts:
    """Word the mechanisms of each molecule as one sentence."""
    worded = {drug.drug_id: _worded(records.get(drug.drug_id, ())) for drug in drugs}
    return prose_facts(SOURCE.name, drugs, worded, {"mechanism": Part.MECHANISM})


def _worded(rows: Sequence[Record]) -> list[Record]:
    groups: dict[str, list[Record]] = {}
    for row in rows:
        groups.setdefault(row.record_id, []).append(row)
    return [
        replace(group[0], text=f"{NAME} acts as {listed([row.text for row in group])}.") for group in groups.values()
    ]


def ask_chembl(client: Client, base: str, drug: Drug) -> list[Record]:
    """Mechanisms of action of a drug, found by its InChIKey, of the molecule and of its parent.

    Where ChEMBL has no mechanism under the drug's key, the key of the same skeleton without stereochemistry is asked:
    many a compound was registered so.
    """
    if not drug.inchikey:
        return []
    records = _mechanisms(client, base, drug.inchikey)
    return records or _mechanisms(client, base, f"{drug.inchikey[:14]}-UHFFFAOYSA-N")


def _mechanisms(client: Client, base: str, inchikey: str) -> list[Record]:
    url = f"{base}/molecule.json?molecule_structures__standard_inchi_key={inchikey}"
    ids: list[str] = []
    for molecule, _ in _pages(client, base, url, "molecules"):
        ids += [molecule.text("molecule_chembl_id"), molecule.node("molecule_hierarchy").text("parent_chembl_id")]
    found: dict[str, Record] = {}
    for chembl_id in dict.fromkeys(key for key in ids if key):
        address = f"{base}/mechanism.json?molecule_chembl_id={chembl_id}"
        for mechanism, day in _pages(client, base, address, "mechanisms"):
            text = mechanism.text("mechanism_of_action")
            if text:
                found.setdefault(text, Record(chembl_id, text, day, kind="mechanism"))
    return [found[text] for text in sorted(found)]


def _pages(client: Client, base: str, url: str, key: str) -> Iterable[tuple[Node, str]]:
    """Entries of all pages of an answer, each with the mark of the answer; ``next`` is relative to the host."""
    host = re.match(r"https?://[^/]+", base)
    seen: set[str] = set()
    while url and url not in seen:
        seen.add(url)
        answer = ask_node(client, "ChEMBL", url, "error_message")
        if answer is None and len(seen) > 1:
            raise ClmtError(f"ChEMBL, {url}: this page is missing! got: 404, expected: what the page before announces")
        if answer is None:
            return
        entries = answer.nodes(key, needed=True)
        mark = client.retrieved(url)
        yield from ((entry, mark) for entry in entries)
        # Without page_meta the pages that follow would be lost in silence.
        following = answer.node("page_meta", needed=True).text("next")
        url = f"{host.group(0)}{following}" if host and following.startswith("/") else following


SOURCE = Chembl()
