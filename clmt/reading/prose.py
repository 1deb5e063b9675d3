"""Clean the prose of databases and cut it into sentences, in a time that grows with its length and no faster."""

from __future__ import annotations

import html
import logging
import re

__all__ = ["LONGEST", "as_sentence", "clean", "first_sentences", "split_sentences"]

logger = logging.getLogger(__name__)

LONGEST = 20_000
"""Characters that are read of a text; the longest summary of Reactome and RefSeq has some 11,000."""
ROUNDS = 5
"""Most rounds of cleaning: what a round uncovers (markup that was spelt in character references) is cleaned as well."""

# Before each of these patterns blanks are squeezed to one: a run of blanks in front of what is looked for is else read
# once for each of its blanks.
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\ufeff]+")  # \0 is what the corpus writes for a name
_LONG_NUMBER = re.compile(r"&#\d{20,};?")  # more digits than Python reads as a number

# Tags inside a word or formula vanish ("Ca<sup>2+</sup>"); every other tag separates words ("one<br>two").
_INLINE_TAG = re.compile(r"</?(?:a|b|em|font|i|span|strong|sub|sup|u)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")

_YEAR = r"(?:18|19|20)\d{2}[a-z]?"
_AUTHOR_YEAR = re.compile(rf"^(?=.*[A-Z][a-z])(?!.*\bin {_YEAR}$).*(?:^|[\s.,;(&]){_YEAR}(?!\d)")
_REVIEWED = re.compile(r"^(?:(?:for |as )?(?:a )?reviews?(?:ed)?|see|cf)\b", re.IGNORECASE)
_RECORD_MARK = re.compile(
    r"^(?:reviewed in |by similarity|similarity|refs? |provided by |supplied by |PMID|PubMed|pubmed|doi|NCI\d*$"
    r"|NCI Thesaurus|PDQ|ECO:)"
)
_BRACKETED = re.compile(r" ?[\[(]([^\[\]()]*)[\])]")
_NUMBERED = re.compile(r"(?<=[\w)]) \[\d+(?: ?[-,;] ?\d+)*\](?=[ .,;]|$)")
_BRACED = re.compile(r" ?\{[^{}]*\}")

_ABBREVIATIONS = (
    " al approx ca cf co corp dr e.g eg etc fig figs i.e ie inc ltd mr mrs no nos prof ref refs resp sp spp ssp st "
    "subsp var viz vs p.o i.v s.c a.k.a u.s "
)
NEAR = 200  # characters in front of a full stop that tell whether it ends a sentence
_INITIAL_AFTER = " and by de for from in of van von with "
_BOUNDARY = re.compile(r"(?<![.!?])[.!?]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]*(?:[A-Z0-9α-ω]|p\d))")


def _drop_mark(match: re.Match[str]) -> str:
    """Remove a bracket that holds a citation; keep any other."""
    inside = match.group(1).strip()
    year = _AUTHOR_YEAR.search(inside)
    cited = bool(_RECORD_MARK.match(inside) or year)
    reviewed = bool(_REVIEWED.match(inside)) and ("et al" in inside or re.search(_YEAR, inside) is not None)
    return "" if cited or reviewed else match.group(0)


def clean(text: str) -> str:
    """Remove HTML, character references and citation marks; collapse blanks.

    Of a text above `LONGEST` characters the rest is left out, which is logged. What is clean stays as it is, but for
    markup inside markup inside markup.

    Brackets with an author and a year, PubMed ids, evidence codes, numbered marks after a word and notes such as
    "provided by RefSeq" go; other brackets, chemical ones included ("PI[4,5]P2"), stay.

    Parameters
    ----------
    text
        Prose as a database gives it.

    Returns
    -------
    One line, possibly empty.
    """
    text = _BLANKS.sub(" ", text)
    if len(text) > LONGEST:
        logger.warning("%.60r ...: a text of %d characters was cut to %d", text, len(text), LONGEST)
        text = text[:LONGEST]
    for _ in range(ROUNDS):
        before, text = text, _clean_once(text)
        if text == before:
            break
    return text


def _clean_once(text: str) -> str:
    text = _unescape(text)
    text = _BLANKS.sub(" ", _TAG.sub(" ", _INLINE_TAG.sub("", _without_comments(text))))
    text = _BLANKS.sub(" ", _unescape(text))
    text = _BRACED.sub(lambda match: "" if "ECO:" in match.group(0) else match.group(0), text)
    for _ in range(3):  # brackets inside brackets
        text = _BRACKETED.sub(_drop_mark, text)
    text = _NUMBERED.sub("", text)
    text = _BLANKS.sub(" ", re.sub(r"\( ?\)|\[ ?\]", "", text))
    text = re.sub(r" ([.,;:](?: |$))", r"\1", text)
    return re.sub(r"(?<!\.)\.{2}(?= |$)", ".", text).strip()


def _unescape(text: str) -> str:
    """Replace character references; one with thousands of digits is no character."""
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text))


def _without_comments(text: str) -> str:
    """Put a blank for each comment; a pattern would look for the end of each that has none anew."""
    kept, end = [], 0
    while (start := text.find("<!--", end)) >= 0 and (stop := text.find("-->", start + 4)) >= 0:
        kept.append(text[end:start])
        end = stop + 3
    return " ".join([*kept, text[end:]])


def _is_abbreviation(before: str) -> bool:
    """Whether the full stop after ``before`` belongs to an abbreviation or to the initial of a name."""
    words = before.split()
    if not words:
        return False
    last = words[-1].lstrip("\"'“‘([").rstrip(".")
    if f" {last.lower()} " in _ABBREVIATIONS:
        return True
    if re.fullmatch(r"(?:[A-Z]\.)*[A-Z]", last):
        previous = words[-2].rstrip(",") if len(words) > 1 else ""
        # "by J. Smith" and "Smith J. Biol" are initials, "protein kinase C. The" and "factor I. It" end a sentence
        return not previous or f" {previous} " in _INITIAL_AFTER or previous[:1].isupper() or "." in last
    return False


def split_sentences(text: str) -> list[str]:
    """Cut cleaned prose into sentences.

    Parameters
    ----------
    text
        Prose of one line, see :func:`clean`.

    Returns
    -------
    Sentences in order, without surrounding blanks; joined by a blank they give the text back.
    """
    sentences, start = [], 0
    for match in _BOUNDARY.finditer(text):
        if match.group(0).startswith(".") and _is_abbreviation(text[max(start, match.start() - NEAR) : match.start()]):
            continue
        sentences.append(text[start : match.end()].strip())
        start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def first_sentences(text: str, count: int = 2) -> list[str]:
    """Return the first ``count`` sentences of raw prose, cleaned; an empty list where nothing is left.

    A fragment without a letter is no sentence.
    """
    sentences = [s for s in split_sentences(clean(text)) if re.search(r"[A-Za-z]{2}", s)]
    return [as_sentence(sentence) for sentence in sentences[:count]]


def as_sentence(text: str) -> str:
    """End a text with a full stop where it has no mark at its end."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" or text.endswith((".)", '."', ".”")) else f"{text}."
