"""Prose, cleaned and cut into sentences."""

from __future__ import annotations

import pytest

from clmt.reading.prose import clean, first_sentences, split_sentences


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("A<br>b Ca<sup>2+</sup> &amp; c &lt;i&gt;d&lt;/i&gt;", "A b Ca2+ & c d"),
        ("X (Doe et al. 2004, reviewed in Roe, 2010). Y [Song et al 2006].", "X. Y."),
        ("Binds (PubMed:12, PubMed:13) {ECO:0000269|PubMed:1} it [1,2].", "Binds it."),
        (
            "PI[4,5]P2 (see below), p < 0.05 > 0 (approved in 2007).",
            "PI[4,5]P2 (see below), p < 0.05 > 0 (approved in 2007).",
        ),
        ("Done. [provided by RefSeq, Jul 2008].", "Done."),
        ("a\u00a0\u00a0b\r\n c", "a b c"),
        ("a\0b &#1;c\x1f\x7f", "a b c"),
    ],
)
def test_markup_and_citation_marks_are_removed(raw, cleaned):
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It works, e.g. In vitro. Next one.", ["It works, e.g. In vitro.", "Next one."]),
        ("By J. Smith et al. Nature. Then i.e. Now.", ["By J. Smith et al. Nature.", "Then i.e. Now."]),
        ("It is protein kinase C. The next. p53 acts.", ["It is protein kinase C.", "The next.", "p53 acts."]),
        ("In E. coli it grows 1.5 fold! Really? Yes", ["In E. coli it grows 1.5 fold!", "Really?", "Yes"]),
    ],
)
def test_sentences_end_where_they_end(text, sentences):
    assert split_sentences(text) == sentences
    assert " ".join(sentences) == text


def test_first_sentences_are_closed_and_never_empty():
    assert first_sentences("One. Two") == ["One.", "Two."]
    assert first_sentences(" <p>(Doe et al. 2001)</p> 1. ") == []
