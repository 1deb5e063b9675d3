"""Atomic writing: a file appears under its name only when it is complete."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError

__all__ = ["atomic_path", "optional_path", "parse_settings", "read_json", "write_json", "write_text"]


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside ``path``; rename it to ``path`` on success, remove it on failure."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with ``\\n`` line ends, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON with sorted keys, atomically; NaN is refused."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def optional_path(text: str) -> Path | None:
    """Path of an option that may be empty, which stands for none; ``Path("")`` would be the working directory."""
    return Path(text) if text else None


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def parse_settings(text: str) -> dict[str, Any]:
    """Read the JSON object of a command's ``--settings``."""
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise ClmtError(f"--settings is not JSON ({error})! got: {text}. Give a JSON object") from None
    if not isinstance(values, dict):
        raise ClmtError(f"--settings must be a JSON object! got: {text}")
    return values
