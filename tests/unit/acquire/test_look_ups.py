"""Answers of services as files, asked batch by batch."""

from __future__ import annotations

import json

import pytest

from clmt.acquire.look_ups import Record, ask_each, read_failed, read_records, write_records
from clmt.errors import ClmtError
from tests.helpers.service_answers import Answers


def test_a_batch_that_fails_costs_its_keys():
    def ask(batch):
        if "a" in batch:
            raise ClmtError("odd")
        return {"c": [Record("c", "Text")]}

    answers = ask_each(Answers({}), [("a", "b"), ("c", "d")], ask, "KEGG")
    assert (set(answers.failed), set(answers.records), answers.unknown) == ({"a", "b"}, {"c"}, ["d"])


def test_what_was_not_asked_is_not_kept():
    answers = ask_each(
        Answers({}), [("a", "b")], lambda batch: {"a": [Record("a", "Text")], "z": [Record("z", "Other")]}, "KEGG"
    )
    assert (set(answers.records), answers.unknown) == ({"a"}, ["b"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"service": "kegg", "records": {}}', "another service! got: 'kegg', expected: 'chembl'"),
        ('{"service": "chembl"}', "holds no records"),
        ('{"service": "chembl", "records": {"A": [{"texts": 1}]}}', "holds no records"),
        (
            '{"service": "chembl", "records": {"A": [{"record_id": "1", "text": null}]}}',
            "record 0 of 'A': text: got: None",
        ),
        (
            '{"service": "chembl", "records": {"A": [{"record_id": 1, "text": "T."}]}}',
            "record_id: got: 1, expected: text",
        ),
        (
            '{"service": "chembl", "records": {"A": [{"record_id": "1", "text": "T", "genes": "TP53"}]}}',
            "genes: got: 'TP53'",
        ),
        ("<html>", "not a JSON file"),
    ],
)
def test_a_records_file_of_another_kind_is_refused_by_name(tmp_path, content, message):
    path = tmp_path / "records.json"
    path.write_text(content)
    with pytest.raises(ClmtError, match=message):
        read_records(path, "chembl")


def test_records_come_back_as_they_were_written(tmp_path):
    records = {"a": [Record("1", "", "2026-01-01", "mechanism", "N", ("G1", "G2"))], "b": [Record("2", "Text")]}
    write_records(tmp_path / "r.json", "kegg", records, ["c"])
    assert read_records(tmp_path / "r.json", "kegg") == records


def test_a_failed_look_up_comes_back_and_a_file_without_any_is_read(tmp_path):
    write_records(tmp_path / "r.json", "kegg", {"b": [Record("2", "Text")]}, ["c"], {"d": "odd", "a": "odd"})
    assert json.loads((tmp_path / "r.json").read_text())["asked"] == 4
    assert read_failed(tmp_path / "r.json", "kegg") == ["a", "d"]
    for content, found in (("{}", {}), ("[]", None)):
        (tmp_path / "r.json").write_text(f'{{"service": "kegg", "records": {{}}, "failed": {content}}}')
        if found is None:
            with pytest.raises(ClmtError, match="holds no records of kegg"):
                read_failed(tmp_path / "r.json", "kegg")
        else:
            assert read_failed(tmp_path / "r.json", "kegg") == []
    (tmp_path / "r.json").write_text('{"service": "kegg", "records": {}}')
    assert read_failed(tmp_path / "r.json", "kegg") == []
