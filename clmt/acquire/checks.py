"""What downloaded bytes must be: not a web page, not a Git LFS pointer, of the published size and checksum."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from clmt.acquire.registry import Source

__all__ = [
    "ANSWER",
    "ANSWERS",
    "JSON",
    "MAGIC",
    "MOVED",
    "Expectation",
    "Finding",
    "inspect",
    "inspect_bytes",
    "is_foreign",
]

HEAD = 4096
MAGIC = {"zip": (b"PK\x03\x04", "a zip archive (50 4b 03 04)"), "gzip": (b"\x1f\x8b", "a gzip file (1f 8b)")}


@dataclass(frozen=True)
class Expectation:
    """What is known of a file before it is fetched.

    ``kind`` is zip, gzip, text, answer (of a look-up service) or json (such an answer in JSON). With ``whole`` a zip or
    gzip file is read to its end: nothing else tells that a floating one was cut. ``fault`` is the key under which a
    service words that it has nothing.
    """

    kind: str
    bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None
    header: str | None = None
    min_bytes: int = 1
    any_line_ends: bool = False
    whole: bool = False
    fault: str = ""

    @property
    def pinned(self) -> bool:
        """Whether a checksum decides over the bytes."""
        return self.sha256 is not None or self.md5 is not None

    @classmethod
    def of(cls, source: Source) -> Expectation:
        """Take what the registry says about the published file."""
        return cls(
            source.kind,
            source.bytes,
            source.sha256,
            source.md5,
            source.header,
            source.min_bytes,
            source.any_line_ends,
            whole=source.floating,
        )

    def shape_only(self) -> Expectation:
        """Leave out sizes and checksums: a mirror vouches for its own bytes."""
        return Expectation(self.kind, header=self.header)


#: What an answer of a look-up service must be: text that is neither empty nor a web page; or such a text in JSON.
ANSWER, JSON = Expectation("answer"), Expectation("json")
ANSWERS = frozenset({"answer", "json"})


@dataclass(frozen=True)
class Finding:
    """Why bytes were refused: what was found, what was expected, what to do, and whether asking again may help."""

    got: str
    expected: str
    hint: str
    transient: bool = False

    @property
    def brief(self) -> str:
        """What was found and expected, without what to do about the source."""
        return f"got: {self.got}, expected: {self.expected}"

    def __str__(self) -> str:
        return f"{self.brief}. {self.hint}"


MOVED = "The source has moved or is blocked: open the address in a browser, then correct it in config/sources.yaml"
_REPLACED = (
    "The file was damaged on its way or replaced by its publisher: try again later, or look at the new file and "
    "change its entry in config/sources.yaml"
)


def inspect(path: Path, expected: Expectation) -> Finding | None:
    """Compare a file with what is expected of it; None where nothing is wrong."""
    with path.open("rb") as handle:
        finding = _inspect_head(handle.read(HEAD), expected)
        if finding:
            return finding
        handle.seek(0)
        size, sha256, md5 = 0, hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        while block := handle.read(1 << 20):
            counted = block.replace(b"\r", b"") if expected.any_line_ends else block
            size += len(counted)
            sha256.update(counted)
            md5.update(counted)
    finding = _inspect_whole(size, sha256.hexdigest(), md5.hexdigest(), expected)
    return finding or _inspect_content(path, expected)


def inspect_bytes(content: bytes, expected: Expectation = ANSWER) -> Finding | None:
    """Compare the bytes of a small answer with what is expected of them; sizes and checksums are not looked at."""
    return _inspect_head(content[:HEAD], expected)


def _inspect_head(head: bytes, expected: Expectation) -> Finding | None:
    if not head:
        # figshare's gate answers scripts with an empty body, and lets them in a little later.
        return Finding("an empty body", expected.kind, MOVED, transient=True)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if start.startswith(b"version https://git-lfs"):
        hint = "The repository's Git LFS quota is spent: try again later, or set mirror: in the configuration"
        return Finding("a Git LFS pointer", f"the {expected.kind} file it points to", hint)
    if start.startswith(b"<") and not (expected.header or "").startswith("<"):
        # No table and no answer begins so. A look-up service under load answers with a page (HTML, or an error in XML);
        # a file's address that does so has moved.
        return Finding("a web page (HTML)", expected.kind, MOVED, transient=expected.kind in ANSWERS)
    if start.startswith(b"{") and expected.kind == "text" and not (expected.header or "").startswith("{"):
        return Finding("an answer in JSON", expected.kind, MOVED)
    if expected.kind in MAGIC:
        magic, words = MAGIC[expected.kind]
        if not head.startswith(magic):
            return Finding(f"a file that begins with {head[:8].hex(' ')}", words, MOVED)
    elif b"\x00" in head:
        return Finding("binary bytes", "text", MOVED)
    # Of the first two lines: the header of a table is its first, or the first row tells it.
    if expected.header is not None and expected.header.encode() not in b"\n".join(head.splitlines()[:2]):
        first = head.splitlines()[0][:60].decode("utf-8", "replace")
        return Finding(f"a file that begins with {first!r}", f"a file with {expected.header!r} at its start", _REPLACED)
    return None


def _inspect_whole(size: int, sha256: str, md5: str, expected: Expectation) -> Finding | None:
    if expected.bytes is not None and size != expected.bytes:
        # A body cut short arrives without an error where the server gives no length.
        return Finding(f"{size:,} bytes", f"{expected.bytes:,} bytes", _REPLACED, transient=size < expected.bytes)
    if size < expected.min_bytes:
        return Finding(f"{size:,} bytes", f"at least {expected.min_bytes:,} bytes", _REPLACED, transient=True)
    for name, found, wanted in (("sha256", sha256, expected.sha256), ("md5", md5, expected.md5)):
        if wanted is not None and found != wanted:
            return Finding(f"{name} {found}", f"{name} {wanted}", _REPLACED)
    return None


def _inspect_content(path: Path, expected: Expectation) -> Finding | None:
    """What only the whole file tells. A body cut short is asked for again."""
    if expected.kind == "json":
        content = path.read_bytes()
        try:
            json.loads(content)
        except (ValueError, RecursionError):
            return Finding(f"text that is not JSON: {content[:60].decode('utf-8', 'replace')!r}", "JSON", MOVED, True)
    if not expected.whole or expected.kind not in MAGIC:
        return None
    try:
        if expected.kind == "zip":
            zipfile.ZipFile(path).close()
        else:
            with gzip.open(path) as packed:
                while packed.read(1 << 20):
                    pass
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, ValueError, NotImplementedError) as error:
        return Finding(f"a {expected.kind} file that is damaged or cut ({error})", "a whole file", _REPLACED, True)
    return None


def is_foreign(content: bytes, expected: Expectation) -> bool:
    """Whether the body of a status such as 404 is a gateway's, and says nothing about what the service knows.

    A service says so in its own words, or in none.
    """
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start or expected.kind != "json":
        return start.startswith(b"<") or (start.startswith(b"{") and start.strip() != b"{}")
    try:
        said = json.loads(start)
    except (ValueError, RecursionError):
        return True
    return not isinstance(said, dict) or bool(said and expected.fault and expected.fault not in said)
