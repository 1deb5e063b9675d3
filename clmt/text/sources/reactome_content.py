"""Reactome's ContentService: summaries of pathways that the bulk files lack."""

from __future__ import annotations

from collections.abc import Mapping

from clmt.acquire.answers import ask_node
from clmt.acquire.client import Client
from clmt.acquire.look_ups import Answers, Record, ask_each, read_records
from clmt.reading.prose import first_sentences
from clmt.text.entities import CorpusInputs
from clmt.text.facts import Facts, Query, TextSource
from clmt.text.pathways import pathway_facts, pathway_hits
from clmt.text.sources.reactome import read_gmt, read_summations

__all__ = ["SOURCE", "ask_reactome", "summaries_and_dates"]


class ReactomeContent(TextSource):
    """Summaries alone: the names of the pathways are Reactome's."""

    name = "reactome_content"
    title = "Reactome"
    files = ("reactome_gmt",)
    services = ("reactome",)
    look_up_files = ("reactome_gmt", "reactome_summations")

    def look_up(self, query: Query) -> Answers:
        """Ask about each pathway of the gene sets about which the bulk file says nothing."""
        (base,) = query.urls
        known = read_summations(query.files["reactome_summations"])
        pathways = [item.set_id for item in read_gmt(query.files["reactome_gmt"]) if item.set_id not in known]
        return ask_each(
            query.client,
            [(pathway,) for pathway in pathways],
            lambda batch: {pathway: ask_reactome(query.client, base, pathway) for pathway in batch},
            self.title,
        )

    def about_cell_lines(self, inputs: CorpusInputs) -> Facts:
        """Summaries of the pathways in which altered genes are over-represented."""
        hits, _ = pathway_hits(inputs.genotype, read_gmt(inputs.files["reactome_gmt"]), inputs.settings.max_pathways)
        texts, dates = summaries_and_dates(read_records(inputs.files[self.name], self.name))
        return pathway_facts(self.name, inputs.cell_lines, hits, texts, dates, named=False)


def summaries_and_dates(records: Mapping[str, list[Record]]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """First sentences of each record that has any, and the day of each, by key."""
    texts = {key: [s for row in rows for s in first_sentences(row.text)] for key, rows in records.items()}
    return {key: rows for key, rows in texts.items() if rows}, {key: rows[0].retrieved for key, rows in records.items()}


def ask_reactome(client: Client, base: str, pathway: str) -> list[Record]:
    """Summary of one pathway; a pathway without one has an empty list of them, so the key must be there."""
    url = f"{base}/data/query/{pathway}"
    answer = ask_node(client, "Reactome", url, "messages")
    if answer is None:
        return []
    text = " ".join(text for part in answer.nodes("summation", needed=True) if (text := part.text("text")))
    return [Record(pathway, text, client.retrieved(url), name=answer.text("displayName"))] if text else []


SOURCE = ReactomeContent()
