"""KEGG: pathways of a cell line's altered genes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from clmt.acquire.answers import NOTHING, layout_error
from clmt.acquire.client import Client
from clmt.acquire.look_ups import Answers, Record, ask_each, read_records
from clmt.errors import ClmtError
from clmt.text.entities import CorpusInputs
from clmt.text.facts import Facts, Query, TextSource
from clmt.text.pathways import GeneSet, pathway_facts, pathway_hits
from clmt.text.sources.reactome_content import summaries_and_dates

__all__ = ["BATCH", "SOURCE", "ask_kegg", "kegg_gene_sets", "list_kegg"]

#: KEGG answers at most ten entries at once.
BATCH = 10


class Kegg(TextSource):
    """Names and descriptions of pathways."""

    name = "kegg"
    title = "KEGG"
    services = ("kegg",)

    def look_up(self, query: Query) -> Answers:
        """Ask for all human pathways."""
        (base,) = query.urls
        ids = list_kegg(query.client, base)
        batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
        return ask_each(query.client, batches, lambda batch: ask_kegg(query.client, base, batch), self.title)

    def about_cell_lines(self, inputs: CorpusInputs) -> Facts:
        """Pathways in which altered genes are over-represented."""
        records = read_records(inputs.files[self.name], self.name)
        hits, audit = pathway_hits(inputs.genotype, kegg_gene_sets(records), inputs.settings.max_pathways)
        return pathway_facts(self.name, inputs.cell_lines, hits, *summaries_and_dates(records), audit=audit)


def kegg_gene_sets(records: Mapping[str, list[Record]]) -> list[GeneSet]:
    """Gene sets of KEGG's records."""
    return [GeneSet(key, rows[0].name, frozenset(rows[0].genes)) for key, rows in sorted(records.items())]


def list_kegg(client: Client, base: str) -> list[str]:
    """Ids of KEGG's human pathways; none where KEGG is not there to be asked, as with a mirror without it."""
    url = f"{base}/list/pathway/hsa"
    listing = client.get_text(url, NOTHING)
    ids = re.findall(r"^(?:path:)?(hsa\d{5})\t", listing or "", re.MULTILINE)
    if listing is not None and not ids:
        raise layout_error(f"KEGG, {url}", "listing", listing, "lines of an id such as hsa00010, a tab and a name")
    return list(dict.fromkeys(ids))


def ask_kegg(client: Client, base: str, ids: Sequence[str]) -> dict[str, list[Record]]:
    """Names, descriptions and genes of at most `BATCH` pathways."""
    url = f"{base}/get/{'+'.join(ids)}"
    answer = client.get_text(url, NOTHING)
    if answer is None:
        return {}
    mark = client.retrieved(url)
    *entries, rest = answer.split("\n///")
    found = [record for entry in entries if (record := _entry(entry, mark)) is not None]
    if not found or rest.strip():
        raise layout_error(f"KEGG, {url}", "ENTRY", rest or answer, "entries that begin with ENTRY and end with ///")
    keys = [record.record_id for record in found]
    if len(set(keys)) < len(keys) or not set(keys) <= set(ids):
        raise ClmtError(f"KEGG, {url}: entries that were not asked for, or twice! got: {', '.join(keys)}")
    answers = {record.record_id: [record] for record in found}
    for key in ids if len(ids) > 1 else ():
        # All ids are KEGG's own. One that is missing is asked for by itself: then it is told as unknown, or comes.
        if key not in answers:
            answers |= ask_kegg(client, base, [key])
    return answers


def _entry(text: str, day: str) -> Record | None:
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


SOURCE = Kegg()
