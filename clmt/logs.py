"""Logging to stderr in one format, and progress that suits both a terminal and a log file."""

from __future__ import annotations

import logging
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

__all__ = ["LOG_SECONDS", "configure_logging", "printable", "progress", "transfer"]

#: Seconds between two progress lines where standard error is not a terminal.
LOG_SECONDS = 10.0

Item = TypeVar("Item")
logger = logging.getLogger(__name__)


def printable(text: str, *, lines: bool = False) -> str:
    """Text for a terminal: a control character, which could move the cursor or hide what follows, becomes U+FFFD.

    With ``lines``, line ends stay.
    """
    return "".join(
        "\ufffd" if unicodedata.category(mark) in ("Cc", "Cs", "Zl", "Zp") and not (lines and mark == "\n") else mark
        for mark in text
    )


class _Formatter(logging.Formatter):
    """Date, time, level, module and message on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; text of sources in it cannot reach the terminal as commands."""
        return printable(super().format(record), lines=True)


def configure_logging(level: str = "INFO") -> None:
    """Send log records of ``level`` and above to stderr: date, time, level, module and message on one line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(level=getattr(logging, level.upper()), handlers=[handler], force=True)
    # Third parties log every request and font lookup; only their warnings matter here.
    for noisy in ("matplotlib", "fontTools", "httpx", "filelock"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Its warnings of odd headers come with a traceback, though the file is checked byte by byte afterwards.
    logging.getLogger("urllib3").setLevel(logging.ERROR)


def progress(iterable: Iterable[Item], desc: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items and show how far the loop is: a bar on a terminal, log lines elsewhere.

    Parameters
    ----------
    iterable
        What the loop runs over.
    desc
        What the loop does, for the reader: "featurising molecules".
    total
        Number of items, where ``iterable`` cannot tell.
    """
    if total is None and isinstance(iterable, Sized):
        total = len(iterable)
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(iterable, desc=desc, total=total, file=sys.stderr)
        return
    yield from _logged(iterable, desc, total)


def transfer(chunks: Iterable[bytes], desc: str, total: int | None = None) -> Iterator[bytes]:
    """Yield the chunks and show how many bytes have come, as `progress` does; a short transfer goes without a word.

    Parameters
    ----------
    chunks
        Bytes as they come.
    desc
        What comes: "source 'survey_gdsc'".
    total
        Bytes to come, where they are known.
    """
    if sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(desc=desc, total=total, unit="B", unit_scale=True, delay=1.0, leave=False, file=sys.stderr) as bar:
            for chunk in chunks:
                yield chunk
                bar.update(len(chunk))
        return
    start = last = time.monotonic()
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        if (now := time.monotonic()) - last >= LOG_SECONDS:
            last = now
            whole = "" if total is None else f" of {total / 1e6:,.1f}"
            logger.info("%s: %.1f%s MB after %.0f s", desc, done / 1e6, whole, now - start)


def _logged(iterable: Iterable[Item], desc: str, total: int | None) -> Iterator[Item]:
    """Yield the items with a log line about every `LOG_SECONDS` seconds and one at the end."""
    start = last = time.monotonic()
    done = 0
    whole = "" if total is None else f"/{total}"
    for item in iterable:
        yield item
        done += 1
        now = time.monotonic()
        if now - last >= LOG_SECONDS:
            left = "" if not total else f", about {(now - start) * (total - done) / done:.0f} s left"
            logger.info("%s: %d%s after %.0f s%s", desc, done, whole, now - start, left)
            last = now
    logger.info("%s: %d%s done in %.1f s", desc, done, whole, time.monotonic() - start)
