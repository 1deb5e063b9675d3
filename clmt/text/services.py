"""What to ask each look-up service, and how to read its answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from clmt.acquire.answers import Node, layout_error, open_node
from clmt.acquire.client import Client
from clmt.errors import ClmtError
from clmt.text.drugs import Drug
from clmt.text.records import Record

__all__ = ["KEGG_BATCH", "ask_chembl", "ask_kegg", "ask_pubchem", "ask_reactome", "ask_uniprot", "list_kegg"]

#: Statuses with which the services say that they have nothing: a name that cannot be parsed, and an unknown one.
NOTHING = frozenset({400, 404})
#: KEGG answers at most ten entries at once.
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
    """Entries of all pages of a ChEMBL answer, each with the mark of the answer; ``next`` is relative to the host."""
    host = re.match(r"https?://[^/]+", base)
    seen: set[str] = set()
    while url and url not in seen:
        seen.add(url)
        answer = _ask(client, "ChEMBL", url)
        if answer is None:
            return
        entries = answer.nodes(key, needed=True)
        mark = client.retrieved(url)
        yield from ((entry, mark) for entry in entries)
        # Without page_meta the pages that follow would be lost in silence.
        following = answer.node("page_meta", needed=True).text("next")
        url = f"{host.group(0)}{following}" if host and following.startswith("/") else following


def ask_pubchem(client: Client, base: str, view: str, drug: Drug) -> list[Record]:
    """PUG-View's mechanism of action of a compound, and its first description; both cut to two sentences later."""
    if drug.cid is None:
        return []
    records = []
    url = f"{view}/data/compound/{drug.cid}/JSON?heading=Mechanism+of+Action"
    answer = _ask_pubchem(client, url)
    if answer is not None:
        record = answer.node("Record", needed=True)
        texts = [text for part in record.nodes("Section", needed=True) for text in _view_strings(part)]
        records += [Record(f"CID {drug.cid}", text, client.retrieved(url), kind="mechanism") for text in texts[:1]]
    url = f"{base}/compound/cid/{drug.cid}/description/JSON"
    answer = _ask_pubchem(client, url)
    if answer is not None:
        rows = answer.node("InformationList", needed=True).nodes("Information", needed=True)
        texts = [text for row in rows if (text := row.text("Description"))]
        records += [Record(f"CID {drug.cid}", text, client.retrieved(url), kind="description") for text in texts[:1]]
    return records


def _ask_pubchem(client: Client, url: str) -> Node | None:
    """An answer of PubChem; a fault that it sends as an answer is no record only where it says so."""
    answer = _ask(client, "PubChem", url)
    if answer is None or "Fault" not in answer.value:
        return answer
    code = answer.node("Fault").text("Code")
    if "NotFound" not in code:
        raise ClmtError(f"{answer.where}: a fault! got: {code!r}, expected: an answer; remove the cached answer")
    return None


def _view_strings(node: Node) -> list[str]:
    """All texts of a PUG-View section, depth first."""
    parts = (part for item in node.nodes("Information") for part in item.node("Value").nodes("StringWithMarkup"))
    texts = [text for part in parts if (text := part.text("String"))]
    for section in node.nodes("Section"):
        texts += _view_strings(section)
    return texts


def ask_uniprot(client: Client, base: str, symbol: str) -> list[Record]:
    """Function of the reviewed human protein of a gene."""
    query = f"gene_exact:{symbol}+AND+organism_id:9606+AND+reviewed:true"
    url = f"{base}/uniprotkb/search?query={query}&fields=accession,cc_function&format=json&size=1"
    answer = _ask(client, "UniProt", url)
    for entry in [] if answer is None else answer.nodes("results", needed=True):
        accession = entry.text("primaryAccession") or symbol
        for comment in entry.nodes("comments"):
            texts = [value for text in comment.nodes("texts") if (value := text.text("value"))]
            if comment.text("commentType") == "FUNCTION" and texts:
                return [Record(accession, " ".join(texts), client.retrieved(url))]
    return []


def ask_reactome(client: Client, base: str, pathway: str) -> list[Record]:
    """Summary of one pathway; a pathway without one has an empty list of them, so the key must be there."""
    url = f"{base}/data/query/{pathway}"
    answer = _ask(client, "Reactome", url)
    if answer is None:
        return []
    text = " ".join(text for part in answer.nodes("summation", needed=True) if (text := part.text("text")))
    return [Record(pathway, text, client.retrieved(url), name=answer.text("displayName"))] if text else []


def list_kegg(client: Client, base: str) -> list[str]:
    """Ids of KEGG's human pathways; none where KEGG is not there to be asked, as with a mirror without it."""
    url = f"{base}/list/pathway/hsa"
    listing = client.get_text(url, NOTHING)
    ids = re.findall(r"^(?:path:)?(hsa\d{5})\t", listing or "", re.MULTILINE)
    if listing is not None and not ids:
        raise layout_error(f"KEGG, {url}", "listing", listing, "lines of an id such as hsa00010, a tab and a name")
    return list(dict.fromkeys(ids))


def ask_kegg(client: Client, base: str, ids: Sequence[str]) -> dict[str, list[Record]]:
    """Names, descriptions and genes of at most `KEGG_BATCH` pathways."""
    url = f"{base}/get/{'+'.join(ids)}"
    answer = client.get_text(url, NOTHING)
    if answer is None:
        return {}
    mark = client.retrieved(url)
    found = [record for entry in answer.split("\n///") if (record := _kegg_entry(entry, mark)) is not None]
    if not found:
        raise layout_error(f"KEGG, {url}", "ENTRY", answer, "entries that begin with ENTRY")
    return {record.record_id: [record] for record in found}


def _kegg_entry(text: str, day: str) -> Record | None:
    """Read one entry of KEGG's flat format: a keyword in the first 12 columns, else a continuation."""
    fields: dict[str, list[str]] = {}
    keyword = ""
    for line in text.splitlines():
        keyword = line[:12].strip() or keyword
        if keyword and line[12:].strip():
            fields.setdefault(keyword, []).append(line[12:].strip())
    if not fields.get("ENTRY"):
        return None
    name = re.sub(r" - Homo sapiens \(human\)$", "", " ".join(fields.get("NAME", [])))
    genes = [match.group(1) for row in fields.get("GENE", []) if (match := re.match(r"\d+\s+([^;\s]+);", row))]
    description = " ".join(fields.get("DESCRIPTION", []))
    return Record(fields["ENTRY"][0].split()[0], description, day, name=name, genes=tuple(sorted(set(genes))))


def _ask(client: Client, service: str, url: str) -> Node | None:
    """Ask for a mapping; None where the service has nothing."""
    answer = client.get_json(url, NOTHING)
    return None if answer is None else open_node(answer, f"{service}, {url}")
