"""Prose, cleaned and cut into sentences."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from clmt.reading.names import split_names
from clmt.reading.prose import LONGEST, clean, first_sentences, split_sentences
from clmt.tables.compounds import split_outside_brackets


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
        ("a <!-- b <i>c</i> --> d <!-- e", "a d <!-- e"),
        ("A network [1], and [2, 3] so on...", "A network, and so on..."),
        ("x &amp;lt;br&amp;gt; y", "x y"),
        ("&#" + "1" * 5000 + ";", "\ufffd"),
        ("So it is .. Then", "So it is. Then"),
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


def test_a_long_text_is_cut_and_told(caplog):
    assert len(clean("word " * LONGEST)) == LONGEST - 1
    assert "'word word" in caplog.text
    assert f"a text of {5 * LONGEST} characters was cut to {LONGEST}" in caplog.text
    caplog.clear()
    assert len(clean("a" + " " * LONGEST + "b" * (LONGEST - 2))) == LONGEST  # blanks are squeezed first
    assert not caplog.records


def seconds(work: Callable[[str], object], text: str) -> float:
    """The least of five runs: others share the processor."""
    times = []
    for _ in range(5):
        start = time.process_time()
        work(text)
        times.append(time.process_time() - start)
    return min(times)


def check_time_grows_with_length(work: Callable[[str], object], text: Callable[[int], str], small: int) -> None:
    """Eight times the text may take 24 times as long; what reads it anew from each place takes 64 times."""
    short, long = seconds(work, text(small)), seconds(work, text(8 * small))
    assert long < 24 * short + 0.005


ODD_TEXTS: dict[str, Callable[[int], str]] = {
    "blanks": lambda n: "a" + " " * n + "b",
    "comments": lambda n: "<!--" * (n // 4),
    "open tags": lambda n: "<a " * (n // 3),
    "tag and blanks": lambda n: "<a" + " " * n,
    "brackets": lambda n: "(" * n,
    "braces": lambda n: "{" + "ECO:" * (n // 4),
    "blanks in tags": lambda n: "<b> </b>" * (n // 8),
    "initials": lambda n: "A.B. " * (n // 5),
    "full stops": lambda n: "." * n,
    "quotes": lambda n: '."' * (n // 2),
    "references": lambda n: "&amp;" * (n // 5),
    "nested references": lambda n: "&" + "amp;" * (n // 4),
    "numbers": lambda n: "a [" + "1, " * (n // 3),
    "years": lambda n: "(Aa" + " in 2001" * (n // 8) + "x)",
    "commas": lambda n: "," * n,
    "semicolons": lambda n: " ;" * (n // 2),
}


def sentences(text: str) -> list[str]:
    return split_sentences(clean(text))


@pytest.mark.parametrize("name", ODD_TEXTS)
@pytest.mark.parametrize("work", [sentences, split_sentences, split_outside_brackets], ids=lambda work: work.__name__)
def test_time_grows_with_length(work, name):
    check_time_grows_with_length(work, ODD_TEXTS[name], LONGEST // 8)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("blanks", r"\s*[\[(]([^\[\]()]*)[\])]"),
        ("comments", r"<!--.*?-->"),
        ("full stops", r"[.!?]+(?=\s)"),
        ("commas", r"[,;](?![^(\[]*[)\]])"),
    ],
)
def test_patterns_that_read_on_from_each_place_are_told_apart(name, pattern):
    with pytest.raises(AssertionError):
        check_time_grows_with_length(re.compile(pattern).findall, ODD_TEXTS[name], LONGEST // 40)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ABL1, KIT; SRC", ["ABL1", "KIT", "SRC"]),
        ("PDK1 (PDPK1, PKB), AKT", ["PDK1 (PDPK1, PKB)", "AKT"]),
        ("HDAC [1, 2; 3]", ["HDAC [1, 2; 3]"]),
        ("a, b), c", ["a, b)", "c"]),
        ("(a, b (c, d), e", ["(a", "b (c, d)", "e"]),
        ("open (a, b", ["open (a", "b"]),
        (", ;,", []),
    ],
)
def test_commas_in_brackets_do_not_split(text, parts):
    assert split_outside_brackets(text) == parts
    assert parts == [part.strip() for part in re.split(r"[,;](?![^(\[]*[)\]])", text) if part.strip()]


def test_names_are_split_as_they_were():
    assert split_names("1,2-x, b  ;c |d;;NA,  e") == ["1,2-x", "b", "c", "d", "e"]
