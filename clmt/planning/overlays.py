"""The configuration with overlays, as Snakemake merges its ``--configfile``: mappings key by key, the rest whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from clmt.errors import ClmtError
from clmt.paths import here_or_packaged
from clmt.yaml_files import read_yaml

__all__ = ["read_config"]


def read_config(overlays: Iterable[Path]) -> dict[str, Any]:
    """Read ``config/config.yaml`` and the overlays, of which a later one wins; raises `ClmtError`."""
    merged: dict[str, Any] = {}
    for path in (here_or_packaged("config/config.yaml"), *overlays):
        if not Path(path).exists():
            raise ClmtError(f"{path}: no such configuration! got: no file, expected: the path of a YAML file")
        content = read_yaml(path)
        if not isinstance(content, Mapping):
            got = "nothing" if content is None else type(content).__name__
            raise ClmtError(f"{path}: no configuration! got: {got}, expected: keys with values, such as 'seed: 1'")
        merged = _merged(merged, content)
    return merged


def _merged(base: Any, overlay: Any) -> Any:
    if isinstance(base, Mapping) and isinstance(overlay, Mapping):
        return {**base, **{key: _merged(base.get(key), value) for key, value in overlay.items()}}
    return overlay
