"""PubChem: description and mechanism of a drug; and how the prose of a look-up becomes facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from clmt.acquire.answers import Node, ask_node, layout_error
from clmt.acquire.client import Client
from clmt.acquire.look_ups import Answers, Record, ask_each, read_records
from clmt.errors import choose
from clmt.reading.prose import first_sentences
from clmt.text.entities import CorpusInputs, Drug
from clmt.text.facts import MECHANISM_GROUP, PROSE_GROUP, Facts, Part, Query, TextSource, state

__all__ = ["SOURCE", "ask_by_drug", "ask_pubchem", "prose_facts"]

PARTS = {"mechanism": Part.MECHANISM, "description": Part.DEFINITION}


class PubChem(TextSource):
    """The first two sentences of a mechanism and of a description."""

    name = "pubchem"
    title = "PubChem"
    services = ("pubchem", "pubchem_view")
    groups = (MECHANISM_GROUP, PROSE_GROUP)

    def look_up(self, query: Query) -> Answers:
        """Ask about each drug with an identifier."""
        base, view = query.urls
        known = [drug for drug in query.drugs if drug.cid is not None]
        return ask_by_drug(query, self.title, known, lambda drug: ask_pubchem(query.client, base, view, drug))

    def about_drugs(self, inputs: CorpusInputs) -> Facts:
        """Prose about the drugs."""
        return prose_facts(self.name, inputs.drugs, read_records(inputs.files[self.name], self.name), PARTS)


def ask_by_drug(query: Query, title: str, known: Sequence[Drug], ask: Callable[[Drug], list[Record]]) -> Answers:
    """Ask about each drug of ``known``; a drug without the identifier that the service is asked by is unknown there."""
    table = {drug.drug_id: drug for drug in known}
    keys = [(key,) for key in table]
    answers = ask_each(query.client, keys, lambda batch: {key: ask(table[key]) for key in batch}, title)
    answers.unknown += [drug.drug_id for drug in query.drugs if drug.drug_id not in table]
    return answers


def prose_facts(
    source: str, drugs: Sequence[Drug], records: Mapping[str, Sequence[Record]], parts: Mapping[str, Part]
) -> Facts:
    """First two sentences of each text that a look-up found.

    Parameters
    ----------
    source
        Name of the source in the corpus.
    drugs
        Of the dataset.
    records
        drug_id -> records; a text may hold the slot for the drug's name.
    parts
        Kind of record -> part of the text.
    """
    for drug in drugs:
        for record in records.get(drug.drug_id, ()):
            choose(f"records of {source}: unknown kind of {drug.drug_id!r}", record.kind, parts)
    rows = [
        state(drug, parts[record.kind], sentence, source, record.record_id, record.retrieved)
        for drug in drugs
        for record in records.get(drug.drug_id, ())
        for sentence in first_sentences(record.text)
    ]
    found = {row.entity_id for row in rows}
    unmatched = [drug.drug_id for drug in drugs if drug.drug_id not in found]
    return Facts(rows, {source: {"matched": len(found), "unmatched": unmatched}})


def ask_pubchem(client: Client, base: str, view: str, drug: Drug) -> list[Record]:
    """PUG-View's mechanism of action of a compound, and its first description; both cut to two sentences later."""
    if drug.cid is None:
        return []
    records = []
    url = f"{view}/data/compound/{drug.cid}/JSON?heading=Mechanism+of+Action"
    answer = _ask(client, url)
    if answer is not None:
        record = answer.node("Record", needed=True)
        texts = [text for part in record.nodes("Section", needed=True) for text in _strings(part)]
        records += [Record(f"CID {drug.cid}", text, client.retrieved(url), kind="mechanism") for text in texts[:1]]
    url = f"{base}/compound/cid/{drug.cid}/description/JSON"
    answer = _ask(client, url)
    if answer is not None:
        rows = answer.node("InformationList", needed=True).nodes("Information", needed=True)
        texts = [text for row in rows if (text := row.text("Description"))]
        records += [Record(f"CID {drug.cid}", text, client.retrieved(url), kind="description") for text in texts[:1]]
    return records


def _ask(client: Client, url: str) -> Node | None:
    """An answer; a fault that PubChem sends as an answer is no record only where it says so."""
    answer = ask_node(client, "PubChem", url, "Fault")
    if answer is None or "Fault" not in answer.value:
        return answer
    code = answer.node("Fault").text("Code")
    if "NotFound" not in code:
        raise layout_error(answer.where, "Fault", code, "an answer")
    return None


def _strings(node: Node) -> list[str]:
    """All texts of a PUG-View section, depth first."""
    parts = (part for item in node.nodes("Information") for part in item.node("Value").nodes("StringWithMarkup"))
    texts = [text for part in parts if (text := part.text("String"))]
    for section in node.nodes("Section"):
        texts += _strings(section)
    return texts


SOURCE = PubChem()
