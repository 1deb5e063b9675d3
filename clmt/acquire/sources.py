"""What the registry knows of a file, of a look-up service, and where an address lies on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from clmt.errors import ClmtError, expected_one_of

__all__ = ["Api", "Registry", "Source", "download_path"]


@dataclass(frozen=True)
class Source:
    """One downloaded file: where it lies, how its bytes are recognised and under which terms it may be used.

    A pinned source has a ``sha256`` (or ``md5``). A floating one changes at its address, and is recognised by its
    ``kind``, the text of its ``header`` and ``min_bytes``. With ``any_line_ends`` the size and the checksum are those
    of the bytes without carriage returns.
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
    """All sources and look-up services by name."""

    path: Path
    sources: dict[str, Source]
    apis: dict[str, Api]

    def source(self, name: str) -> Source:
        """Return the source of that name; raises `ClmtError` that lists the names."""
        if name not in self.sources:
            raise expected_one_of(f"{self.path}: unknown source", name, self.sources)
        return self.sources[name]

    def api(self, name: str) -> Api:
        """Return the look-up service of that name; raises `ClmtError` that lists the names."""
        if name not in self.apis:
            raise expected_one_of(f"{self.path}: unknown api", name, self.apis)
        return self.apis[name]

    def interval(self, url: str) -> float:
        """Seconds to leave between two requests to the host of ``url``: the slowest of the services that live there."""
        host = urlsplit(url).netloc
        return max((api.interval for api in self.apis.values() if urlsplit(api.url).netloc == host), default=0.0)


def download_path(url: str) -> str:
    """Place of an address on disk: ``host/path?query``, percent-encoding kept; refuses what would leave the folder."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ClmtError(f"not a web address! got: {url!r}, expected: https://host/path. Mend it in config/sources.yaml")
    path = f"{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    segments = path.split("/")
    if "\\" in path or not path.isprintable() or any(segment in ("", ".", "..") for segment in segments):
        raise ClmtError(f"address cannot be a file name! got: {url!r}, expected: no '..', no '//', no end slash")
    if max(len(segment.encode()) for segment in segments) > 220:
        raise ClmtError(f"address is too long for a file name! got: {url!r}, expected: 220 bytes between slashes")
    return path
