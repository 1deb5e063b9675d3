"""A lock that was left behind is explained in one line that names the command which clears it."""

from __future__ import annotations

from pathlib import Path

from clmt.planning.lock import lock_hint


def test_a_lock_is_one_line_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "0.input.lock").touch()
    hint = lock_hint(["snakemake", "--cores", "2"], tmp_path)
    assert f"{tmp_path} is locked" in hint
    assert "snakemake --unlock" in hint
    assert "\n" not in hint


def test_nothing_is_said_without_one_or_while_it_is_cleared(tmp_path: Path) -> None:
    assert lock_hint(["snakemake"], tmp_path) == ""
    assert lock_hint(["snakemake"], tmp_path / "locks") == ""
    (tmp_path / "0.output.lock").touch()
    assert lock_hint(["snakemake", "--unlock"], tmp_path) == ""
