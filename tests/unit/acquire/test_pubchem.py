"""Names to structures, against a local server that answers as PubChem does."""

from __future__ import annotations

import datetime
import errno
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clmt.acquire.client import Client
from clmt.acquire.pubchem import COLUMNS, resolve_names, structure, write_structures
from clmt.errors import ClmtError
from tests.helpers.local_web import Answer, Clock, Web, quick_transport, serving

PROPERTIES = "SMILES,ConnectivitySMILES,InChIKey,Title"
FAULT = {"Fault": {"Code": "PUGREST.NotFound", "Message": "No CID found"}}
BUSY = {"X-Throttling-Control": "Request Count status: Red (80%), Request Time status: Green (0%)"}


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


def reply(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), headers)


def put_drug(web: Web, name: str, cids: list[int], *answers: Answer, **properties: str) -> None:
    """Publish a made-up compound under the encoded name."""
    web.put(f"/pug/compound/name/{name}/cids/JSON", *(answers or [reply({"IdentifierList": {"CID": cids}})]))
    table = {"PropertyTable": {"Properties": [{"CID": cids[0], **properties}]}} if cids else FAULT
    web.put(f"/pug/compound/cid/{cids[0] if cids else 0}/property/{PROPERTIES}/JSON", reply(table))


def client(folder: Path, clock: Clock | None = None, **settings: Any) -> Client:
    return Client(folder, transport=quick_transport(clock, **settings))


def test_found_structure_has_all_columns(web: Web, tmp_path: Path) -> None:
    put_drug(
        web, "Alpha", [7, 9, 8], SMILES="C[C@H](N)O", ConnectivitySMILES="CC(N)O", InChIKey="K", Title="Alpha acid"
    )
    frame = resolve_names(client(tmp_path), [" Alpha ", "Alpha"], f"{web.base}/pug")
    assert tuple(frame.columns) == COLUMNS
    assert frame.to_dict("records") == [
        {"name": "Alpha", "cid": 7, "smiles": "C[C@H](N)O", "inchikey": "K", "title": "Alpha acid", "status": "found",
         "candidates": 3, "other_cids": "9; 8"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "smiles"),
    [
        ({"SMILES": "new", "ConnectivitySMILES": "flat"}, "new"),
        ({"IsomericSMILES": "old", "CanonicalSMILES": "flat"}, "old"),
        ({"CanonicalSMILES": "flat"}, "flat"),
        ({"ConnectivitySMILES": "flat"}, "flat"),
    ],
)
def test_both_generations_of_keys_are_read(web: Web, tmp_path: Path, keys: dict[str, str], smiles: str) -> None:
    put_drug(web, "Alpha", [7], **keys)
    assert structure(client(tmp_path), "Alpha", f"{web.base}/pug")["smiles"] == smiles


def test_names_are_encoded_whole(web: Web, tmp_path: Path) -> None:
    put_drug(web, "A%5CB%20%2850%20uM%29", [7], SMILES="C")
    assert structure(client(tmp_path), "A\\B (50 uM)", f"{web.base}/pug")["status"] == "found"


@pytest.mark.parametrize(
    "answer",
    [reply(FAULT, 404), reply({"Fault": {"Code": "PUGREST.BadRequest"}}, 400), reply({"IdentifierList": {"CID": [0]}})],
    ids=["404", "400", "CID 0"],
)
def test_unknown_name_is_a_row_and_no_failure(web: Web, tmp_path: Path, answer: Answer) -> None:
    put_drug(web, "Alpha", [7], SMILES="C")
    web.put("/pug/compound/name/Beta/cids/JSON", answer)
    frame = resolve_names(client(tmp_path), ["Beta", "Alpha"], f"{web.base}/pug")
    assert frame["status"].tolist() == ["unknown", "found"]
    assert frame["cid"].isna().tolist() == [True, False]
    assert frame["smiles"].isna().tolist() == [True, False]
    before = len(web.asked)
    resolve_names(client(tmp_path), ["Beta", "Alpha"], f"{web.base}/pug")
    assert len(web.asked) == before


def test_compound_without_properties_keeps_its_cid(web: Web, tmp_path: Path) -> None:
    web.put("/pug/compound/name/Gamma/cids/JSON", reply({"IdentifierList": {"CID": [5]}}))
    row = structure(client(tmp_path), "Gamma", f"{web.base}/pug")
    assert (row["cid"], row["smiles"], row["status"]) == (5, None, "unknown")


def test_second_run_asks_nothing(web: Web, tmp_path: Path) -> None:
    put_drug(web, "Alpha", [7], SMILES="C")
    first = resolve_names(client(tmp_path), ["Alpha"], f"{web.base}/pug")
    assert len(web.asked) == 2
    assert resolve_names(client(tmp_path), ["Alpha"], f"{web.base}/pug").equals(first)
    assert len(web.asked) == 2


@pytest.mark.parametrize(
    "busy",
    [Answer(status, b"<html>busy</html>", BUSY) for status in (503, 200, 404, 400)],
    ids=["503", "page with 200", "page with 404", "page with 400"],
)
def test_busy_server_is_given_the_time_it_asks_for(web: Web, tmp_path: Path, busy: Answer) -> None:
    put_drug(web, "Alpha", [7], busy, reply({"IdentifierList": {"CID": [7]}}), SMILES="C")
    clock = Clock()
    assert structure(client(tmp_path, clock), "Alpha", f"{web.base}/pug")["status"] == "found"
    assert clock.now - 1000.0 == pytest.approx(5.0)


def test_requests_keep_their_distance_between_clients(web: Web, tmp_path: Path) -> None:
    put_drug(web, "Alpha", [7], SMILES="C")
    put_drug(web, "Beta", [8], SMILES="N")
    clock = Clock()
    settings = {"intervals": lambda url: 0.25, "pace_folder": tmp_path / ".pace"}
    for name in ("Alpha", "Beta"):
        structure(client(tmp_path, clock, **settings), name, f"{web.base}/pug")
    assert len(web.asked) == 4
    assert clock.slept == pytest.approx([0.25, 0.25, 0.25])


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK])
def test_a_file_system_without_locks_keeps_the_pace_in_the_process(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    def refuse(*args: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", refuse)
    put_drug(web, "Alpha", [7], SMILES="C")
    clock = Clock()
    asker = client(tmp_path, clock, intervals=lambda url: 0.25, pace_folder=tmp_path / ".pace")
    assert structure(asker, "Alpha", f"{web.base}/pug")["status"] == "found"
    assert clock.slept == pytest.approx([0.25])
    assert caplog.text.count("cannot be locked") == 1


def test_moved_service_does_not_make_every_drug_unknown(web: Web, tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match=r"no structure for any name! got: Alpha, Beta.*config/sources\.yaml"):
        resolve_names(client(tmp_path), ["Alpha", "Beta"], f"{web.base}/elsewhere")


@pytest.mark.parametrize(
    "body",
    [
        b"[1, 2]",
        b'{"Waiting": 1}',
        b'{"Fault": "busy"}',
        *(b'{"IdentifierList": {"CID": %s}}' % cids for cids in (b"{}", b'{"5": 5}', b"5", b"true", b'""', b"null")),
        *(
            b'{"IdentifierList": {"CID": [%s]}}' % cid
            for cid in (b'"x"', b"208908.7", b"true", b"false", b"1e30", b"Infinity")
        ),
        b'{"IdentifierList": {"CID": [%d]}}' % (2**64),
    ],
)
def test_strange_answers_are_named(web: Web, tmp_path: Path, body: bytes) -> None:
    web.put("/pug/compound/name/Alpha/cids/JSON", Answer(body=body))
    with pytest.raises(ClmtError, match="strange answer for name 'Alpha'"):
        structure(client(tmp_path), "Alpha", f"{web.base}/pug")


@pytest.mark.parametrize("value", [7, True, ["C"], {"a": 1}, "\ud800"])
@pytest.mark.parametrize("key", ["SMILES", "InChIKey", "Title"])
def test_properties_of_another_type_are_named(web: Web, tmp_path: Path, key: str, value: Any) -> None:
    put_drug(web, "Alpha", [7], **{"SMILES": "C", key: value})
    with pytest.raises(ClmtError, match=f"strange answer for CID 7! {key}: got: .*, expected: text"):
        structure(client(tmp_path), "Alpha", f"{web.base}/pug")


def test_an_answer_nested_without_end_is_one_line(web: Web, tmp_path: Path) -> None:
    put_drug(web, "Alpha", [7], Answer(body=b"[" * 200_000))
    with pytest.raises(ClmtError, match=r"did not answer! got: text that is not JSON: '\[\[.* in 6 attempts"):
        structure(client(tmp_path), "Alpha", f"{web.base}/pug")


def test_an_answer_that_was_cut_is_asked_for_again(web: Web, tmp_path: Path) -> None:
    put_drug(web, "Alpha", [7], Answer(body=b'{"Ident'), reply({"IdentifierList": {"CID": [7]}}), SMILES="C")
    assert structure(client(tmp_path), "Alpha", f"{web.base}/pug")["status"] == "found"


def test_a_damaged_answer_in_the_cache_is_forgotten(web: Web, tmp_path: Path) -> None:
    put_drug(web, "Alpha", [7], SMILES="C")
    structure(client(tmp_path), "Alpha", f"{web.base}/pug")
    (kept,) = tmp_path.rglob("cids/JSON")
    kept.write_bytes(b'{"Ident')
    with pytest.raises(ClmtError, match=r"not JSON! got: '\{\"Ident'"):
        structure(client(tmp_path), "Alpha", f"{web.base}/pug")
    assert structure(client(tmp_path), "Alpha", f"{web.base}/pug")["status"] == "found"


def test_written_types_do_not_depend_on_the_rows(web: Web, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    put_drug(web, "Alpha", [7], SMILES="C")
    frame = resolve_names(client(tmp_path / "c"), ["Alpha", "Beta"], f"{web.base}/pug")
    schemas = []
    for rows in (frame, frame[frame["status"] == "found"]):
        write_structures(rows, tmp_path / "s.parquet")
        schemas.append(pq.read_schema(tmp_path / "s.parquet"))
    assert schemas[0].types == schemas[1].types
    assert str(schemas[0].field("cid").type) == "int64"
    assert pq.read_table(tmp_path / "s.parquet").num_rows == 1


def test_text_answers_and_what_stands_for_their_date(web: Web, tmp_path: Path) -> None:
    body = "\ufeffβ-catenin".encode()
    url = web.put("/text", Answer(body=body))
    asker = client(tmp_path)
    assert asker.get_text(url) == "β-catenin"
    assert asker.get_text(f"{web.base}/none") is None
    assert asker.retrieved(url) == f"rolling, sha256 {hashlib.sha256(body).hexdigest()[:12]}"
    with pytest.raises(ClmtError, match=r"no answer on disk! got: .*/none, expected: an address asked before"):
        asker.retrieved(f"{web.base}/none")


@pytest.mark.parametrize(("age", "asked_again"), [(0, False), (29, False), (31, True), (None, True)])
def test_what_was_unknown_is_asked_again_after_a_while(
    web: Web, tmp_path: Path, age: int | None, asked_again: bool
) -> None:
    asker, url = client(tmp_path), web.put("/late", Answer(404, b"{}"))
    assert asker.get_json(url) is None
    (marker,) = tmp_path.rglob("*.unknown")
    day = "no day" if age is None else str(datetime.date.today() - datetime.timedelta(days=age))
    marker.write_text(json.dumps({"url": url, "asked": day}))
    web.put("/late", reply({"a": 1}))
    assert asker.get_json(url) == ({"a": 1} if asked_again else None)
    assert marker.exists() is not asked_again


def test_a_name_too_long_for_a_file_is_looked_up(web: Web, tmp_path: Path) -> None:
    put_drug(web, "a" * 300, [7], SMILES="C")
    assert structure(client(tmp_path), "a" * 300, f"{web.base}/pug")["status"] == "found"
    before = len(web.asked)
    assert structure(client(tmp_path), "a" * 300, f"{web.base}/pug")["status"] == "found"
    assert len(web.asked) == before


def test_properties_of_another_compound_are_no_answer(web: Web, tmp_path: Path) -> None:
    put_drug(web, "Alpha", [7], SMILES="C")
    other = {"PropertyTable": {"Properties": [{"CID": 8, "SMILES": "N"}]}}
    web.put(f"/pug/compound/cid/7/property/{PROPERTIES}/JSON", reply(other))
    with pytest.raises(ClmtError, match=r"strange answer for CID 7! .*expected: .* of CID 7"):
        structure(client(tmp_path), "Alpha", f"{web.base}/pug")


def test_null_is_no_word_for_unknown(web: Web, tmp_path: Path) -> None:
    put_drug(web, "Alpha", [7], Answer(body=b"null"))
    with pytest.raises(ClmtError, match=r"the answer is not JSON! got: 'null' \(null\)"):
        structure(client(tmp_path), "Alpha", f"{web.base}/pug")
