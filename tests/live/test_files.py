"""Every file of the registry through HTTP, with each fault once: equal in the end, or one line that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmt.acquire.fetch import fetch_source
from clmt.acquire.registry import Registry
from clmt.errors import ClmtError
from tests.helpers.local_web import Clock, quick_transport
from tests.helpers.stand_in import StandIn
from tests.helpers.web_faults import FAULTS

SOURCES = (
    "survey_gdsc", "survey_ccle", "gdsc_compounds", "ccle_profiling", "repurposing_hub", "reactome_gmt",
    "reactome_summations", "ncit_flat", "gene_summary", "gene_info",
)  # fmt: skip
#: One of each kind: pinned and sent on to another host, pinned text, floating zip, floating gzip, floating text.
KINDS = ("survey_gdsc", "repurposing_hub", "reactome_gmt", "gene_summary", "reactome_summations")
SLOW = {"drip", "slow header", "100 Continue for ever"}
#: Faults of which asking again does not help, and what is said of them.
REFUSED = {
    "gateway 404": "has nothing! got: HTTP 404",
    "gateway 404 in JSON": "has nothing! got: HTTP 404",
    "page with 200": "is not the file! got: a web page",
    "redirect to a page": "is not the file! got: a web page",
    "redirect loop": "TooManyRedirects",
    "other JSON": "is not the file! got: ",
    "endless": r"bytes, expected: [0-9,]+ bytes|does not end! got: more than",
}


def address(web: StandIn, registry: Registry, name: str) -> str:
    """Where the bytes come from: the host of the archives sends on to another one."""
    place = registry.source(name).url.removeprefix(f"{web.base}/")
    return f"objects/{place}" if place.startswith("media.") else place


def fetch(registry: Registry, name: str, out: Path, clock: Clock | None = None) -> bytes:
    fetch_source(registry, name, out, transport=quick_transport(clock))
    return out.read_bytes()


def published(web: StandIn, registry: Registry, name: str) -> bytes:
    body = web.world.get(registry.source(name).url.removeprefix(f"{web.base}/"))
    assert body is not None
    return body


def test_every_file_comes_as_it_is(web: StandIn, registry: Registry, tmp_path: Path) -> None:
    for name in SOURCES:
        assert fetch(registry, name, tmp_path / "d" / name) == published(web, registry, name)
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == sorted(SOURCES)


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"no such name"}))
def test_a_fault_of_a_file_is_mended_or_said(web: StandIn, registry: Registry, tmp_path: Path, fault: str) -> None:
    for name in KINDS if fault in SLOW else SOURCES:
        out = tmp_path / "d" / name
        web.faults[address(web, registry, name)] = [fault]
        if fault in REFUSED:
            with pytest.raises(ClmtError, match=REFUSED[fault]) as caught:
                fetch(registry, name, out)
            line = str(caught.value)
            assert name in line
            assert registry.source(name).url in line
            assert "config/sources.yaml" in line
            assert "\n" not in line
            assert not list(out.parent.iterdir())
        assert fetch(registry, name, out) == published(web, registry, name)
        assert [path.name for path in out.parent.iterdir()] == [name]
        assert web.met.pop()[1] == fault
        out.unlink()


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - REFUSED.keys() - {"x-gzip", "no such name"}))
def test_a_fault_that_stays_ends_with_one_line(web: StandIn, registry: Registry, tmp_path: Path, fault: str) -> None:
    for name in ("gene_summary",) if fault in SLOW else KINDS:
        web.faults[address(web, registry, name)] = [f"{fault}*"]
        out, clock = tmp_path / name / "file", Clock()
        if name == "reactome_summations" and fault in ("length too short", "cut in silence"):
            # The same half, twice: nothing tells that a file of any size is cut, if it always is.
            assert published(web, registry, name).startswith(fetch(registry, name, out, clock))
            continue
        if fault == "length too long" and registry.source(name).sha256:
            # All of it came, and its checksum says so.
            assert fetch(registry, name, out, clock) == published(web, registry, name)
            continue
        with pytest.raises(ClmtError, match=r"did not answer! got: .* in 6 attempts") as caught:
            fetch(registry, name, out, clock)
        assert "config/sources.yaml" in str(caught.value)
        assert 5 <= clock.now - 1000.0 < 100
        assert not out.exists()


def test_a_file_that_broke_off_is_continued(web: StandIn, registry: Registry, tmp_path: Path) -> None:
    whole, place, out = (
        published(web, registry, "survey_gdsc"),
        address(web, registry, "survey_gdsc"),
        tmp_path / "a.zip",
    )
    web.faults[place] = ["cut*"]
    with pytest.raises(ClmtError):
        fetch(registry, "survey_gdsc", out)
    part = out.with_name(".a.zip.part")
    half = len(whole) // 2
    assert part.read_bytes() == whole[:half]
    web.faults.clear()
    web.sent.clear()
    assert fetch(registry, "survey_gdsc", out) == whole
    assert web.sent == [(place, 206, len(whole) - half)]
    assert not part.exists()


def test_what_was_continued_wrongly_is_begun_anew(web: StandIn, registry: Registry, tmp_path: Path) -> None:
    whole, out = published(web, registry, "survey_gdsc"), tmp_path / "a.zip"
    part = out.with_name(".a.zip.part")
    for left in (b"PK\x03\x04 of another file", whole + b"more", bytes(len(whole)), whole):
        part.write_bytes(left)
        assert fetch(registry, "survey_gdsc", out) == whole
        assert not part.exists()
