"""Downloads from a local server: what is repeated, what is refused, and that nothing wrong stays on disk."""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clmt.acquire import body as body_module
from clmt.acquire.fetch import fetch_source
from clmt.acquire.registry import Registry, Source, load_registry
from clmt.acquire.transport import requested_pause
from clmt.errors import ClmtError
from tests.helpers.local_web import Answer, Clock, Web, quick_transport, serving
from tests.helpers.survey_archives import zipped

TABLE = b"DRUG_ID,DRUG_NAME\r\n1,Made-up\r\n"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetch(web: Web, out: Path, *answers: Answer, clock: Clock | None = None, **entry: object) -> list[float]:
    clock = clock or Clock()
    url = web.put("/data/table.csv", *answers)
    fields = {"kind": "text", "bytes": len(TABLE), "sha256": sha256(TABLE), **entry}
    source = Source(name="table", url=url, licence="none", date="2026", **fields)  # type: ignore[arg-type]
    fetch_source(Registry(Path("r.yaml"), {"table": source}, {}), "table", out, transport=quick_transport(clock))
    return clock.slept


def nothing_left(folder: Path) -> bool:
    return not list(folder.rglob("*"))


def test_good_file_is_kept(web: Web, tmp_path: Path) -> None:
    slept = fetch(web, tmp_path / "a" / "t.csv", Answer(body=TABLE))
    assert (tmp_path / "a" / "t.csv").read_bytes() == TABLE
    assert slept == []
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["t.csv"]


@pytest.mark.parametrize(
    "first",
    [
        Answer(503, b"busy"),
        Answer(429, b""),
        Answer(202, b""),
        Answer(200, b""),
        Answer(body=TABLE[:9], claimed=len(TABLE)),
        Answer(body=TABLE[:9]),
    ],
    ids=["503", "429", "202", "empty", "cut", "cut without a length"],
)
def test_passing_trouble_is_repeated(web: Web, tmp_path: Path, first: Answer) -> None:
    slept = fetch(web, tmp_path / "t.csv", first, Answer(body=TABLE))
    assert (tmp_path / "t.csv").read_bytes() == TABLE
    assert slept == [1.0]
    assert len(web.asked) == 2


def test_lasting_trouble_ends_with_growing_pauses(web: Web, tmp_path: Path) -> None:
    clock = Clock()
    with pytest.raises(ClmtError, match=r"source 'table'.*HTTP 503 in 6 attempts.*config/sources\.yaml"):
        fetch(web, tmp_path / "t.csv", Answer(503), clock=clock)
    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert nothing_left(tmp_path)


def test_retry_after_is_honoured(web: Web, tmp_path: Path) -> None:
    clock = Clock()
    fetch(web, tmp_path / "t.csv", Answer(503, headers={"Retry-After": "37"}), Answer(body=TABLE), clock=clock)
    assert clock.now == 1037.0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(body=b"\n<!DOCTYPE html><title>Just a moment</title>"), "web page"),
        (Answer(body=b"<html><body>moved</body></html>"), "web page"),
        (Answer(body=b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"), "Git LFS pointer"),
        (Answer(body=TABLE.replace(b"1,", b"2,")), f"expected: sha256 {sha256(TABLE)}"),
        (Answer(body=TABLE + b"more"), f"{len(TABLE) + 4} bytes, expected: {len(TABLE)} bytes"),
        (Answer(404, b"no"), "HTTP 404"),
        (Answer(410, b"no"), "HTTP 410"),
        (Answer(403, b"no"), "HTTP 403"),
    ],
    ids=["doctype", "html", "lfs", "checksum", "size", "404", "410", "403"],
)
def test_wrong_answers_are_refused_at_once(web: Web, tmp_path: Path, answer: Answer, words: str) -> None:
    with pytest.raises(ClmtError) as caught:
        fetch(web, tmp_path / "t.csv", answer)
    line = str(caught.value)
    assert words in line
    assert "'table'" in line
    assert web.base in line
    assert "\n" not in line
    assert len(web.asked) == 1
    assert nothing_left(tmp_path)


def test_wrong_bytes_leave_the_earlier_file_alone(web: Web, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"earlier")
    with pytest.raises(ClmtError):
        fetch(web, tmp_path / "t.csv", Answer(body=b"<html>"))
    assert (tmp_path / "t.csv").read_bytes() == b"earlier"


def test_redirect_is_followed(web: Web, tmp_path: Path) -> None:
    web.put("/elsewhere", Answer(body=TABLE))
    fetch(web, tmp_path / "t.csv", Answer(302, headers={"Location": "/elsewhere"}))
    assert (tmp_path / "t.csv").read_bytes() == TABLE


def test_unreachable_host_is_named(tmp_path: Path) -> None:
    with serving() as web:
        url = f"{web.base}/t.csv"
    source = Source("table", url, "text", "none", "2026", floating=True)
    with pytest.raises(ClmtError, match=r"source 'table'.*127\.0\.0\.1.*did not answer"):
        fetch_source(Registry(Path("r"), {"table": source}, {}), "table", tmp_path / "t", transport=quick_transport())
    assert nothing_left(tmp_path)


def test_line_ends_may_differ(web: Web, tmp_path: Path) -> None:
    bare = TABLE.replace(b"\r", b"")
    for body in (TABLE, bare):
        fetch(web, tmp_path / "t.csv", Answer(body=body), any_line_ends=True, bytes=len(bare), sha256=sha256(bare))
        assert (tmp_path / "t.csv").read_bytes() == body


def test_md5_pins_where_nothing_else_is_published(web: Web, tmp_path: Path) -> None:
    known = hashlib.md5(TABLE).hexdigest()
    fetch(web, tmp_path / "t.csv", Answer(body=TABLE), sha256=None, bytes=None, md5=known)
    with pytest.raises(ClmtError, match=f"expected: md5 {known}"):
        fetch(web, tmp_path / "u.csv", Answer(body=TABLE + b"x"), sha256=None, bytes=None, md5=known)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("zip", b"Rar!....", "expected: a zip archive"),
        ("gzip", b"plain text", "expected: a gzip file"),
        ("text", b"\x00\x01\x02", "binary bytes"),
        ("text", b"ID;NAME\n", "'DRUG_ID' at its start"),
    ],
)
def test_floating_files_are_known_by_their_shape(web: Web, tmp_path: Path, kind: str, body: bytes, words: str) -> None:
    shape = {"sha256": None, "bytes": None, "floating": True, "kind": kind}
    good = {"zip": zipped({"a": b"1"}), "gzip": gzip.compress(b"1"), "text": TABLE}[kind]
    header = "DRUG_ID" if kind == "text" else None
    fetch(web, tmp_path / "good", Answer(body=good), header=header, **shape)
    with pytest.raises(ClmtError, match=words):
        fetch(web, tmp_path / "bad", Answer(body=body), header=header, **shape)
    assert [path.name for path in tmp_path.iterdir()] == ["good"]


def test_pause_is_read_from_the_headers() -> None:
    light = "Request Count status: Green (0%), Request Time status: {} (60%), Service status: Green (20%)"
    pauses = [requested_pause({"X-Throttling-Control": light.format(name)}) for name in ("Green", "Yellow", "Red")]
    assert pauses == [0.0, 1.0, 5.0]
    assert requested_pause({"X-Throttling-Control": light.format("Black"), "Retry-After": "3"}) == 60.0
    later = email.utils.formatdate(time.time() + 70.0, usegmt=True)
    assert requested_pause({"Retry-After": later}) == pytest.approx(70.0, abs=3.0)
    assert requested_pause({"Retry-After": "Thu, 01 Jan 1970 00:01:40 GMT"}) == 0.0
    assert requested_pause({"Retry-After": "soon"}) == 0.0
    assert requested_pause({"Retry-After": "999999"}) == 300.0
    assert requested_pause({"Retry-After": "\u00b2"}) == 0.0


def test_unknown_source_lists_the_names(tmp_path: Path) -> None:
    registry = replace(load_registry(), path=Path("r.yaml"))
    with pytest.raises(ClmtError, match=r"got: 'survey_gdcs', expected one of: .*survey_gdsc"):
        fetch_source(registry, "survey_gdcs", tmp_path / "x")


@pytest.mark.parametrize("coding", [None, "gzip", "x-gzip"])
@pytest.mark.parametrize("kind", ["gzip", "zip", "text"])
def test_a_content_encoding_does_not_unpack_the_file(web: Web, tmp_path: Path, kind: str, coding: str | None) -> None:
    good = {"zip": zipped({"a": b"1"}), "gzip": gzip.compress(TABLE), "text": TABLE}[kind]
    # Servers name a .gz file's own compression as the coding; of others the coding is taken off.
    sent = gzip.compress(good) if coding and kind != "gzip" else good
    headers = {"Content-Encoding": coding} if coding else {}
    fetch(web, tmp_path / "t", Answer(body=sent, headers=headers), kind=kind, bytes=len(good), sha256=sha256(good))
    assert (tmp_path / "t").read_bytes() == good
    if coding == "gzip" and kind == "gzip":
        fetch(
            web, tmp_path / "t", Answer(body=gzip.compress(good), headers=headers), kind=kind, bytes=None, sha256=None,
            floating=True,
        )  # fmt: skip
        assert (tmp_path / "t").read_bytes() == good
    assert [path.name for path in tmp_path.iterdir()] == ["t"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<title>busy</title>DRUG_ID,DRUG_NAME", "web page"),
        (b"<?xml version='1.0'?><e>DRUG_ID</e>", "web page"),
        (b"<!-- x --><html>DRUG_ID", "web page"),
        (b'{"message": "DRUG_ID,DRUG_NAME"}', "in JSON"),
        (b"sorry\n\nthere is no\nDRUG_ID,DRUG_NAME\n", "'DRUG_ID,' at its start"),
    ],
)
def test_a_page_is_no_floating_file(web: Web, tmp_path: Path, body: bytes, words: str) -> None:
    with pytest.raises(ClmtError, match=words):
        fetch(web, tmp_path / "t", Answer(body=body), sha256=None, bytes=None, floating=True, header="DRUG_ID,")
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("place", ["http://[", f"http://{'a' * 70}.org/x"])
def test_a_redirect_to_no_address_is_one_line(web: Web, tmp_path: Path, place: str) -> None:
    with pytest.raises(ClmtError, match="source 'table'") as caught:
        fetch(web, tmp_path / "t", Answer(302, headers={"Location": place}))
    assert "\n" not in str(caught.value)
    assert nothing_left(tmp_path)


def test_an_endless_body_ends_at_the_published_size(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "CHUNK", 100)
    with pytest.raises(ClmtError, match=rf"got: [0-9]{{2,3}} bytes, expected: {len(TABLE)} bytes") as caught:
        fetch(web, tmp_path / "t", Answer(body=TABLE + b"x" * 100_000))
    assert "100,0" not in str(caught.value)
    monkeypatch.setattr(body_module, "LARGEST_FLOATING", 1000)
    with pytest.raises(ClmtError, match="does not end! got: more than 1,000 bytes"):
        fetch(web, tmp_path / "t", Answer(body=TABLE + b"x" * 100_000), sha256=None, bytes=None, floating=True)
    assert nothing_left(tmp_path)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"


def several(web: Web, *answers: Answer, **entry: object) -> Registry:
    """A source of as many addresses as there are answers, the checksum of `TABLE` for all of them."""
    urls = [web.put(f"/at{place}/table.csv", answer) for place, answer in enumerate(answers)]
    fields = {"bytes": len(TABLE), "sha256": sha256(TABLE), "also": tuple(urls[1:]), **entry}
    source = Source(name="table", url=urls[0], kind="text", licence="none", date="2026", **fields)  # type: ignore[arg-type]
    return Registry(Path("r.yaml"), {"table": source}, {})


@pytest.mark.parametrize("first", [Answer(body=POINTER), Answer(404), Answer(503), Answer(body=b"<html>quota</html>")])
def test_the_next_address_is_asked_where_one_fails(web: Web, tmp_path: Path, first: Answer) -> None:
    registry = several(web, first, Answer(body=TABLE), Answer(500))
    fetch_source(registry, "table", tmp_path / "t.csv", transport=quick_transport(Clock()))
    assert (tmp_path / "t.csv").read_bytes() == TABLE
    assert set(web.asked) == {"/at0/table.csv", "/at1/table.csv"}
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_the_checksum_is_that_of_every_address(web: Web, tmp_path: Path) -> None:
    registry = several(web, Answer(404), Answer(body=TABLE.replace(b"1,", b"2,")), Answer(body=TABLE))
    fetch_source(registry, "table", tmp_path / "t.csv", transport=quick_transport(Clock()))
    assert (tmp_path / "t.csv").read_bytes() == TABLE


def test_where_all_addresses_fail_the_line_says_what_was_tried_and_what_else_there_is(web: Web, tmp_path: Path) -> None:
    registry = several(web, Answer(body=POINTER), Answer(404), instead="dataset gdsc2 is today's release")
    with pytest.raises(ClmtError) as caught:
        fetch_source(registry, "table", tmp_path / "t.csv", transport=quick_transport(Clock()))
    line = str(caught.value)
    assert line.startswith("source 'table': none of its 2 addresses has the file! ")
    assert all(words in line for words in ("/at0/table.csv", "Git LFS pointer", "/at1/table.csv", "HTTP 404"))
    assert line.endswith(". Instead: dataset gdsc2 is today's release")
    assert "\n" not in line
    assert nothing_left(tmp_path)


def test_a_part_is_continued_by_the_next_address(web: Web, tmp_path: Path) -> None:
    half = Answer(body=TABLE[:9], claimed=len(TABLE))
    registry = several(web, half, Answer(body=TABLE))
    fetch_source(registry, "table", tmp_path / "t.csv", transport=quick_transport(Clock()))
    assert (tmp_path / "t.csv").read_bytes() == TABLE


def test_a_mirror_is_asked_for_the_first_address_alone(web: Web, tmp_path: Path) -> None:
    registry = several(web, Answer(500), Answer(body=TABLE), instead="nothing")
    place = tmp_path / "mirror" / registry.source("table").address
    place.parent.mkdir(parents=True)
    sums = tmp_path / "mirror" / "SHA256SUMS"
    sums.write_text("")
    with pytest.raises(ClmtError, match="no such file in mirror") as caught:
        fetch_source(registry, "table", tmp_path / "t.csv", tmp_path / "mirror")
    assert "Instead" not in str(caught.value)
    place.write_bytes(TABLE)
    sums.write_text(f"{sha256(TABLE)}  {registry.source('table').address}\n")
    fetch_source(registry, "table", tmp_path / "t.csv", tmp_path / "mirror")
    assert (tmp_path / "t.csv").read_bytes() == TABLE
    assert web.asked == []
