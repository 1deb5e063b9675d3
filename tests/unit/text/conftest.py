"""The made-up world of the text stage as fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmt.acquire.look_ups import write_records
from clmt.acquire.registry import Registry, load_registry
from tests.helpers.text_sources import RECORDS, write_registry, write_sources, write_tables


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Downloaded files by registry name."""
    return write_sources(tmp_path / "files")


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, dict[str, Path], Path]:
    """Tables, inputs and registry: all that a corpus is written from."""
    inputs = write_sources(tmp_path / "downloads")
    for service, records in RECORDS.items():
        inputs[service] = tmp_path / f"{service}.json"
        write_records(inputs[service], service, records, [])
    return write_tables(tmp_path / "results" / "toy" / "tables"), inputs, write_registry(tmp_path / "sources.yaml")


@pytest.fixture
def services(tmp_path: Path) -> tuple[Registry, Path, dict[str, Path], Path]:
    """Registry, drugs, downloaded files and the records to write: all that a look-up needs."""
    write_tables(tmp_path)
    registry = load_registry(write_registry(tmp_path / "sources.yaml"))
    return registry, tmp_path / "drugs.parquet", write_sources(tmp_path / "files"), tmp_path / "records.json"
