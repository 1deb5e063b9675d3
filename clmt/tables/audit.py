"""The account of a dataset's tables: what was left out, merged and corrected on the way from the sources."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from clmt.acquire.folder import file_sha256
from clmt.errors import ClmtError
from clmt.planning.settings.tables import UNITS, Unit
from clmt.tables.responses import Responses

__all__ = ["Audit", "own_account"]

logger = logging.getLogger(__name__)


@dataclass
class Audit:
    """What ``audit.json`` says, key by key.

    Attributes
    ----------
    layout, archive, settings
        What the tables were made of: the layout's and the archive's name, and the size of a slice.
    source_responses
        How many responses of the source are ``present``, ``missing``, and means of several curves (``averaged``).
    joins
        The numbers of cell lines, drugs and pairs after each ``step``.
    dropped_drugs, dropped_cell_lines
        Names by the reason why they were left out; drugs whose structure RDKit refuses with its words.
    merged_drugs, averaged_responses
        Names of one structure, and how many responses are means of several.
    corrected_structures, suspect_structures, mixtures, salts_removed
        Drugs by what was done to their structure, or is odd about it.
    genes
        For each omics table the number of genes, the symbols that were dates, and those dropped as they stand twice.
    donors
        How many cell lines have a ``known`` donor; those that share one, by donor, and those ``without`` a known one.
    cell_lines_without_annotation, cell_lines_without_response_row
        Cell lines that are kept without an annotation; those of each omics table that have no responses.
    labels
        Where the labels of the drugs come from, and who has none.
    censored
        Whether the source tells which responses are lower bounds, and how many.
    own
        Of a dataset of the user's own: the ``files`` with their SHA-256, and what the responses are.
    """

    layout: str
    archive: str
    settings: dict[str, int | None]
    source_responses: dict[str, int] = field(default_factory=dict)
    joins: list[dict[str, Any]] = field(default_factory=list)
    dropped_drugs: dict[str, Any] = field(default_factory=dict)
    dropped_cell_lines: dict[str, list[str]] = field(default_factory=dict)
    merged_drugs: list[dict[str, Any]] = field(default_factory=list)
    averaged_responses: int = 0
    corrected_structures: dict[str, str] = field(default_factory=dict)
    suspect_structures: list[str] = field(default_factory=list)
    mixtures: dict[str, list[str]] = field(default_factory=dict)
    salts_removed: dict[str, list[str]] = field(default_factory=dict)
    genes: dict[str, dict[str, Any]] = field(default_factory=dict)
    donors: dict[str, Any] = field(default_factory=dict)
    cell_lines_without_annotation: list[str] = field(default_factory=list)
    cell_lines_without_response_row: dict[str, list[str]] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)
    censored: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)

    def begin(self, responses: Responses) -> Responses:
        """Count the responses of the source, and hand them on."""
        present = int(responses.present.sum())
        missing = responses.values.size - present
        self.source_responses = {"present": present, "missing": missing, "averaged": responses.averaged}
        return self.step("source", responses)

    def step(self, name: str, responses: Responses) -> Responses:
        """Log and keep the counts after a join and hand the responses on; an error where nothing is left."""
        pairs = int(responses.present.sum())
        counts = {"cell_lines": len(responses.cell_lines), "drugs": len(responses.drugs), "pairs": pairs}
        self.joins.append({"step": name, **counts})
        logger.info("%-16s %5d cell lines %4d drugs %7d responses", name, *counts.values())
        if pairs == 0:
            raise ClmtError(
                f"No response is left after step {name!r}! See which cell lines and drugs match: {responses.source}"
            )
        return responses

    def count_labels(self, column: str, drugs: Iterable[str], own: dict[str, str], filled: dict[str, str]) -> None:
        """Count the labels that are the supplement's ``own``, those that were ``filled`` in, and name who has none."""
        self.labels[column] = {
            "from_supplement": sum(bool(label) for label in own.values()),
            "from_compounds": sum(not own[drug] and bool(filled[drug]) for drug in drugs),
            "without": [drug for drug in drugs if not filled[drug]],
        }

    def count_donors(self, donors: Mapping[str, str | None]) -> None:
        """Count the cell lines whose donor is known, and name those that share one."""
        lines: dict[str, list[str]] = {}
        for cell_line, donor in donors.items():
            if donor is not None:
                lines.setdefault(donor, []).append(cell_line)
        shared = {donor: together for donor, together in sorted(lines.items()) if len(together) > 1}
        without = [cell_line for cell_line, donor in donors.items() if donor is None]
        self.donors = {"known": len(donors) - len(without), "shared": shared, "without": without}

    def count_censored(self, responses: Responses, censored_at: float | None) -> None:
        """Say whether the source tells which responses are censored, and how many are."""
        count = int((responses.censored & responses.present).sum())
        share = round(count / int(responses.present.sum()), 4)
        if censored_at is None and count:
            note = "the response table marks which responses are lower bounds"
            self.censored = {"known": True, "count": count, "share": share, "note": note}
            return
        if censored_at is None:
            note = "the source does not tell which responses lie beyond the highest dose"
            self.censored = {"known": False, "note": note}
            return
        note = f"ln IC50 at or above {censored_at:.6f} (8 uM, the highest dose) is a lower bound"
        self.censored = {"known": True, "count": count, "share": share, "note": note}

    def to_json(self) -> dict[str, Any]:
        """Give what ``audit.json`` holds."""
        held = asdict(self)
        return held if self.own else {key: value for key, value in held.items() if key != "own"}

    def log(self) -> None:
        """Say in a few lines what was left out, merged and corrected."""
        for what, dropped in (("drugs", self.dropped_drugs), ("cell lines", self.dropped_cell_lines)):
            for reason, names in dropped.items():
                if names:
                    logger.info("dropped %s, %s: %d (%s)", what, reason, len(names), _some(list(names)))
        for merge in self.merged_drugs:
            logger.info("merged with %s: %s", merge["kept"], ", ".join(merge["merged"]))
        for name, reason in self.corrected_structures.items():
            logger.info("corrected structure of %s: %s", name, reason)
        for table, genes in self.genes.items():
            if genes.get("absent"):
                logger.info("%s: no such table; one gene stands for it, altered in no cell line", table)
                continue
            n_restored = len(genes["mended_dates"]) + len(genes["assumed_dates"])
            n_dropped, repeated = len(genes["dropped_dates"]), genes["dropped_repeats"]
            if n_restored or n_dropped:
                logger.info(
                    "%s: %d gene names corrected, %d dropped as dates of two genes", table, n_restored, n_dropped
                )
            if repeated:
                logger.warning("%s: %d genes dropped that stand twice (%s)", table, len(repeated), _some(repeated))
        if shared := self.donors["shared"]:
            groups = [" and ".join(together) for together in shared.values()]
            logger.info("%d donors have several cell lines (%s)", len(groups), _some(groups))
        if without := self.donors["without"]:
            logger.info("%d cell lines without a known donor (%s)", len(without), _some(without))
        for column in ("targets", "target_pathway"):
            if without := self.labels[column]["without"]:
                logger.info("%d drugs without %s (%s)", len(without), column, _some(without))
        logger.info("censored: %s", self.censored["note"])


def own_account(files: Mapping[str, Path], unit: Unit) -> dict[str, Any]:
    """Say which files of the user's a dataset was made of, with their checksums, and what its responses are."""
    places = {part: {"path": str(path), "sha256": file_sha256(path)} for part, path in files.items()}
    return {"files": places, "unit": unit, "responses": UNITS[unit]}


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
