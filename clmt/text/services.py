"""What to ask each look-up service, and how to read its answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from clmt.acquire.client import Client
from clmt.errors import ClmtError
from clmt.logs import progress
from clmt.text.drugs import Drug
from clmt.text.records import Record

__all__ = ["ask_chembl", "ask_kegg", "ask_pubchem", "ask_reactome", "ask_uniprot"]

#: Statuses with which the services say that they have nothing: a name that cannot be parsed, and an unknown one.
NOTHING = frozenset({400, 404})
KEGG_BATCH = 10


def ask_chembl(client: Client, base: str, drug: Drug) -> list[Record]:
    """Mechanisms of action of a drug, found by its InChIKey, of the molecule and of its parent.

    Where ChEMBL has no mechanism under the drug's key, the key of the same skeleton without stereochemistry is asked:
    many a compound was registered so.
    """
    if not drug.inchikey:
        return []
    records = _chembl_mechanisms(client, base, drug.inchikey)
    return records or _chembl_mechanisms(client, base, f"{drug.inchikey[:14]}-UHFFFAOYSA-N")


def _chembl_mechanisms(client: Client, base: str, inchikey: str) -> list[Record]:
    url = f"{base}/molecule.json?molecule_structures__standard_inchi_key={inchikey}"
    ids: list[str | None] = []
    for molecule, _ in _pages(client, base, url, "molecules"):
        hierarchy = molecule.get("molecule_hierarchy") or {}
        ids += [molecule.get("molecule_chembl_id"), hierarchy.get("parent_chembl_id")]
    found: dict[str, Record] = {}
    for chembl_id in dict.fromkeys(key for key in ids if key):
        address = f"{base}/mechanism.json?molecule_chembl_id={chembl_id}"
        for mechanism, day in _pages(client, base, address, "mechanisms"):
            text = (mechanism.get("mechanism_of_action") or "").strip()
            if text:
                found.setdefault(text, Record(chembl_id, text, day, kind="mechanism"))
    return [found[text] for text in sorted(found)]


def _pages(client: Client, base: str, url: str | None, key: str) -> Iterable[tuple[dict[str, Any], str]]:
    """Entries of all pages of a ChEMBL answer, each with the day of the answer; ``next`` is relative to the host."""
    host = re.match(r"https?://[^/]+", base)
    seen: set[str] = set()
    while url and url not in seen:
        seen.add(url)
        answer = client.get_json(url, NOTHING)
        if answer is None:
            return
        entries = _expect(answer, key, list, url)
        day = client.retrieved(url)
        yield from ((entry, day) for entry in entries if isinstance(entry, dict))
        following = (answer.get("page_meta") or {}).get("next")
        url = f"{host.group(0)}{following}" if following and host and following.startswith("/") else following


def ask_pubchem(client: Client, base: str, view: str, drug: Drug) -> list[Record]:
    """PUG-View's mechanism of action of a compound, and its first description; both cut to two sentences later."""
    if drug.cid is None:
        return []
    records = []
    url = f"{view}/data/compound/{drug.cid}/JSON?heading=Mechanism+of+Action"
    answer = client.get_json(url, NOTHING)
    if answer is not None and "Fault" not in answer:
        texts = _view_strings(_expect(answer, "Record", dict, url))
        records += [Record(f"CID {drug.cid}", text, client.retrieved(url), kind="mechanism") for text in texts[:1]]
    url = f"{base}/compound/cid/{drug.cid}/description/JSON"
    answer = client.get_json(url, NOTHING)
    if answer is not None and "Fault" not in answer:
        rows = _expect(answer, "InformationList", dict, url).get("Information") or []
        texts = [row["Description"] for row in rows if isinstance(row, dict) and row.get("Description")]
        records += [Record(f"CID {drug.cid}", text, client.retrieved(url), kind="description") for text in texts[:1]]
    return records


def _view_strings(node: Mapping[str, Any]) -> list[str]:
    """All texts of a PUG-View record, depth first."""
    texts = [
        str(part["String"])
        for item in node.get("Information") or []
        for part in (item.get("Value") or {}).get("StringWithMarkup") or []
        if part.get("String")
    ]
    for section in node.get("Section") or []:
        texts += _view_strings(section)
    return texts


def ask_uniprot(client: Client, base: str, symbol: str) -> list[Record]:
    """Function of the reviewed human protein of a gene."""
    query = f"gene_exact:{symbol}+AND+organism_id:9606+AND+reviewed:true"
    url = f"{base}/uniprotkb/search?query={query}&fields=accession,cc_function&format=json&size=1"
    answer = client.get_json(url, NOTHING)
    for entry in _expect(answer, "results", list, url) if answer is not None else []:
        for comment in entry.get("comments") or []:
            texts = [text.get("value", "") for text in comment.get("texts") or []]
            if comment.get("commentType") == "FUNCTION" and any(texts):
                return [Record(entry.get("primaryAccession", symbol), " ".join(texts), client.retrieved(url))]
    return []


def ask_reactome(client: Client, base: str, pathway: str) -> list[Record]:
    """Summary of one pathway."""
    url = f"{base}/data/query/{pathway}"
    answer = client.get_json(url, NOTHING)
    if answer is None:
        return []
    parts = answer.get("summation") if isinstance(answer, dict) else None
    text = " ".join(part["text"] for part in parts or [] if isinstance(part, dict) and part.get("text"))
    return [Record(pathway, text, client.retrieved(url), name=answer.get("displayName", ""))] if text else []


def ask_kegg(client: Client, base: str) -> dict[str, list[Record]]:
    """Human pathways: names, descriptions and genes, ten to a request."""
    url = f"{base}/list/pathway/hsa"
    listing = client.get_text(url, NOTHING)
    ids = re.findall(r"^(?:path:)?(hsa\d{5})\t", listing or "", re.MULTILINE)
    records: dict[str, list[Record]] = {}
    batches = [ids[start : start + KEGG_BATCH] for start in range(0, len(ids), KEGG_BATCH)]
    for batch in progress(batches, "KEGG", len(batches)):
        url = f"{base}/get/{'+'.join(batch)}"
        for entry in (client.get_text(url, NOTHING) or "").split("\n///"):
            record = _kegg_entry(entry, client.retrieved(url))
            if record is not None:
                records[record.record_id] = [record]
    return records


def _kegg_entry(text: str, day: str) -> Record | None:
    """Read one entry of KEGG's flat format: a keyword in the first 12 columns, else a continuation."""
    fields: dict[str, list[str]] = {}
    keyword = ""
    for line in text.splitlines():
        keyword = line[:12].strip() or keyword
        if keyword and line[12:].strip():
            fields.setdefault(keyword, []).append(line[12:].strip())
    if "ENTRY" not in fields:
        return None
    name = re.sub(r" - Homo sapiens \(human\)$", "", " ".join(fields.get("NAME", [])))
    genes = [match.group(1) for row in fields.get("GENE", []) if (match := re.match(r"\d+\s+([^;\s]+);", row))]
    description = " ".join(fields.get("DESCRIPTION", []))
    return Record(fields["ENTRY"][0].split()[0], description, day, name=name, genes=tuple(sorted(set(genes))))


def _expect(answer: Any, key: str, kind: type, url: str) -> Any:
    """Return a part of an answer; one line where the layout has changed."""
    value = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(value, kind):
        got = sorted(answer)[:5] if isinstance(answer, dict) else type(answer).__name__
        raise ClmtError(f"{url}: the layout has changed! got: {got}, expected: {key!r}; remove the cached answer")
    return value
