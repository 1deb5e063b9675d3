"""Which device computes, and its peak memory in MiB on every system."""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace

import pytest
import torch

from clmt.errors import ClmtError
from clmt.runs import device
from clmt.runs.device import choose_device, peak_memory_mb, peak_resident_mb


@pytest.mark.parametrize(("platform", "unit"), [("linux", 1024), ("darwin", 1)])
def test_peak_memory_in_the_unit_of_the_system(platform: str, unit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(ru_maxrss=300 * 2**20 // unit)
    monkeypatch.setattr("resource.getrusage", lambda who: usage)
    assert peak_resident_mb(platform) == 300.0
    monkeypatch.setattr(sys, "platform", platform)
    assert peak_memory_mb("cpu") == 300.0


def test_windows_has_no_module_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    process = SimpleNamespace(memory_info=lambda: SimpleNamespace(peak_wset=300 * 2**20))
    monkeypatch.setitem(sys.modules, "resource", None)  # importing it fails
    monkeypatch.setitem(sys.modules, "psutil", SimpleNamespace(Process=lambda: process))
    monkeypatch.setattr(sys, "platform", "win32")
    assert importlib.reload(device).peak_memory_mb("cpu") == 300.0


def test_this_process_takes_some_memory() -> None:
    assert 50 < peak_memory_mb("cpu") < 100_000


def test_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == choose_device("cpu") == device.Device("cpu", "")
    with pytest.raises(ClmtError, match="torch sees no GPU! Use device auto or cpu"):
        choose_device("cuda")
    with pytest.raises(ClmtError, match="got: 'gpu', expected one of: auto, cpu, cuda"):
        choose_device("gpu")
