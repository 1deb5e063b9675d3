"""training.pt: what a killed training goes on from, and what is left unread."""

from __future__ import annotations

import csv
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from clmt.models.baselines.mlp import EarlyFusionMLP
from clmt.runs import training_file
from clmt.runs.device import Device
from clmt.runs.train import train_run
from clmt.runs.training_file import TrainingFile, training_key
from clmt.tensors import load_tensors, save_tensors
from tests.helpers.folds import planted_fold, small_fold, small_molecules
from tests.helpers.interruption import Killed, equal_tensors, timeless

MLP: dict[str, Any] = {
    **{"arch": "mlp", "settings": {"epochs": 4, "batch": 64, "hidden": [16]}, "seed": 1, "text_encoder": None},
    **{"dataset": "made_up", "split": "mixed", "model": "mlp", "fold": 0},
}
CLMT = {**MLP, "arch": "clmt", "model": "clmt", "settings": {"epochs": 5, "batch_size": 48}}


def write_inputs(folder: Path, arch: str = "mlp") -> Path:
    fold = planted_fold()[0] if arch == "mlp" else small_fold(small_molecules())
    fold.graph.save(folder / "graph.pt")
    save_tensors(folder / "molecules.pt", fold.molecules)
    return folder


def train(folder: Path, out: Path, run: dict[str, Any] = MLP, save_seconds: float = 0.0) -> None:
    files = {"graph": folder / "graph.pt", "molecules": folder / "molecules.pt", "text": None}
    out.mkdir(exist_ok=True)
    results = {"model": out / "model.pt", "history": out / "history.csv"}
    train_run(run, **files, **results, device="cpu", threads=1, save_seconds=save_seconds)


def result(out: Path) -> tuple[Any, list[dict[str, Any]], int]:
    """State, learning curve without times, and epochs of the record."""
    content = load_tensors(out / "model.pt")
    with (out / "history.csv").open(encoding="utf-8") as handle:
        rows = timeless(list(csv.DictReader(handle)))
    return content["state"], rows, content["record"]["epochs"]


def check_equal(out: Path, whole: Path) -> None:
    assert equal_tensors(result(out)[0], result(whole)[0])
    assert result(out)[1:] == result(whole)[1:]
    assert sorted(path.name for path in out.iterdir()) == ["history.csv", "model.pt"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_inputs(tmp_path)


@pytest.fixture
def killed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a training that ended in its third epoch."""
    epoch, begun = EarlyFusionMLP._train_epoch, []

    def until_third(self: EarlyFusionMLP, *arguments: Any) -> float:
        begun.append(1)
        if len(begun) == 3:
            raise Killed
        return epoch(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(EarlyFusionMLP, "_train_epoch", until_third)
        with pytest.raises(Killed):
            train(folder, folder / "run")
    return folder


def test_a_killed_run_goes_on_and_tidies_up(killed: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert [path.name for path in (killed / "run").iterdir()] == ["training.pt"]
    with caplog.at_level(logging.INFO):
        train(killed, killed / "run")
    assert "going on behind epoch 2 of a training that was interrupted" in caplog.text
    train(killed, killed / "whole")
    check_equal(killed / "run", killed / "whole")


def test_the_time_before_the_kill_counts(killed: Path) -> None:
    path = killed / "run" / "training.pt"
    save_tensors(path, {**load_tensors(path), "seconds": 1000.0})
    train(killed, killed / "run")
    assert 1000 < load_tensors(killed / "run" / "model.pt")["record"]["seconds"] < 1100


@pytest.mark.parametrize("change", [{"seed": 2}, {"settings": {**MLP["settings"], "dropout": 0.5}}])
def test_a_training_of_other_settings_is_left_unread(
    killed: Path, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    train(killed, killed / "run", MLP | change)
    assert caplog.text.count("training.pt: of other settings, inputs, code or machine; training starts anew") == 1
    train(killed, killed / "whole", MLP | change)
    check_equal(killed / "run", killed / "whole")


def damage(path: Path, kind: str) -> None:
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes({"cut": content[:middle], "empty": b"", "text": b"epoch 2"}.get(kind, content))
    if kind == "bit":
        weight = next(iter(load_tensors(path)["state"]["parts"]["network"].values()))
        place = content.index(weight.numpy().tobytes())
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    if kind == "folder":
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize("kind", ["cut", "empty", "text", "bit"])
def test_a_damaged_file_is_a_line_and_a_new_start(killed: Path, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    damage(killed / "run" / "training.pt", kind)
    train(killed, killed / "run")
    (line,) = [record.getMessage() for record in caplog.records if "training starts anew" in record.getMessage()]
    assert "training.pt" in line
    assert "\n" not in line
    train(killed, killed / "whole")
    check_equal(killed / "run", killed / "whole")


def test_the_key_depends_on_all_that_decides(folder: Path) -> None:
    inputs = {"graph": folder / "graph.pt", "molecules": folder / "molecules.pt", "text": None}
    cpu = Device("cpu", "")
    keys = [
        training_key(MLP, inputs, cpu, 1),
        training_key(MLP | {"fold": 1}, inputs, cpu, 1),
        training_key(MLP, inputs | {"text": folder / "molecules.pt"}, cpu, 1),
        training_key(MLP, inputs | {"graph": folder / "molecules.pt"}, cpu, 1),
        training_key(MLP | {"arch": "clmt"}, inputs, cpu, 1),
        training_key(MLP, inputs, Device("cuda", "H200"), 1),
        training_key(MLP, inputs, Device("cuda", "A100"), 1),
        training_key(MLP, inputs, cpu, 2),
    ]
    assert len(set(keys)) == len(keys)
    assert training_key(dict(reversed(MLP.items())), inputs, cpu, 1) == keys[0]


@pytest.mark.parametrize("owner", [torch, training_file])
def test_the_key_depends_on_code_and_torch(folder: Path, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = {"graph": folder / "graph.pt", "molecules": folder / "molecules.pt", "text": None}
    before = training_key(MLP, inputs, Device("cpu", ""), 1)
    if owner is torch:
        monkeypatch.setattr(torch, "__version__", "3.0")
    else:
        monkeypatch.setattr(training_file, "code_digest", lambda *_: "edited")
    assert training_key(MLP, inputs, Device("cpu", ""), 1) != before


def test_a_save_is_made_at_most_once_an_interval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, writes = [0.0], []

    def write(path: Path, content: dict[str, Any]) -> None:
        writes.append(now[0])
        now[0] += 2.0 if len(writes) == 2 else 0.1

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(training_file, "save_tensors", write)
    saver = TrainingFile(tmp_path / "training.pt", lambda: "key", 60.0)
    for second in range(0, 400, 10):
        now[0] = max(now[0], float(second))
        saver.save(dict)
    # The second save takes two seconds, so that the third waits twice as long.
    assert writes == [60.0, 130.0, 260.0, 330.0]


def test_a_full_disk_costs_the_save_and_not_the_training(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, content: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training_file, "save_tensors", full)
    train(folder, folder / "run")
    assert "training.pt: not saved (No space left on device); a kill now loses more" in caplog.text
    monkeypatch.undo()
    train(folder, folder / "whole")
    check_equal(folder / "run", folder / "whole")


def test_two_kills_of_the_process_change_nothing(tmp_path: Path) -> None:
    """The command itself, killed with SIGKILL as soon as a state is written."""
    folder = write_inputs(tmp_path, "clmt")
    files = {name: folder / f"{name}.pt" for name in ("graph", "molecules")}
    results = {"model": folder / "run" / "model.pt", "history": folder / "run" / "history.csv"}
    call = {**files, **results, "text": None, "device": "cpu", "threads": 1, "save_seconds": 0.0}
    code = f"from pathlib import *; from clmt.runs.train import train_run; train_run({CLMT!r}, **{call!r})"
    kept = folder / "run" / "training.pt"
    seen = 0
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
        before = kept.stat().st_mtime_ns if kept.exists() else 0
        while process.poll() is None and not (kept.exists() and kept.stat().st_mtime_ns != before):
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        epochs = len(load_tensors(kept)["state"]["history"])
        assert epochs > seen  # each start goes on behind the last
        seen = epochs
    train(folder, folder / "run", CLMT)
    train(folder, folder / "whole", CLMT)
    check_equal(folder / "run", folder / "whole")
