"""Servers that answer oddly, mirrors, registries and the user's folders: causes A2, A16 to A18, A20, B3, C15, C16, C18.

The servers are those of `tests.helpers.stand_in`, over HTTP on this machine.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from clmt.acquire import body, connection
from clmt.acquire.fetch import fetch_source
from clmt.acquire.registry import load_registry
from tests.cases.case import Act, Case, Check, Place
from tests.cases.child import Done
from tests.helpers.local_web import quick_transport
from tests.helpers.stand_in import StandIn, standing_in
from tests.helpers.web_faults import FAULTS, ODD

TABLE = b"DRUG_ID,DRUG_NAME\n" + b"".join(b"%d,Made-up %d\n" % (row, row) for row in range(400))
ADDRESS = "files.example.org/data/table.csv"
REVISION = "0123456789abcdef0123456789abcdef01234567"


_OPEN = contextlib.ExitStack()


@functools.cache
def web() -> StandIn:
    """One stand-in for all cases of this process; its thread ends with it."""
    return _OPEN.enter_context(standing_in({ADDRESS: TABLE}))


def registry(place: Place, url: str = f"https://{ADDRESS}", **entry: Any) -> Path:
    """A registry of one file, ``it``, and one look-up service."""
    source = {"url": url, "kind": "text", "licence": "none", "date": "2026-01-01", "header": "DRUG_ID,", **entry}
    if "sha256" not in source:
        source.setdefault("floating", True)
    api = {"url": "https://pug.example.org/rest", "licence": "none", "interval": 0.0}
    return place.put("r.yaml", yaml.safe_dump({"sources": {"it": source}, "apis": {"pubchem": api}}))


def mirror(place: Place, folder: str, files: dict[str, bytes], sums: str = "") -> Path:
    lines = []
    for address, content in files.items():
        place.put(f"{folder}/{address}", content)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {address}\n")
    place.put(f"{folder}/SHA256SUMS", "".join(lines) + sums)
    return place.folder / folder


def fetched(fault: str, stays: bool = True, **entry: Any) -> Callable[[Place], Act]:
    """Fetch the one file from a server with a fault, which stays or passes."""

    def act(place: Place) -> Act:
        address = f"{ADDRESS}?{place.folder.name}"
        web().faults[address] = [f"{fault}*" if stays else fault]
        path = registry(place, f"{web().base}/{address}", **entry)
        # A pinned file goes on where it broke off: its beginning is kept on purpose.
        out = Path("begun/table.csv" if "sha256" in entry else "out/table.csv")
        return lambda: fetch_source(load_registry(path), "it", out, transport=quick_transport())

    return act


def impatient() -> None:
    """Give up on what drips after a moment, and on what does not end after little."""
    connection.WINDOW = 0.3
    body.LARGEST_FLOATING = 300_000


def whole(place: Place, done: Done) -> str | None:
    """The file came as it is, without a traceback in the log."""
    if next(place.folder.glob("*/table.csv")).read_bytes() != TABLE:
        return "another file"
    return "a traceback in the log" if "Traceback" in done.err else None


def server_cases() -> list[Case]:
    floating = {"html_xml": "page in XML", "json_error": "JSON with the header", "html_title": "page's title"}
    floating |= {"html_comment": "page behind a comment", "html_table": "page's table"}
    made = [
        Case("A16", f"{name} floating", fetched(fault), (r"\bit\b", "is not the file"), prepare=impatient)
        for name, fault in floating.items()
    ]
    slow = {"continue read time-out 2 s": "100 Continue for ever", "slow_header read time-out 2 s": "slow header"}
    slow |= {"drip": "drip", "endless floating": "endless"}
    for name, fault in slow.items():
        made.append(Case("B3", name, fetched(fault), (r"\bit\b", "http://127"), prepare=impatient, wait=60))
    pinned = {"bytes": len(TABLE), "sha256": hashlib.sha256(TABLE).hexdigest()}
    made.append(Case("B3", "endless pinned", fetched("endless", **pinned), ("bytes, expected",), prepare=impatient))
    transport = {"to_label": "redirect to a long label", "to_ipv6": "redirect to half an address"}
    transport |= {"chunked_negative": "chunk of negative size", "to_latin": "redirect in Latin-1"}
    for name, fault in transport.items():
        made.append(Case("C15", name, fetched(fault), (r"\bit\b", "http://127"), prepare=impatient))
    made.append(Case("C15", "header_latin", fetched("header in Latin-1"), None, whole, prepare=impatient))
    made.append(Case("C15", "after_square", fetched("Retry-After of no number", stays=False), None, whole))
    for fault in sorted((FAULTS | ODD).keys() - {"no such name", "endless"}):
        act = fetched(fault, **pinned)
        made.append(Case("C15", f"{fault}, pinned", act, (r"\bit\b",), whole, prepare=impatient, wait=60))
    return made


def mirror_cases() -> list[Case]:
    def mirrored(answer: Callable[[Place], object]) -> Callable[[Place], Act]:
        """``clmt mirror`` with the file from another mirror, and an answer of a service from the cache."""

        def act(place: Place) -> Act:
            web().faults.pop(ADDRESS, None)
            path = registry(place, f"{web().base}/{ADDRESS}")
            answer(place)
            return ["mirror", "made", "--downloads", "downloads", "--registry", str(path), "--source", "it"]

        return act

    def secret(place: Place) -> None:
        place.put("secret", "password")
        link = place.folder / "downloads/pug.example.org/rest/answer"
        link.parent.mkdir(parents=True)
        link.symlink_to(place.folder / "secret")

    def cached(content: bytes, name: str = "answer") -> Callable[[Place], object]:
        return lambda place: place.put(f"downloads/pug.example.org/rest/{name}", content)

    def escaping(place: Place) -> Act:
        content = b'{"a": 1}'
        line = f"{hashlib.sha256(content).hexdigest()}  pug.example.org/rest/../../../escaped/deep/x\n"
        other = mirror(place, "other", {ADDRESS: TABLE}, line)
        return ["mirror", "made", "--mirror", str(other), "--registry", str(registry(place))]

    def from_mirror(sums: str | bytes) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            registry(place)
            folder = mirror(place, "m", {ADDRESS: TABLE})
            old = place.get("m/SHA256SUMS")
            place.put("m/SHA256SUMS", sums.replace("OLD", old.decode()) if isinstance(sums, str) else old + sums)
            return fetch(place, "--mirror", str(folder))

        return act

    twice = f"{'0' * 64}  {ADDRESS}\nOLD"
    words = ("answer",)
    left = "clmt mirror, cached answer: "
    return [
        Case("A17", f"{left}name with a newline", mirrored(cached(b"{}", "a\nb")), words, _without_answers),
        Case("A17", f"{left}html answer", mirrored(cached(b"<!DOCTYPE html>\n<html>")), words, _without_answers),
        Case("A17", f"{left}damaged answer", mirrored(cached(b"")), words, _without_answers),
        Case("A17", f"{left}link to a secret", mirrored(secret), words, _without_answers),
        Case("A17", "clmt mirror from another, answer traversal", escaping, ("SHA256SUMS|address",)),
        Case("A17", "mirror SHA256SUMS twice, right one last", from_mirror(twice), ("SHA256SUMS", "twice")),
        Case("C16", "mirror SHA256SUMS not UTF-8", from_mirror(b"\xff\xfe\n"), ("SHA256SUMS",)),
        Case("C16", "mirror SHA256SUMS of another form", from_mirror("SHA256 (x) = 0\n"), ("SHA256SUMS", "line 1")),
        Case("C16", "mirror SHA256SUMS empty", from_mirror(""), (ADDRESS,)),
    ]


def _without_answers(place: Place, done: Done) -> str | None:
    """The mirror holds the file and nothing else, and says so."""
    made = place.folder / "made"
    files = sorted(str(path.relative_to(made)) for path in made.rglob("*") if path.is_file())
    if files != sorted(["SHA256SUMS", f"{web().base.removeprefix('http://')}/{ADDRESS}"]):
        return f"the mirror holds {files}"
    return None if "is left out" in done.err else "the log does not say what is left out"


def fetch(place: Place, *more: str) -> list[str]:
    return ["fetch", "--source", "it", "--registry", str(place.folder / "r.yaml"), "--out", "out/table.csv", *more]


def registry_cases() -> list[Case]:
    def written(content: bytes) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            place.put("r.yaml", content)
            return fetch(place)

        return act

    def edited(**entry: Any) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            registry(place, **entry)
            return fetch(place, "--mirror", str(mirror(place, "m", {ADDRESS: TABLE})))

        return act

    def nested(place: Place) -> Act:
        registry(place)
        content = yaml.safe_load(place.get("r.yaml"))
        content["sources"]["below"] = {**content["sources"]["it"], "url": f"https://{ADDRESS}/more"}
        place.put("r.yaml", yaml.safe_dump(content))
        return fetch(place, "--mirror", str(mirror(place, "m", {ADDRESS: TABLE})))

    entries: dict[str, dict[str, Any]] = {
        "registry url IPv6 broken": {"url": "https://[::1/a"},
        "registry date impossible": {"date": "2026-13-45"},
        "registry bytes negative": {"bytes": -5},
        "registry sha256 short": {"sha256": "abc"},
        "registry kind unknown": {"kind": "rar"},
        "registry header a list": {"header": ["a"]},
        "registry url traversal": {"url": "https://a.example.org/../../x"},
        "registry url of a file": {"url": "file:///etc/passwd"},
    }
    made = [Case("C16", name, edited(**entry), (r"r\.yaml", next(iter(entry)))) for name, entry in entries.items()]
    line = Case("A20", "registry url newline", edited(url=f"https://{ADDRESS}\n"), (r"r\.yaml", "url"))
    contents = {
        "binary": bytes(range(128, 256)),
        "UTF-16": "sources: {}\n".encode("utf-16"),
        "empty": b"",
        "a list": b"[]",
    }
    made += [Case("C16", f"registry {name}", written(content), (r"r\.yaml",)) for name, content in contents.items()]
    return [*made, line, Case("C16", "registry one address below another", nested, (r"r\.yaml", "below"))]


def folder_cases() -> list[Case]:
    """Folders of the user's that an output names: nothing in them is lost."""

    def encoder(out: str, home: str) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            for name in ("config.json", "model.safetensors"):
                place.put(f"model/{name}", name)
            place.put(f"{home}/thesis.txt", "years of work")
            return ["fetch-encoder", "--id", "a/b", "--revision", REVISION, "--from", "model", "--out", out]

        return act

    def demo(name: str, prepare: Callable[[Place], object]) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            prepare(place)
            return ["demo", "--out", name]

        return act

    def marked(place: Place) -> None:
        place.world.need("mirror")
        for path in place.world.folder.joinpath("mirror").rglob("*"):
            if path.is_file():
                place.put(f"marked/{path.relative_to(place.world.folder / 'mirror')}", path.read_bytes())
        place.put("marked/thesis.txt", "years of work")

    kept: Check = lambda place, done: None  # noqa: E731 -- what was lost is looked for in every case
    part = demo("out/X", lambda place: place.put("out/.X.part/thesis.txt", "years of work"))
    return [
        Case("A2", "encoder --out is a folder with other files", encoder("home", "home"), ("home",)),
        Case("A2", "encoder --out .", encoder(".", "home"), ("working directory",)),
        Case("A2", "encoder --out ./", encoder("./", "home"), ("working directory",)),
        Case("A2", "encoder --out the folder above", encoder("..", "home"), ("working directory",)),
        Case("A2", "encoder --out what it copies", encoder("model", "home"), ("model",)),
        Case("A18", "demo --out marked, with more", demo("marked", marked), (r"thesis\.txt",)),
        Case("A18", "demo --out part folder", part, None, _part_kept),
        Case(
            "C18",
            "demo --out . in a folder with files",
            demo(".", lambda place: place.put("a", "b")),
            ("working directory",),
        ),
        Case("C18", "demo --out . in an empty folder", demo(".", lambda place: None), (), kept),
    ]


def _part_kept(place: Place, done: Done) -> str | None:
    return None if (place.out / ".X.part/thesis.txt").exists() else "the user's folder is gone"


def cases() -> list[Case]:
    return [*server_cases(), *mirror_cases(), *registry_cases(), *folder_cases()]
