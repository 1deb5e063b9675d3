"""The check of every address: what passes, what fails, and that no failure ends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clmt.acquire import live
from clmt.acquire.live import KNOWN_ANSWERS, check_addresses, table
from clmt.acquire.registry import Registry, load_registry
from clmt.cli import main
from clmt.errors import ClmtError
from tests.helpers.local_web import Answer, Web, quick_transport, serving

ZIP = b"PK\x03\x04" + bytes(96)
SHA = "0" * 64


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as served:
        yield served


def write_registry(folder: Path, web: Web) -> Path:
    """Two files and two services of the local server."""
    lines = ["sources:"]
    lines += [f"  archive: {{url: {web.base}/a.zip, kind: zip, bytes: 100, sha256: '{SHA}', licence: x, date: 2020}}"]
    lines += [
        f"  list: {{url: {web.base}/l.csv, kind: text, floating: true, header: 'ID,', licence: x, date: rolling}}"
    ]
    lines += ["apis:"]
    lines += [f"  {name}: {{url: {web.base}/{name}, licence: x, interval: 0}}" for name in ("pubchem", "kegg")]
    path = folder / "sources.yaml"
    path.write_text("\n".join(lines))
    return path


def good(web: Web) -> None:
    """Let every address answer as it should."""
    web.put("/a.zip", Answer(body=ZIP))
    web.put("/l.csv", Answer(body=b"ID,NAME\n" + b"1,a\n" * 5000))
    web.put("/pubchem/compound/name/aspirin/cids/JSON", Answer(body=b'{"IdentifierList": {"CID": [2244]}}'))
    web.put("/kegg/list/hsa:1956", Answer(body=b"hsa:1956\tCDS\t7:55019017..55211628\tEGFR, ERBB"))


def ask(registry: Registry, *names: str) -> dict[str, tuple[bool, str]]:
    found = check_addresses(registry, names, quick_transport(attempts=2))
    return {finding.name: (finding.ok, finding.found) for finding in found}


def test_what_is_right_passes(tmp_path: Path, web: Web) -> None:
    good(web)
    assert ask(load_registry(write_registry(tmp_path, web))) == {
        "archive": (True, "zip, 100 bytes"),
        "list": (True, "text, 20,008 bytes"),
        "pubchem": (True, "answers with 2244"),
        "kegg": (True, "answers with EGFR"),
    }


@pytest.mark.parametrize(
    ("path", "answer", "name", "reason"),
    [
        ("/a.zip", Answer(404), "archive", "HTTP 404"),
        ("/a.zip", Answer(403), "archive", "HTTP 403"),
        ("/a.zip", Answer(503), "archive", "HTTP 503 in 2 attempts"),
        ("/a.zip", Answer(body=b""), "archive", "an empty body"),
        ("/a.zip", Answer(body=b"<!DOCTYPE html><p>moved"), "archive", "a web page"),
        ("/a.zip", Answer(body=b"version https://git-lfs.github.com/spec/v1"), "archive", "a Git LFS pointer"),
        ("/a.zip", Answer(body=ZIP + b"more"), "archive", "got: 104 bytes, expected: 100 bytes"),
        ("/l.csv", Answer(body=b"NAME,ID2\n"), "list", "a file that begins with 'NAME,ID2'"),
        ("/kegg/list/hsa:1956", Answer(body=b"hsa:1956\tCDS"), "kegg", "expected: a text with 'EGFR'"),
        ("/kegg/list/hsa:1956", Answer(body=b"<html>busy"), "kegg", "a web page"),
        ("/kegg/list/hsa:1956", Answer(404), "kegg", "HTTP 404"),
    ],
)
def test_a_fault_is_named_and_the_others_are_asked(
    tmp_path: Path, web: Web, path: str, answer: Answer, name: str, reason: str
) -> None:
    good(web)
    web.put(path, answer)
    found = ask(load_registry(write_registry(tmp_path, web)))
    assert [key for key, (ok, _) in found.items() if not ok] == [name]
    assert reason in found[name][1]
    assert len(found) == 4


def test_only_the_first_bytes_of_a_file_are_read(tmp_path: Path, web: Web) -> None:
    good(web)
    web.put("/a.zip", Answer(body=ZIP + bytes(8000), claimed=10_000_000))
    found = ask(load_registry(write_registry(tmp_path, web)), "archive")
    assert found["archive"][1].endswith("got: 10,000,000 bytes, expected: 100 bytes")


def test_a_name_that_is_no_entry_is_refused(tmp_path: Path, web: Web) -> None:
    with pytest.raises(ClmtError, match="unknown source! got: 'archives', expected one of: archive, kegg, list"):
        ask(load_registry(write_registry(tmp_path, web)), "archives")


def test_every_service_of_the_registry_has_a_known_answer() -> None:
    assert set(load_registry().apis) <= KNOWN_ANSWERS.keys()


def test_the_command_prints_a_table_and_fails_with_2(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "Transport", lambda **settings: quick_transport(**settings))
    registry = str(write_registry(tmp_path, web))
    good(web)
    assert main(["check-sources", "--registry", registry]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "name\tstatus\tfound\taddress"
    assert lines[1] == f"archive\tok\tzip, 100 bytes\t{web.base}/a.zip"
    web.put("/a.zip", Answer(404))
    assert main(["check-sources", "--registry", registry]) == 2
    said = capsys.readouterr()
    assert "\nlist\tok\t" in said.out
    assert said.err.splitlines()[-1] == "error: 1 of 4 addresses fail: archive. The table says why"


def test_a_table_has_a_line_for_each_finding() -> None:
    finding = live.Finding("a", "https://a.org/x", False, "HTTP 404")
    assert list(table([finding]))[1] == "a\tFAILS\tHTTP 404\thttps://a.org/x\n"


def test_every_address_of_a_file_is_asked(web: Web, tmp_path: Path) -> None:
    good(web)
    path = write_registry(tmp_path, web)
    path.write_text(path.read_text().replace("kind: zip,", f"kind: zip, also: ['{web.base}/other.zip'],"))
    found = list(check_addresses(load_registry(path), ["archive"], quick_transport(attempts=2)))
    assert [(finding.address.rpartition("/")[2], finding.ok) for finding in found] == [
        ("a.zip", True),
        ("other.zip", False),
    ]
