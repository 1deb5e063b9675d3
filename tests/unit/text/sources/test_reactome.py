"""Reactome's files: gene sets, summaries, target pathways."""

from __future__ import annotations

import pytest

from clmt.errors import ClmtError
from clmt.text.sources.reactome import pathway_summary_facts, read_gmt, read_summations
from tests.helpers.survey_archives import zipped
from tests.helpers.text_sources import (
    ALPHA,
    texts,
    write_sources,
)


def test_the_summary_of_the_target_pathway():
    facts = pathway_summary_facts([ALPHA], {"rtk signaling": "R-HSA-1"}, {"R-HSA-1": "RTKs"}, {"R-HSA-1": ["Text."]})
    assert texts(facts) == ["Alphanib acts in the pathway RTKs.", "Text."]
    assert pathway_summary_facts([ALPHA], {"rtk signaling": "R-HSA-1"}, {}, {"R-HSA-1": ["Text."]}).rows == []


def test_summaries_are_joined_unquoted_cleaned_and_cut(tmp_path):
    summaries = read_summations(write_sources(tmp_path)["reactome_summations"])
    assert summaries["R-HSA-100"] == ["Zinc fingers bind Zn2+.", "They mend DNA e.g. at breaks."]
    assert summaries["R-HSA-102"] == ['Copper is "moved" by pumps.', "It returns."]
    assert "R-HSA-106" not in summaries  # only markup


def test_a_file_without_header_loses_no_row_and_odd_bytes_spoil_no_line(tmp_path):
    path = tmp_path / "s.txt"
    path.write_bytes(b"R-HSA-1\tOne\tThe first\xa0row.\nR-HSA-2\tTwo\tThe second\nwraps here.\n")
    assert read_summations(path) == {"R-HSA-1": ["The first row."], "R-HSA-2": ["The second wraps here."]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html><html>moved</html>", "web page"),
        (b"pathway,text\n1,2\n", "no summary"),
        (b"", "no summary"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path, content, message):
    path = tmp_path / "s.txt"
    path.write_bytes(content)
    with pytest.raises(ClmtError, match=message) as caught:
        read_summations(path)
    assert "s.txt" in str(caught.value)


def test_a_broken_archive_of_gene_sets_is_refused(tmp_path):
    path = tmp_path / "r.gmt.zip"
    path.write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ClmtError, match="not a readable zip archive"):
        read_gmt(path)


def test_gene_sets_most_of_whose_lines_are_odd_are_refused(tmp_path, caplog):
    """Odd bytes that hold one tab too many would else be the only pathways there are."""
    path = tmp_path / "r.gmt"
    path.write_text("One\tR-HSA-1\tTP53\nnothing\n")
    assert [item.set_id for item in read_gmt(path)] == ["R-HSA-1"]
    assert "r.gmt: 1 of 2 lines were left out" in caplog.text
    path.write_text("One\tR-HSA-1\tTP53\nnothing\nnothing\n")
    with pytest.raises(ClmtError, match=r"r\.gmt: most lines have another layout! got: 2 of 3, expected: name<TAB>id"):
        read_gmt(path)


@pytest.mark.parametrize("odd", ["One\tR-HSA-1\tTP53\n".encode("utf-16"), b"One\tR\0-HSA-1\tTP53\n", bytes(range(256))])
def test_gene_sets_in_other_bytes_are_named_with_archive_and_member(tmp_path, odd):
    path = tmp_path / "r.gmt.zip"
    path.write_bytes(zipped({"R.gmt": odd}))
    with pytest.raises(ClmtError, match=r"r\.gmt\.zip: R\.gmt"):
        read_gmt(path)
