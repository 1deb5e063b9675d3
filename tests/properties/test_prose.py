"""Prose: what is clean stays as it is, and no text grows or loses a word between its sentences."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from clmt.reading.names import split_names
from clmt.reading.prose import LONGEST, clean, first_sentences, split_sentences
from clmt.tables.compounds import split_outside_brackets

MARKUP = ["<b>", "</b>", "<br>", "<!--", "-->", "<", ">", "&lt;", "&amp;", "amp;", "&#60;", "&nbsp;", "&#0;"]
MARKS = ["(", ")", "[", "]", "{ECO:1}", "{", "}", ",", ";", ":", ".", "..", "...", "?", '"', "\u201c", "[1, 2]"]
WORDS = ["Doe et al. 2004", "PubMed:1", "reviewed", "e.g.", "J.", "The", "word", "A", "p53", "1"]
BLANKS = [" ", "\n", "\t", "\0", "\u00a0", "\ufeff"]
PIECES = st.sampled_from([*MARKUP, *MARKS, *WORDS, *BLANKS])
PROSE = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join))


@given(PROSE)
@example("So on... And")
@example("&#" + "9" * 5000 + ";")
@example("&amp;lt;b&amp;gt;x&amp;lt;/b&amp;gt;")
@example("a" + " " * LONGEST + "b" * LONGEST)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert len(cleaned) <= min(LONGEST, len(text))
    assert cleaned == " ".join(cleaned.split())
    assert not re.search(r"[\x00-\x1f\x7f]", cleaned)


@given(PROSE)
def test_sentences_joined_give_the_text_back(text: str) -> None:
    cleaned = clean(text)
    sentences = split_sentences(cleaned)
    assert " ".join(sentences) == cleaned
    assert all(sentence == sentence.strip() != "" for sentence in sentences)
    first = first_sentences(text)
    assert len(first) <= 2
    assert all(sentence[-1] in '.!?)"\u201d' and "\n" not in sentence for sentence in first)


@given(st.text(st.sampled_from("ab ,;()[]|"), max_size=30))
def test_labels_are_split_as_a_pattern_would(text: str) -> None:
    pattern = r"[,;](?![^(\[]*[)\]])"
    assert split_outside_brackets(text) == [part.strip() for part in re.split(pattern, text) if part.strip()]
    assert all(name == name.strip() != "" for name in split_names(text))
