"""Answers of look-up services, asked key by key and kept as files, so that what is built from them asks nobody.

A records file is JSON: ``{"service": name, "asked": n, "unknown": [keys], "failed": {key: reason}, "records": {key:
[{"record_id", "text", "retrieved", ...}]}}``. Keys are drug ids (chembl, pubchem), gene symbols (uniprot) or pathways.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.files import read_json, write_json
from clmt.logs import progress

__all__ = ["Answers", "Record", "ask_each", "read_failed", "read_records", "write_records"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Record:
    """One text of a record.

    Attributes
    ----------
    record_id
        Key of the record at the service.
    text
        Prose as the service gave it.
    retrieved
        Day of the answer, ISO 8601.
    kind
        What the text is, where a service has several ("mechanism", "description").
    name
        Name of the record.
    genes
        Symbols, where the record is a gene set.
    """

    record_id: str
    text: str
    retrieved: str = ""
    kind: str = ""
    name: str = ""
    genes: tuple[str, ...] = field(default=())


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


def ask_each(
    batches: Sequence[Sequence[str]], ask: Callable[[Sequence[str]], Mapping[str, list[Record]]], title: str
) -> Answers:
    """Ask about each batch of keys; an odd answer costs its own keys only, and is told with its reason.

    Raises
    ------
    ClmtError
        Where no batch has an answer that can be read: then it is not the answers that are odd.
    """
    answers = Answers()
    for batch in progress(batches, title, len(batches)):
        try:
            asked = ask(batch)
            found = {key: asked[key] for key in batch if asked.get(key)}  # and nothing that was not asked
        except ClmtError as error:
            answers.failed.update(dict.fromkeys(batch, str(error)))
            logger.warning("%s: no answer about %s: %s", title, ", ".join(batch), error)
            continue
        answers.records.update(found)
        answers.unknown += [key for key in batch if key not in found]
    if answers.failed and len(answers.failed) == answers.asked:
        raise ClmtError(
            f"{title}: each look-up failed, so its layout has changed or its address has moved! "
            f"got: {len(answers.failed)} failures, expected: answers; the first: {next(iter(answers.failed.values()))}"
        )
    if answers.failed:
        logger.warning("%s: %d of %d look-ups failed", title, len(answers.failed), answers.asked)
    return answers


def write_records(
    path: Path,
    service: str,
    records: Mapping[str, list[Record]],
    unknown: Sequence[str],
    failed: Mapping[str, str] | None = None,
) -> None:
    """Write the records of a service.

    ``unknown`` are the keys that it has nothing to say about, ``failed`` those whose answer could not be read, with the
    reason.
    """
    plain = {
        key: [{name: value for name, value in row.__dict__.items() if value or name == "text"} for row in rows]
        for key, rows in records.items()
    }
    failed = dict(failed or {})
    asked = len(records) + len(unknown) + len(failed)
    content = {"service": service, "asked": asked, "unknown": sorted(unknown), "failed": failed, "records": plain}
    write_json(path, content)


def read_records(path: Path, service: str) -> dict[str, list[Record]]:
    """Read the records of a service; raises `ClmtError` for another layout or another service's file."""
    content = _read(path, service)
    try:
        return {
            key: [_record(row, f"{path}: record {number} of {key!r}") for number, row in enumerate(rows)]
            for key, rows in content["records"].items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise _no_records(path, service, error) from None


def _record(row: Mapping[str, Any], place: str) -> Record:
    """A record of a file; one with a value of another type than text is refused."""
    genes = row.get("genes", [])
    if not isinstance(genes, list) or not all(isinstance(gene, str) for gene in genes):
        raise ClmtError(f"{place}: genes: got: {genes!r:.80}, expected: a list of symbols; make it again")
    record = Record(**{**row, "genes": tuple(genes)})
    for name, value in row.items():
        if name != "genes" and not isinstance(value, str):
            raise ClmtError(f"{place}: {name}: got: {value!r:.80}, expected: text; make it again")
    return record


def read_failed(path: Path, service: str) -> list[str]:
    """Keys whose answer could not be read, sorted; the reasons stay in the file."""
    failed = _read(path, service).get("failed", {})
    if not isinstance(failed, dict):
        raise _no_records(path, service, TypeError(f"failed is {failed!r:.60}"))
    return sorted(failed)


def _read(path: Path, service: str) -> dict[str, Any]:
    content: dict[str, Any] = read_json(path, f"Make it with 'clmt text look-up --source {service}'")
    try:
        if content["service"] != service:
            raise ClmtError(f"{path}: records of another service! got: {content['service']!r}, expected: {service!r}")
        return content
    except (KeyError, TypeError) as error:
        raise _no_records(path, service, error) from None


def _no_records(path: Path, service: str, error: Exception) -> ClmtError:
    return ClmtError(f"{path} holds no records of {service} ({type(error).__name__}: {error}); make it again")
