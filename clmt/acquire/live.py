"""Whether the addresses of the registry still answer: first bytes of each file, one known answer of each service."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from clmt.acquire.checks import HEAD, MAGIC, Expectation, inspect_bytes
from clmt.acquire.registry import Api, Registry, Source
from clmt.acquire.transport import Transient, Transport
from clmt.errors import ClmtError, expected_one_of
from clmt.logs import progress

__all__ = ["KNOWN_ANSWERS", "Finding", "check_addresses", "table"]

logger = logging.getLogger(__name__)

#: For each look-up service a path below its address, and a text that the answer holds.
KNOWN_ANSWERS = {
    "pubchem": ("/compound/name/aspirin/cids/JSON", "2244"),
    "pubchem_view": ("/data/compound/2244/JSON?heading=Mechanism+of+Action", "cyclooxygenase"),
    "chembl": ("/molecule/CHEMBL25.json", "ASPIRIN"),
    "reactome": ("/data/query/R-HSA-1640170", "Cell Cycle"),
    "uniprot": ("/uniprotkb/P00533.json", "EGFR_HUMAN"),
    "mygene": ("/gene/1956?fields=symbol", "EGFR"),
    "kegg": ("/list/hsa:1956", "EGFR"),
}
#: Bytes of an answer to look through; those above are all shorter.
ANSWER_BYTES = 1 << 20
#: A weekly check must not hang on one address: fewer attempts than a download has.
ATTEMPTS = 3


@dataclass(frozen=True)
class Finding:
    """What an address answered; ``found`` is the size of the file, the known answer, or what is wrong."""

    name: str
    address: str
    ok: bool
    found: str


def check_addresses(
    registry: Registry, names: Sequence[str] = (), transport: Transport | None = None
) -> Iterator[Finding]:
    """Ask every address in turn, whatever the ones before it answered.

    Parameters
    ----------
    registry
        The files and services to ask.
    names
        Entries to ask, files or services; all where empty. Raises `ClmtError` with the names there are.
    transport
        How to ask; made here unless a test brings its own.
    """
    known: dict[str, Source | Api] = {**registry.sources, **registry.later, **registry.apis}
    for name in names:
        if name not in known:
            raise expected_one_of(f"{registry.path}: unknown source", name, known)
    sender = transport or Transport(intervals=registry.interval, attempts=ATTEMPTS)
    chosen = names or list(known)
    for name in progress(chosen, "asking", len(chosen)):
        entry = known[name]
        if isinstance(entry, Api):
            address = f"{entry.url}{KNOWN_ANSWERS.get(name, ('', ''))[0]}"
            yield _finding(name, address, partial(_known_answer, name, address, sender))
            continue
        for url in entry.urls:
            one = replace(entry, url=url, also=())
            yield _finding(name, url, partial(_first_bytes, one, sender))


def _finding(name: str, address: str, ask: Callable[[], str]) -> Finding:
    try:
        return Finding(name, address, True, ask())
    except ClmtError as error:
        return Finding(name, address, False, str(error))


def table(findings: Iterable[Finding]) -> Iterator[str]:
    """Lines of tab-separated text: name, status, what was found, address."""
    yield "name\tstatus\tfound\taddress\n"
    for finding in findings:
        yield f"{finding.name}\t{'ok' if finding.ok else 'FAILS'}\t{finding.found}\t{finding.address}\n"


def _first_bytes(source: Source, sender: Transport) -> str:
    """Compare kind, header and, where the server tells it, size.

    A plain request that is closed after the first bytes: a range is not served everywhere, and hides the whole size.
    """
    label = f"source {source.name!r}"

    def once() -> tuple[bytes, str]:
        with sender.get(source.url, label) as response:
            return response.raw.read1(HEAD, decode_content=source.kind not in MAGIC), response.headers.get(
                "Content-Length", ""
            )

    head, size = sender.repeat(label, source.url, once)
    finding = inspect_bytes(head, Expectation.of(source))
    if finding:
        raise ClmtError(f"{label}: {source.url} is not the file! {finding}")
    if not size.isdigit():
        return f"{source.kind}, size not told"
    _compare_size(source, int(size), label)
    return f"{source.kind}, {int(size):,} bytes"


def _compare_size(source: Source, size: int, label: str) -> None:
    # With any_line_ends the published size is that of one form of the file.
    expected = None if source.any_line_ends else source.bytes
    if expected is not None and size != expected:
        raise ClmtError(f"{label}: {source.url} has changed! got: {size:,} bytes, expected: {expected:,} bytes")
    if size < source.min_bytes:
        raise ClmtError(f"{label}: {source.url} is short! got: {size:,} bytes, expected: {source.min_bytes:,} bytes")


def _known_answer(name: str, url: str, sender: Transport) -> str:
    if name not in KNOWN_ANSWERS:
        raise ClmtError(f"service {name!r} has no known answer; add one to KNOWN_ANSWERS in clmt/acquire/live.py")
    label, expected = f"service {name!r}", KNOWN_ANSWERS[name][1]

    def once() -> bytes:
        with sender.get(url, label) as response:
            content = b""
            for chunk in response.iter_content(HEAD):
                content += chunk
                if len(content) > ANSWER_BYTES:
                    break
        finding = inspect_bytes(content)
        if finding and finding.transient:
            raise Transient(f"{finding.got}, expected: {finding.expected}")
        return content

    content = sender.repeat(label, url, once)
    if expected.lower().encode() not in content.lower():
        start = content[:60].decode("utf-8", "replace")
        raise ClmtError(f"{label}: {url} gives another answer! got: {start!r}, expected: a text with {expected!r}")
    return f"answers with {expected}"
