"""The registry of downloads, ``config/sources.yaml``: one entry per file, one line per address.

Pure Python and YAML: the Snakefile imports this module while it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from clmt.acquire.sources import Api, Registry, Source, download_path
from clmt.errors import ClmtError, expected_one_of
from clmt.paths import REGISTRY, packaged

__all__ = ["DEFAULT_REGISTRY", "Api", "Registry", "Source", "download_path", "load_registry", "source_path"]

#: The one that comes with clmt.
DEFAULT_REGISTRY = packaged(REGISTRY)
KINDS = ("zip", "gzip", "text")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MD5 = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}|rolling")


def source_path(name: str, registry: Registry | Path = DEFAULT_REGISTRY, downloads: str = "resources/downloads") -> str:
    """Path of a source's file below the downloads folder, as rules name it: ``resources/downloads/host/path``."""
    loaded = registry if isinstance(registry, Registry) else load_registry(registry)
    return f"{downloads}/{loaded.source(name).address}"


def load_registry(path: Path = DEFAULT_REGISTRY) -> Registry:
    """Read and validate the registry; raises `ClmtError` that names file, entry and key."""
    path = Path(path)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except FileNotFoundError:
        raise ClmtError(f"{path}: no such registry of sources; give its path with --registry") from None
    except yaml.YAMLError as error:
        raise ClmtError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    blocks = _mapping(content, f"{path}")
    _refuse_unknown(blocks, ("sources", "apis"), f"{path}: unknown block")
    sources = {name: _source(path, name, entry) for name, entry in _entries(path, blocks, "sources")}
    _refuse_shared_addresses(path, sources)
    return Registry(path, sources, {name: _api(path, name, entry) for name, entry in _entries(path, blocks, "apis")})


class _UniqueKeys(yaml.SafeLoader):
    """YAML keeps the last of two equal keys silently; an entry given twice is a mistake here."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that occurs twice."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} occurs twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _entries(path: Path, blocks: Mapping[str, Any], block: str) -> list[tuple[str, dict[str, Any]]]:
    entries = _mapping(blocks.get(block), f"{path}: {block}")
    for name in entries:
        if not _NAME.fullmatch(str(name)):
            raise ClmtError(f"{path}: {block}: bad name! got: {name!r}, expected: small letters, digits, underscores")
    return [(name, _mapping(entry, f"{path}: {block}.{name}")) for name, entry in entries.items()]


def _source(path: Path, name: str, entry: dict[str, Any]) -> Source:
    where = f"{path}: sources.{name}"
    _refuse_bad_keys(where, entry, Source, {"url", "kind", "licence", "date"})
    if entry["kind"] not in KINDS:
        raise expected_one_of(f"{where}.kind", entry["kind"], KINDS)
    source = Source(name=name, **{**entry, "date": str(entry["date"])})
    for key, pattern in (("sha256", _SHA256), ("md5", _MD5)):
        value = getattr(source, key)
        if value is not None and not pattern.fullmatch(str(value)):
            raise ClmtError(f"{where}.{key} is not a checksum! got: {value!r}, expected: {pattern.pattern}")
    if not _DATE.fullmatch(source.date):
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
    download_path(source.url)
    return source


def _api(path: Path, name: str, entry: dict[str, Any]) -> Api:
    where = f"{path}: apis.{name}"
    _refuse_bad_keys(where, entry, Api, {"url", "licence", "interval"})
    interval = entry["interval"]
    if isinstance(interval, bool) or not isinstance(interval, int | float) or not 0 <= interval <= 60:
        raise ClmtError(f"{where}.interval is not a pause! got: {interval!r}, expected: seconds between 0 and 60")
    download_path(str(entry["url"]))
    return Api(name=name, **entry)


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


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ClmtError(f"{where} is not a mapping! got: {type(value).__name__}, expected: keys with values")
    return value
