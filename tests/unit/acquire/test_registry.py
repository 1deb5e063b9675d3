"""The registry of sources: what it must say, what it refuses, and where an address lies on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmt.acquire.registry import download_path, load_registry
from clmt.errors import ClmtError

GOOD = """
sources:
  table:
    url: https://example.org/data/table.csv
    kind: text
    licence: none
    date: 2023-10-27
    floating: true
apis:
  lookup: {url: https://example.org/api, licence: none, interval: 0.5}
"""


def write(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in GOOD
    path = folder / "sources.yaml"
    path.write_text(GOOD.replace(old, new) if old else GOOD)
    return path


def test_published_registry_is_complete() -> None:
    registry = load_registry()
    names = "survey_gdsc survey_ccle gdsc_compounds ccle_profiling repurposing_hub reactome_gmt reactome_summations"
    assert set(names.split()) <= set(registry.sources)
    for source in registry.sources.values():
        assert source.licence
        assert (source.sha256 or source.md5) or source.min_bytes > 1, source.name
        assert source.url.startswith("https://")
    lfs = registry.source("survey_gdsc")
    assert len(set(lfs.urls)) == 3
    assert "gdsc2" in lfs.instead
    assert lfs.url.startswith("https://media.githubusercontent.com/media/")
    assert (lfs.bytes, str(lfs.sha256)[:8]) == (94_001_962, "60a0d0d4")


def test_pubchem_is_asked_no_faster_than_it_allows() -> None:
    """At most 5 requests a second and fewer than 400 a minute."""
    registry = load_registry()
    services = [api for api in registry.apis.values() if "pubchem.ncbi.nlm.nih.gov" in api.url]
    assert {api.name for api in services} == {"pubchem", "pubchem_view"}
    for api in services:
        pause = registry.interval(f"{api.url}/compound/name/Imatinib/cids/JSON")
        assert pause == api.interval
        assert 1 / pause <= 5
        assert 60 / pause < 400


def test_good_registry_is_read(tmp_path: Path) -> None:
    registry = load_registry(write(tmp_path))
    assert registry.source("table").address == "example.org/data/table.csv"
    assert registry.source("table").date == "2023-10-27"
    assert registry.interval("https://example.org/api/x") == 0.5
    assert registry.interval("https://other.org/api/x") == 0.0


LATER = """
later:
  to_come: {url: 'https://example.org/later.csv', kind: text, licence: none, date: 2023, floating: true}
"""


def test_entries_for_later_are_read_and_stand_apart(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(GOOD + LATER)
    registry = load_registry(path)
    assert set(registry.sources) == {"table"}
    assert registry.source("to_come").address == "example.org/later.csv"
    path.write_text(GOOD + LATER.replace("to_come", "table"))
    with pytest.raises(ClmtError, match=r"later\.table has the name of sources\.table"):
        load_registry(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: text", "kind: text\n    sha265: a", r"sources\.table: unknown key! got: 'sha265', .*sha256"),
        ("kind: text", "kind: csv", r"sources\.table\.kind! got: 'csv', expected one of: gzip, text, zip"),
        ("    licence: none\n", "", r"sources\.table: key 'licence' is missing"),
        ("floating: true", "floating: false", r"sources\.table is neither pinned nor floating"),
        ("floating: true", "floating: 'yes'", r"floating has the wrong type! got: 'yes', expected: bool"),
        ("floating: true", "sha256: 12ab", r"sources\.table\.sha256 is not a checksum! got: '12ab'"),
        ("floating: true", f"floating: true\n    sha256: {'a' * 64}", "floating with a checksum"),
        ("floating: true", "floating: true\n    bytes: -1", r"bytes is not a size! got: -1"),
        ("date: 2023-10-27", "date: autumn", r"date is not a date! got: 'autumn'"),
        ("date: 2023-10-27", "date: '2023-13-45'", r"date is not a date! got: '2023-13-45'"),
        ("https://example.org/data/table.csv", "ftp://example.org/t", "not a web address! got: 'ftp://example.org/t'"),
        ("https://example.org/data/table.csv", "https://[::1/a", r"table\.url: not a web address \(Invalid IPv6 URL"),
        ("https://example.org/data/table.csv", '"https://example.org/a\\n"', r"table\.url: not a web address! got:"),
        ("https://example.org/data/table.csv", "https://h.org/../x", r"table\.url: address cannot be a file name"),
        ("interval: 0.5", "interval: -1", r"apis\.lookup\.interval is not a pause! got: -1"),
        ("  table:", "  Table-1:", "bad name! got: 'Table-1'"),
        ("    kind: text", "    also: https://h.org/a\n    kind: text", r"table\.also is no list of addresses"),
        ("    kind: text", "    also: [https://h.org/a]\n    kind: text", r"also: a floating file has one address"),
        ("    floating: true", f"    sha256: '{'0' * 64}'\n    also: [ftp://h.org/a]", "not a web address! got: 'ftp"),
        ("apis:", "service:", "unknown block! got: 'service', expected one of: apis, later, sources"),
        ("    kind: text", "    kind: text\n    kind: zip", "key 'kind' occurs twice"),
        ("sources:", "sources: [", "not valid YAML"),
        ("sources:\n", "sources:\n  twin: {url: 'https://example.org/data/table.csv', kind: text, licence: x, "
         "date: 2020, floating: true}\n", r"sources\.table has the address of sources\.twin"),
    ],
)  # fmt: skip
def test_faults_are_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(ClmtError, match=words) as caught:
        load_registry(write(tmp_path, old, new))
    assert str(tmp_path / "sources.yaml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_absent_registry_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match="no such registry"):
        load_registry(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://h.org/a/b%20c%2Fd.txt", "h.org/a/b%20c%2Fd.txt"),
        ("https://h.org/q.json?id=1&x=%28y%29", "h.org/q.json?id=1&x=%28y%29"),
        ("http://127.0.0.1:80/x", "127.0.0.1:80/x"),
        ("https://h.org/%2e%2e/x", "h.org/%2e%2e/x"),
    ],
)
def test_address_is_the_place_on_disk(url: str, path: str) -> None:
    assert download_path(url) == path


@pytest.mark.parametrize(
    "url",
    [
        "https://h.org/../../etc/passwd",
        "https://h.org/a/./b",
        "https://h.org/a//b",
        "https://h.org/a/",
        "https://h.org/q?x=/../../y",
        "https://h.org/a\\..\\b",
        "https://h.org/a\x00b",
        "https://h.org/a\n",
        "https://h.org/a\tb",
        "https://user:secret@h.org/a",
        "https:///a",
        "file:///etc/passwd",
    ],
)
def test_addresses_never_leave_the_folder(url: str) -> None:
    with pytest.raises(ClmtError, match="got: "):
        download_path(url)


def test_a_long_name_ends_with_a_digest() -> None:
    long = f"https://h.org/name/{'a' * 219}b" + "%20c"
    place = download_path(long)
    assert place.startswith(f"h.org/name/{'a' * 150}~")
    assert max(map(len, place.split("/"))) < 220
    assert place != download_path(f"{long}d")
    assert download_path(f"https://{place}") == place
    assert download_path(f"https://h.org/{'a' * 220}") == f"h.org/{'a' * 220}"


@pytest.mark.parametrize("content", ["\ufeffsources: {}".encode("utf-16"), b"sources: \xff", b"[" * 20_000])
def test_a_registry_that_is_no_yaml_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sources.yaml").write_bytes(content)
    with pytest.raises(ClmtError, match=r"sources\.yaml: (not UTF-8|nested too|not valid YAML)") as caught:
        load_registry(tmp_path / "sources.yaml")
    assert "\n" not in str(caught.value)


def test_an_address_below_another_is_refused(tmp_path: Path) -> None:
    below = (
        "  below: {url: https://example.org/data/table.csv/x, kind: text, licence: none, date: 2023, floating: true}\n"
    )
    path = write(tmp_path, "apis:", f"{below}apis:")
    with pytest.raises(ClmtError, match=r"sources\.below lies below the address of sources\.table"):
        load_registry(path)


def test_an_address_that_cannot_be_split_is_named() -> None:
    with pytest.raises(ClmtError, match=r"not a web address .*got: 'https://"):
        download_path("https://[::1/a")
