"""Mirrors: reading one instead of the network, damage in one, and making one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clmt.acquire.client import Client, open_client
from clmt.acquire.fetch import fetch_source
from clmt.acquire.folder import MirrorFolder
from clmt.acquire.mirror import make_mirror
from clmt.acquire.registry import Api, Registry, Source
from clmt.errors import ClmtError
from tests.helpers.local_web import Answer, Web, quick_transport, serving

TABLE = b"ID,NAME\n1,Made-up\n"
URL = "https://example.org/data/table.csv?v=1"
ADDRESS = "example.org/data/table.csv?v=1"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def unplugged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which each request fails the test."""

    def refuse(*args: object, **settings: object) -> None:
        pytest.fail(f"asked for {args[1:]}")

    monkeypatch.setattr("requests.Session.get", refuse)


def registry(url: str = URL, api: str = "https://example.org/api") -> Registry:
    # The checksum is that of the published file: a mirror's own replaces it.
    table = Source("table", url, "text", "none", "2026", sha256="0" * 64, bytes=5, header="ID,NAME")
    return Registry(Path("sources.yaml"), {"table": table}, {"lookup": Api("lookup", api, "none", 0.0)})


def mirror(folder: Path, files: dict[str, bytes]) -> Path:
    lines = []
    for address, content in files.items():
        (folder / address).parent.mkdir(parents=True, exist_ok=True)
        (folder / address).write_bytes(content)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {address}\n")
    (folder / "SHA256SUMS").write_text("".join(lines))
    return folder


@pytest.mark.usefixtures("unplugged")
def test_mirror_answers_instead_of_the_network(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    fetch_source(registry(), "table", out, mirror(tmp_path / "m", {ADDRESS: TABLE}))
    assert out.read_bytes() == TABLE


def test_absent_file_is_named_with_its_place(tmp_path: Path) -> None:
    folder = mirror(tmp_path / "m", {"example.org/other": b"x"})
    with pytest.raises(ClmtError, match=r"source 'table'.*no such file in mirror.*table\.csv\?v=1.*clmt mirror"):
        fetch_source(registry(), "table", tmp_path / "out.csv", folder)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("damage", [b"", TABLE[:-1], TABLE + b"x", b"<html>"])
def test_damaged_file_is_never_kept(tmp_path: Path, damage: bytes) -> None:
    folder = mirror(tmp_path / "m", {ADDRESS: TABLE})
    (folder / ADDRESS).write_bytes(damage)
    with pytest.raises(ClmtError, match=r"table\.csv\?v=1 is damaged! got: sha256 .*expected: sha256"):
        fetch_source(registry(), "table", tmp_path / "out" / "t.csv", folder)
    assert list((tmp_path / "out").iterdir()) == []


def test_shape_is_checked_in_a_mirror_too(tmp_path: Path) -> None:
    folder = mirror(tmp_path / "m", {ADDRESS: b"<!doctype html>"})
    with pytest.raises(ClmtError, match="web page"):
        fetch_source(registry(), "table", tmp_path / "t.csv", folder)


def test_faulty_mirrors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match="no such folder"):
        MirrorFolder(tmp_path / "none")
    (tmp_path / "m").mkdir()
    with pytest.raises(ClmtError, match="SHA256SUMS: no such file"):
        MirrorFolder(tmp_path / "m")
    (tmp_path / "m" / "SHA256SUMS").write_text("abc  x\n")
    with pytest.raises(ClmtError, match="line 1: not a checksum"):
        MirrorFolder(tmp_path / "m")
    folder = mirror(tmp_path / "m", {ADDRESS: TABLE})
    (folder / "example.org" / "extra").write_bytes(b"x")
    with pytest.raises(ClmtError, match=r"example\.org/extra is not in SHA256SUMS"):
        MirrorFolder(folder).read("https://example.org/extra")
    (folder / ADDRESS).unlink()
    with pytest.raises(ClmtError, match="is in SHA256SUMS but not there"):
        MirrorFolder(folder).read(URL)


@pytest.mark.usefixtures("unplugged")
def test_look_ups_read_the_mirror_and_leave_the_cache_alone(tmp_path: Path) -> None:
    folder = mirror(tmp_path / "m", {"example.org/api/one.json?id=1": b'{"a": 1}'})
    client = open_client(registry(), tmp_path / "cache", folder)
    assert client.get_json("https://example.org/api/one.json?id=1") == {"a": 1}
    assert client.get_json("https://example.org/api/one.json?id=2") is None
    assert not (tmp_path / "cache").exists()


def test_mirror_is_made_from_live_sources_and_answers(web: Web, tmp_path: Path) -> None:
    url = web.put("/data/table.csv", Answer(body=TABLE))
    table = Source("table", url, "text", "none", "2026", floating=True)
    sources = Registry(Path("r"), {"table": table}, {"lookup": Api("lookup", f"{web.base}/api", "none", 0.0)})
    client = Client(tmp_path / "downloads", transport=quick_transport())
    client.get_json(web.put("/api/one.json?id=1", Answer(body=b'{"a": 1}')))
    assert client.get_json(f"{web.base}/api/none") is None
    (tmp_path / "downloads" / "stray").write_bytes(b"not an answer")
    folder = tmp_path / "m"
    make_mirror(sources, folder, tmp_path / "downloads", transport=quick_transport())
    made = MirrorFolder(folder)
    assert sorted(made.sums) == sorted(
        address.removeprefix("http://") for address in (url, f"{web.base}/api/one.json?id=1")
    )
    assert made.read(url) == TABLE
    asked = len(web.asked)
    make_mirror(sources, folder, tmp_path / "downloads", transport=quick_transport())
    assert len(web.asked) == asked
    second = tmp_path / "second"
    make_mirror(sources, second, tmp_path / "nothing", mirror=folder, transport=quick_transport())
    assert MirrorFolder(second).sums == made.sums
    assert len(web.asked) == asked


def test_services_without_an_answer_are_named_with_the_command_that_asks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    apis = {name: Api(name, f"https://example.org/{name}", "none", 0.0) for name in ("pubchem", "chembl")}
    sources = Registry(Path("r"), {}, apis)
    answers = tmp_path / "downloads" / "example.org"
    make_mirror(sources, tmp_path / "m", tmp_path / "downloads")
    (warning,) = (record.getMessage() for record in caplog.records if record.levelname == "WARNING")
    assert "has no answers of pubchem, chembl!" in warning
    assert "snakemake --cores 2 results/gdsc/text/drugs.parquet" in warning
    assert "\n" not in warning
    for service, left in (("pubchem", "has no answers of chembl!"), ("chembl", "")):
        caplog.clear()
        (answers / service).mkdir(parents=True)
        (answers / service / "one.json").write_text("{}")
        make_mirror(sources, tmp_path / "m", tmp_path / "downloads")
        assert left in caplog.text
    assert "no answers" not in caplog.text
    # What the mirror holds already is an answer, whether it is in the cache or not.
    make_mirror(sources, tmp_path / "m", tmp_path / "nothing")
    assert "no answers" not in caplog.text


def test_dead_source_does_not_keep_the_others_out(web: Web, tmp_path: Path) -> None:
    good = Source("good", web.put("/good.csv", Answer(body=TABLE)), "text", "none", "2026", floating=True)
    dead = Source("dead", f"{web.base}/dead.csv", "text", "none", "2026", floating=True)
    sources = Registry(Path("r"), {"dead": dead, "good": good}, {})
    with pytest.raises(ClmtError, match=r"1 of 2 sources are missing: source 'dead'.*HTTP 404"):
        make_mirror(sources, tmp_path / "m", tmp_path / "d", transport=quick_transport())
    assert MirrorFolder(tmp_path / "m").read(good.url) == TABLE


def test_what_no_rule_reads_yet_is_mirrored_on_request_only(web: Web, tmp_path: Path) -> None:
    good = Source("good", web.put("/good.csv", Answer(body=TABLE)), "text", "none", "2026", floating=True)
    later = Source("later", web.put("/later.csv", Answer(body=TABLE)), "text", "none", "2026", floating=True)
    sources = Registry(Path("r"), {"good": good}, {}, {"later": later})
    make_mirror(sources, tmp_path / "m", tmp_path / "d", transport=quick_transport())
    assert MirrorFolder(tmp_path / "m").read(later.url) is None
    make_mirror(sources, tmp_path / "m", tmp_path / "d", names=["later"], transport=quick_transport())
    assert MirrorFolder(tmp_path / "m").read(later.url) == TABLE


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("../../../escaped/x", "line 2: not an address below the mirror! got: '../../../escaped/x'"),
        ("/etc/passwd", "not an address below"),
        ("example.org/a\x0b/x", "not an address below"),
        (ADDRESS, f"line 2: {ADDRESS} stands twice"),
        (f"./{ADDRESS}", "stands twice"),
    ],
)
def test_checksums_of_odd_addresses_are_refused_before_anything_is_made(tmp_path: Path, line: str, words: str) -> None:
    other = mirror(tmp_path / "m", {ADDRESS: TABLE})
    with (other / "SHA256SUMS").open("a") as handle:
        handle.write(f"{'0' * 64}  {line}\n")
    with pytest.raises(ClmtError, match=re.escape(words)):
        make_mirror(registry(), tmp_path / "new" / "deep", tmp_path / "d", mirror=other)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "new") == ["m"]


def test_checksums_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_bytes("\ufeff".encode("utf-16") + b"\xff")
    with pytest.raises(ClmtError, match="SHA256SUMS: not UTF-8 text"):
        MirrorFolder(tmp_path)


def test_links_and_names_that_are_no_address_stay_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    answers = tmp_path / "d" / "example.org" / "api"
    answers.mkdir(parents=True)
    (tmp_path / "secret").write_text("mine")
    (answers / "link").symlink_to(tmp_path / "secret")
    (answers / "two\nlines").write_text("{}")
    (answers / "good").write_text("{}")
    sources = Registry(Path("r"), {}, {"lookup": Api("lookup", "https://example.org/api", "none", 0.0)})
    make_mirror(sources, tmp_path / "m", tmp_path / "d")
    assert list(MirrorFolder(tmp_path / "m").sums) == ["example.org/api/good"]
    assert caplog.text.count("is left out") == 2


@pytest.mark.parametrize("damage", [b"", b"<html>busy"])
def test_a_damaged_answer_is_not_vouched_for(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "d" / "example.org" / "api").mkdir(parents=True)
    (tmp_path / "d" / "example.org" / "api" / "one").write_bytes(damage)
    sources = Registry(Path("r"), {}, {"lookup": Api("lookup", "https://example.org/api", "none", 0.0)})
    with pytest.raises(ClmtError, match=r"api/one is not an answer! got: .*Remove it and look up again"):
        make_mirror(sources, tmp_path / "m", tmp_path / "d")
    assert MirrorFolder(tmp_path / "m").sums == {}
