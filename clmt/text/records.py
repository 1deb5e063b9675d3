"""Answers of look-up services as files: what the corpus is built from, so that building asks nobody.

A records file is JSON: ``{"service": name, "asked": n, "unknown": [keys], "failed": {key: reason}, "records": {key:
[{"record_id", "text", "retrieved", ...}]}}``. Keys are drug ids (chembl, pubchem), gene symbols (uniprot) or pathways.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.files import read_json, write_json
from clmt.text.gene_sets import GeneSet

__all__ = ["Record", "kegg_gene_sets", "read_failed", "read_records", "write_records"]


@dataclass(frozen=True)
class Record:
    """One text of a record.

    Attributes
    ----------
    record_id : str
        Key of the record at the service.
    text : str
        Prose as the service gave it.
    retrieved : str
        Day of the answer, ISO 8601.
    kind : str
        What the text is, where a service has several ("mechanism", "description").
    name : str
        Name of the record.
    genes : tuple of str
        Symbols, where the record is a gene set.
    """

    record_id: str
    text: str
    retrieved: str = ""
    kind: str = ""
    name: str = ""
    genes: tuple[str, ...] = field(default=())


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
            key: [Record(**{**row, "genes": tuple(row.get("genes", ()))}) for row in rows]
            for key, rows in content["records"].items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise _no_records(path, service, error) from None


def read_failed(path: Path, service: str) -> list[str]:
    """Keys whose answer could not be read, sorted; the reasons stay in the file."""
    failed = _read(path, service).get("failed", {})
    if not isinstance(failed, dict):
        raise _no_records(path, service, TypeError(f"failed is {failed!r:.60}"))
    return sorted(failed)


def _read(path: Path, service: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = read_json(path)
        if content["service"] != service:
            raise ClmtError(f"{path}: records of another service! got: {content['service']!r}, expected: {service!r}")
        return content
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such records; make them with 'clmt text look-up --source {service}'") from None
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise _no_records(path, service, error) from None


def _no_records(path: Path, service: str, error: Exception) -> ClmtError:
    return ClmtError(f"{path} holds no records of {service} ({type(error).__name__}: {error}); make it again")


def kegg_gene_sets(records: Mapping[str, list[Record]]) -> list[GeneSet]:
    """Gene sets of KEGG's records."""
    return [GeneSet(key, rows[0].name, frozenset(rows[0].genes)) for key, rows in sorted(records.items())]
