"""The hosts of the registry as they answer live, over a world of addresses and bytes such as a mirror's.

A mirror answers for what PubChem would be asked twice about; the live service does not know names with remarks, and
its web server refuses an encoded slash.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote

__all__ = ["FolderWorld", "Reply", "World", "answer", "kegg_entry", "uniprot_function"]

PUG = "pubchem.ncbi.nlm.nih.gov/rest/pug/compound"
GREEN = {"X-Throttling-Control": "Request Count status: Green (0%), Request Time status: Green (0%)"}
JSON = {"Content-Type": "application/json"}
FAULT = {"Fault": {"Code": "PUGREST.NotFound", "Message": "No CID found"}}
REFUSED = b"<!DOCTYPE HTML><html><head><title>404 Not Found</title></head></html>"


class World(Protocol):
    """Bytes by address, a dictionary for one."""

    def get(self, address: str, /) -> bytes | None:
        """Bytes of an address without its scheme."""


@dataclass
class Reply:
    """Status, body and headers of an answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FolderWorld:
    """The files of a mirror."""

    folder: Path

    def get(self, address: str, /) -> bytes | None:
        """Bytes of a file."""
        path = self.folder / address
        return path.read_bytes() if path.is_file() else None


def answer(world: World, base: str, address: str, path: str, arguments: Mapping[str, str]) -> Reply:
    """What the live host says at an address."""
    host = path.partition("/")[0]
    if path.startswith("objects/"):  # where the file host sends on to, under another name
        return _file(world, path.removeprefix("objects/"))
    if path == "loop":
        return Reply(302, b"", {"Location": f"{base}/loop"})
    if path == "login":
        return Reply(200, REFUSED, {"Content-Type": "text/html"})
    if host == "media.githubusercontent.com":
        return Reply(302, b"", {"Location": f"{base.replace('127.0.0.1', 'localhost')}/objects/{path}"})
    if host == "pubchem.ncbi.nlm.nih.gov":
        return _pubchem(world, path, arguments)
    if host == "www.ebi.ac.uk":
        return _chembl(world, address)
    if host == "rest.uniprot.org":
        symbol = re.match(r"gene_exact:([^ ]+)", arguments.get("query", ""))
        comments = [{"commentType": "FUNCTION", "texts": [{"value": uniprot_function(symbol[1])}]}] if symbol else []
        found = [{"primaryAccession": f"P-{symbol[1]}", "comments": comments}] if symbol else []
        body = json.dumps({"results": found}).encode()
        return Reply(200, gzip.compress(body), {**JSON, "Content-Encoding": "gzip"})
    if host == "rest.kegg.jp":
        return _kegg(path)
    if path.startswith("reactome.org/ContentService/data/query/"):
        return _reactome(path.rpartition("/")[2])
    return _file(world, path)


def _file(world: World, path: str) -> Reply:
    body = world.get(path)
    if body is None:
        return Reply(404, REFUSED, {"Content-Type": "text/html"})
    # NCBI names the compression of a .gz file as the coding of the answer.
    coding = {"Content-Encoding": "x-gzip"} if path.startswith("ftp.ncbi") and path.endswith(".gz") else {}
    return Reply(200, body, {"Accept-Ranges": "bytes", **coding})


def _json(value: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(value).encode(), {**JSON, **headers})


def _pubchem(world: World, path: str, arguments: Mapping[str, str]) -> Reply:
    if "%2F" in path.upper():
        return Reply(404, REFUSED, {"Content-Type": "text/html"})
    name = re.fullmatch(rf"{PUG}/name/(?:([^/]+)/)?cids/JSON", path)
    if name is None:
        if path.startswith("pubchem.ncbi.nlm.nih.gov/rest/pug_view/"):
            text = {"StringWithMarkup": [{"String": f"CID {path.split('/')[5]} inhibits a kinase."}]}
            return _json({"Record": {"Section": [{"Information": [{"Value": text}]}]}})
        body = world.get(path)
        return (
            Reply(200, body, {**JSON, **GREEN}) if body else Reply(404, json.dumps(FAULT).encode(), {**JSON, **GREEN})
        )
    asked = unquote(name[1]) if name[1] else arguments.get("name", "")
    known = None if re.search(r"\s\([^()]*\)$", asked) else world.get(_name_address(asked))
    for remark in (" (50 uM)", " (-)"):
        known = known or world.get(_name_address(asked + remark))
    return Reply(200, known, {**JSON, **GREEN}) if known else Reply(404, json.dumps(FAULT).encode(), {**JSON, **GREEN})


def _name_address(name: str) -> str:
    return f"{PUG}/name/{quote(name, safe='')}/cids/JSON"


def _chembl(world: World, address: str) -> Reply:
    """A filter that finds nothing is an empty list."""
    kind = re.search(r"/(molecule|mechanism)\.json", address)
    body = world.get(address)
    if body is None and kind is None:
        return _json({"error_message": "Sorry, this request could not be processed."}, 404)
    key = f"{kind[1]}s" if kind else ""
    empty = {key: [], "page_meta": {"limit": 20, "next": None, "offset": 0, "previous": None, "total_count": 0}}
    return Reply(200, body or json.dumps(empty).encode(), {**JSON, "Transfer-Encoding": "chunked"})


def uniprot_function(symbol: str) -> str:
    """The function of a gene's protein."""
    return f"Made-up kinase {symbol} that passes signals on."


def kegg_entry(key: str) -> str:
    """A pathway in KEGG's flat format."""
    text = f"Made-up text of {key}." + " More." * (int(key[3:]) // 10 % 4)
    return (
        f"ENTRY       {key}                    Pathway\nNAME        Pathway {key} - Homo sapiens (human)\n"
        f"DESCRIPTION {text}\nGENE        3845  KRAS; KRAS proto-oncogene\n///\n"
    )


def _kegg(path: str) -> Reply:
    ids = [f"hsa{number:05d}" for number in range(10, 250, 10)]
    if path.endswith("/list/pathway/hsa"):
        lines = "".join(f"{key}\tPathway {key} - Homo sapiens (human)\n" for key in ids)
        return Reply(200, lines.encode(), {"Content-Type": "text/plain"})
    asked = [key for key in path.rpartition("/")[2].split("+") if key in ids]
    return Reply(200, "".join(map(kegg_entry, asked)).encode(), {"Content-Type": "text/plain"}) if asked else Reply(404)


def _reactome(key: str) -> Reply:
    if not re.fullmatch(r"R-HSA-\d+", key):
        return _json({"code": 404, "reason": "Not Found", "messages": [f"No entity {key}"]}, 404)
    found = {"stId": key, "displayName": key, "summation": [{"text": f"Made-up summary of {key}."}]}
    return _json(found, **{"Transfer-Encoding": "chunked"})
