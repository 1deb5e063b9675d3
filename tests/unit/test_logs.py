"""Logging and progress."""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterator

import pytest

from clmt import logs


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_records_go_to_stderr_in_one_format(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_logging("info")
    logging.getLogger("clmt.tables").info("kept %d of %d rows", 3, 5)
    logging.getLogger("clmt.tables").debug("not shown")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith("INFO    clmt.tables: kept 3 of 5 rows\n")
    assert "not shown" not in captured.err


def test_a_record_says_its_day_and_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_logging("info")
    logging.getLogger("clmt.tables").info("drug %s", "a\x1b[31mb\nc")
    error = capsys.readouterr().err
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO ", error)
    assert error.endswith("drug a\ufffd[31mb\nc\n")


def test_printable_keeps_letters_and_tells_lines() -> None:
    assert logs.printable("5 \u00b5M \ud83e\tb\x9b\n") == "5 \u00b5M \ufffd\ufffdb\ufffd\ufffd"
    assert logs.printable("a\r\nb\n", lines=True) == "a\ufffd\nb\n"


def test_progress_yields_the_items_and_logs_the_end(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert list(logs.progress([1, 2, 3], "counting")) == [1, 2, 3]
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("counting: 3/3 done in")


def test_progress_logs_between_when_slow(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_SECONDS", 0.0)
    with caplog.at_level(logging.INFO):
        list(logs.progress(iter("ab"), "reading", total=2))
    assert len(caplog.messages) == 3
    assert caplog.messages[0].startswith("reading: 1/2 after")
    assert "left" in caplog.messages[0]


def test_progress_of_unknown_length(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert list(logs.progress(iter("abc"), "reading")) == ["a", "b", "c"]
    assert caplog.messages[0].startswith("reading: 3 done in")


def test_progress_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(logs.progress([1, 2], "counting")) == [1, 2]
    assert "counting: 100%" in terminal.getvalue()
