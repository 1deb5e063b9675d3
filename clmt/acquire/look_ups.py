"""Answers of look-up services, asked key by key and kept as files, so that what is built from them asks nobody.

A records file is JSON: ``{"service": name, "asked": n, "unknown": [keys], "failed": {key: reason}, "records": {key:
[{"record_id", "text", "retrieved", ...}]}}``. Keys are drug ids (chembl, pubchem), gene symbols (uniprot) or pathways.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from clmt.acquire.client import Client
from clmt.acquire.transport import SilentError
from clmt.errors import ClmtError
from clmt.files import read_json, write_json
from clmt.logs import progress

__all__ = ["Answers", "Record", "ask_each", "ask_twice", "read_failed", "read_records", "write_records"]

logger = logging.getLogger(__name__)

T = TypeVar("T")
#: Look-ups in a row without an answer after which a service is given up.
SILENT = 5


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


def ask_twice(client: Client, items: Sequence[T], ask: Callable[[T], object], title: str) -> dict[T, str]:
    """Ask about each item, and once more about those that failed; returns why those failed that did so twice.

    A failure costs its own item. A mirror is asked once: it answers alike each time.

    Raises
    ------
    ClmtError
        Where `SILENT` items in a row got no answer at all: each of the others would cost the time of all attempts.
    """
    failed = dict.fromkeys(items, "")
    for attempt in ("", ", again") if client.mirror is None else ("",):
        asked, silent = list(failed), 0
        for item in progress(asked, f"{title}{attempt}", len(asked)):
            try:
                with client.item():
                    ask(item)
            except ClmtError as error:
                failed[item] = str(error)
                logger.warning("%s: no answer about %s: %s", title, _shown(item), error)
                silent = silent + 1 if isinstance(error, SilentError) else 0
                if silent == SILENT:
                    raise ClmtError(f"{title}: {SILENT} look-ups in a row got no answer; the last: {error}") from None
            else:
                del failed[item]
                silent = 0
        if not failed:
            break
    return failed


def _shown(item: object) -> str:
    return ", ".join(item) if isinstance(item, tuple) else str(item)


def ask_each(
    client: Client,
    batches: Sequence[Sequence[str]],
    ask: Callable[[Sequence[str]], Mapping[str, list[Record]]],
    title: str,
) -> Answers:
    """Ask about each batch of keys; an odd answer costs its own keys only, and is told with its reason.

    Raises
    ------
    ClmtError
        Where no batch has an answer that can be read: then it is not the answers that are odd; and where the service
        has stopped answering.
    """
    answers = Answers()

    def take(batch: tuple[str, ...]) -> None:
        asked = ask(batch)
        found = {key: asked[key] for key in batch if asked.get(key)}  # and nothing that was not asked
        answers.records.update(found)
        answers.unknown += [key for key in batch if key not in found]

    for batch, reason in ask_twice(client, [tuple(batch) for batch in batches], take, title).items():
        answers.failed.update(dict.fromkeys(batch, reason))
    if answers.failed and len(answers.failed) == answers.asked:
        raise ClmtError(
            f"{title}: each look-up failed, so its layout has changed or its address has moved! "
            f"got: {len(answers.failed)} failures, expected: answers; the first: {next(iter(answers.failed.values()))}"
        )
    if answers.failed:
        again = "to ask about them again, remove the file of records"
        logger.warning("%s: %d of %d look-ups failed; %s", title, len(answers.failed), answers.asked, again)
    if answers.unknown and client.mirror is None:
        logger.info("%s: nothing about %d of %d; %s", title, len(answers.unknown), answers.asked, client.ask_unknown)
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
