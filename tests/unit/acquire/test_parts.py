"""Files that grow: two processes never write one part."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmt.acquire.parts import part_of


def test_a_part_that_another_holds_is_left_to_it(tmp_path: Path) -> None:
    with part_of(tmp_path / "a", keep=True) as (first, continued), part_of(tmp_path / "a", keep=True) as (second, no):
        assert (continued, no) == (True, False)
        assert first != second
        second.write_bytes(b"mine")
    assert not list(tmp_path.iterdir())


def test_without_locks_a_part_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", refuse)
    with part_of(tmp_path / "a", keep=True) as (part, continued):
        part.write_bytes(b"x")
        assert not continued
    assert not list(tmp_path.iterdir())
