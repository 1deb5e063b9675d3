"""The registry of downloads, ``config/sources.yaml``: one entry per file, one line per address.

A reader of our own, because the checks are: magic bytes, Git LFS pointers, checksums that ignore line ends, a mirror
(`clmt.acquire.checks`, `clmt.acquire.folder`). Pure Python and YAML: the Snakefile imports this module while it is
parsed.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from clmt.errors import ClmtError, expected_one_of
from clmt.paths import REGISTRY, packaged
from clmt.yaml_files import read_yaml

__all__ = ["Api", "Registry", "Source", "download_path", "is_address", "load_registry"]

LONGEST_NAME = 220
KINDS = ("zip", "gzip", "text")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MD5 = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}|rolling")


@dataclass(frozen=True)
class Source:
    """One downloaded file: where it lies, how its bytes are recognised and under which terms it may be used.

    A pinned source has a ``sha256`` (or ``md5``). A floating one changes at its address, and is recognised by its
    ``kind``, the text of its ``header`` and ``min_bytes``. With ``any_line_ends`` the size and the checksum are those
    of the bytes without carriage returns. A pinned source may lie at further addresses, ``also``, which are tried in
    turn; ``instead`` says what else there is where all of them fail.
    """

    name: str
    url: str
    kind: str
    licence: str
    date: str
    note: str = ""
    bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None
    floating: bool = False
    header: str | None = None
    min_bytes: int = 1
    any_line_ends: bool = False
    also: tuple[str, ...] = ()
    instead: str = ""

    @property
    def urls(self) -> tuple[str, ...]:
        """Every address of the file, the first one first."""
        return (self.url, *self.also)

    @property
    def address(self) -> str:
        """Path of the file below a downloads folder or a mirror."""
        return download_path(self.url)


@dataclass(frozen=True)
class Api:
    """A look-up service: its base address, its terms and the seconds to leave between two requests."""

    name: str
    url: str
    licence: str
    interval: float
    note: str = ""


@dataclass(frozen=True)
class Registry:
    """All sources and look-up services by name; no rule reads those of ``later``."""

    path: Path
    sources: dict[str, Source]
    apis: dict[str, Api]
    later: dict[str, Source] = field(default_factory=dict)

    def source(self, name: str) -> Source:
        """Return the source of that name, of ``later`` too; raises `ClmtError` that lists the names."""
        known = {**self.sources, **self.later}
        if name not in known:
            raise expected_one_of(f"{self.path}: unknown source", name, known)
        return known[name]

    def api(self, name: str) -> Api:
        """Return the look-up service of that name; raises `ClmtError` that lists the names."""
        if name not in self.apis:
            raise expected_one_of(f"{self.path}: unknown api", name, self.apis)
        return self.apis[name]

    def interval(self, url: str) -> float:
        """Seconds to leave between two requests to the host of ``url``: the slowest of the services that live there."""
        host = urlsplit(url).netloc
        return max((api.interval for api in self.apis.values() if urlsplit(api.url).netloc == host), default=0.0)


def load_registry(path: Path | None = None) -> Registry:
    """Read and validate the registry, by default the one that comes with clmt.

    Raises `ClmtError` that names file, entry and key.
    """
    path = packaged(REGISTRY) if path is None else Path(path)
    try:
        content = read_yaml(path)
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such registry of sources; give its path with --registry") from None
    blocks = _mapping(content, f"{path}")
    _refuse_unknown(blocks, ("sources", "later", "apis"), f"{path}: unknown block")
    sources = {name: _source(f"{path}: sources", name, entry) for name, entry in _entries(path, blocks, "sources")}
    later = {name: _source(f"{path}: later", name, entry) for name, entry in _entries(path, blocks, "later")}
    for name in sources.keys() & later.keys():
        raise ClmtError(f"{path}: later.{name} has the name of sources.{name}. Give one of them another name")
    _refuse_shared_addresses(path, {**sources, **later})
    apis = {name: _api(path, name, entry) for name, entry in _entries(path, blocks, "apis")}
    return Registry(path, sources, apis, later)


def _entries(path: Path, blocks: Mapping[str, Any], block: str) -> list[tuple[str, dict[str, Any]]]:
    entries = _mapping(blocks.get(block, {} if block == "later" else None), f"{path}: {block}")
    for name in entries:
        if not _NAME.fullmatch(str(name)):
            raise ClmtError(f"{path}: {block}: bad name! got: {name!r}, expected: small letters, digits, underscores")
    return [(name, _mapping(entry, f"{path}: {block}.{name}")) for name, entry in entries.items()]


def _source(block: str, name: str, entry: dict[str, Any]) -> Source:
    where = f"{block}.{name}"
    _refuse_bad_keys(where, entry, Source, {"url", "kind", "licence", "date"})
    if entry["kind"] not in KINDS:
        raise expected_one_of(f"{where}.kind", entry["kind"], KINDS)
    also = entry.get("also", [])
    if not isinstance(also, list) or not all(isinstance(url, str) for url in also):
        raise ClmtError(f"{where}.also is no list of addresses! got: {also!r}, expected: [https://host/path, ...]")
    source = Source(name=name, **{**entry, "date": str(entry["date"]), "also": tuple(also)})
    for key, pattern in (("sha256", _SHA256), ("md5", _MD5)):
        value = getattr(source, key)
        if value is not None and not pattern.fullmatch(str(value)):
            raise ClmtError(f"{where}.{key} is not a checksum! got: {value!r}, expected: {pattern.pattern}")
    if not _is_date(source.date):
        raise ClmtError(
            f"{where}.date is not a date! got: {source.date!r}, expected: YYYY-MM-DD, YYYY-MM, YYYY or rolling"
        )
    for key in ("bytes", "min_bytes"):
        value = getattr(source, key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise ClmtError(f"{where}.{key} is not a size! got: {value!r}, expected: a whole number, at least 1")
    pinned = source.sha256 is not None or source.md5 is not None
    if pinned == source.floating:
        got = "floating with a checksum" if pinned else "no checksum and not floating"
        raise ClmtError(f"{where} is neither pinned nor floating! got: {got}, expected one of: sha256, floating: true")
    if source.also and not pinned:
        raise ClmtError(
            f"{where}.also: a floating file has one address! got: {also[0]}, expected: a checksum, which all share"
        )
    for url in source.urls:
        _check_address(where, url)
    return source


def _api(path: Path, name: str, entry: dict[str, Any]) -> Api:
    where = f"{path}: apis.{name}"
    _refuse_bad_keys(where, entry, Api, {"url", "licence", "interval"})
    interval = entry["interval"]
    if isinstance(interval, bool) or not isinstance(interval, int | float) or not 0 <= interval <= 60:
        raise ClmtError(f"{where}.interval is not a pause! got: {interval!r}, expected: seconds between 0 and 60")
    _check_address(where, entry["url"])
    return Api(name=name, **entry)


def _check_address(where: str, url: str) -> None:
    try:
        download_path(url)
    except ClmtError as error:
        raise ClmtError(f"{where}.url: {error}") from None


def _is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar, or rolling."""
    if not _DATE.fullmatch(text) or text == "rolling":
        return text == "rolling"
    try:
        datetime.date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def _refuse_bad_keys(where: str, entry: dict[str, Any], kind: type[Source] | type[Api], required: set[str]) -> None:
    known = {field.name: str(field.type) for field in fields(kind) if field.name != "name"}
    _refuse_unknown(entry, known, f"{where}: unknown key")
    for key in sorted(required - set(entry)):
        raise ClmtError(f"{where}: key {key!r} is missing; got: {', '.join(sorted(entry)) or 'nothing'}")
    for key, value in entry.items():
        wanted = str if known[key].startswith("str") and key != "date" else bool if known[key] == "bool" else None
        if wanted is not None and not isinstance(value, wanted):
            raise ClmtError(f"{where}.{key} has the wrong type! got: {value!r}, expected: {wanted.__name__}")


def _refuse_unknown(entry: Mapping[str, Any], known: Any, what: str) -> None:
    for key in entry:
        if key not in known:
            raise expected_one_of(what, key, known)


def _refuse_shared_addresses(path: Path, sources: dict[str, Source]) -> None:
    owners: dict[str, str] = {}
    for name, source in sources.items():
        if source.address in owners:
            raise ClmtError(f"{path}: sources.{name} has the address of sources.{owners[source.address]}: {source.url}")
        owners[source.address] = name
    for address, name in owners.items():
        above = next((str(folder) for folder in PurePosixPath(address).parents if str(folder) in owners), None)
        if above is not None:
            raise ClmtError(
                f"{path}: sources.{name} lies below the address of sources.{owners[above]}: a file cannot be a folder "
                f"too! got: {address}"
            )


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ClmtError(f"{where} is not a mapping! got: {type(value).__name__}, expected: keys with values")
    return value


def download_path(url: str) -> str:
    """Place of an address on disk: ``host/path?query``, percent-encoding kept; refuses what would leave the folder.

    What is too long for the name of a file or folder is cut, and ends with a digest of the whole instead.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ClmtError(f"not a web address ({error})! got: {url!r}, expected: https://host/path") from None
    # urlsplit takes line ends out of an address without a word.
    odd = not url.isprintable() or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc
    if odd:
        raise ClmtError(
            f"not a web address! got: {url!r}, expected: https://host/path. Correct it in config/sources.yaml"
        )
    path = f"{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    segments = path.split("/")
    if "\\" in path or any(segment in ("", ".", "..") for segment in segments):
        raise ClmtError(f"address cannot be a file name! got: {url!r}, expected: no '..', no '//', no end slash")
    return "/".join(map(_short, segments))


def _short(segment: str) -> str:
    """A part of a path that leaves room for the endings of temporary files: file systems take 255 bytes."""
    if len(segment.encode()) <= LONGEST_NAME:
        return segment
    return f"{ascii(segment)[1:151]}~{hashlib.sha256(segment.encode()).hexdigest()[:32]}"


def is_address(address: str) -> bool:
    """Whether ``host/path?query`` is what `download_path` makes of an address."""
    try:
        return download_path(f"https://{address}") == address
    except ClmtError:
        return False
