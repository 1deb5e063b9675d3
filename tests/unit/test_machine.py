"""What the machine has."""

from __future__ import annotations

from pathlib import Path

from clmt.machine import has_gpu


def test_a_gpu_shows_by_its_device_file(tmp_path: Path) -> None:
    device = tmp_path / "nvidiactl"
    assert not has_gpu([str(device)])
    device.touch()
    assert has_gpu([str(tmp_path / "none"), str(device)])
