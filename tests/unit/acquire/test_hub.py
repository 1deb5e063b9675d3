"""Text encoders: which files are taken, from the hub or from a folder, and what an unreachable hub is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from clmt.acquire.hub import MARK, RECORD, fetch_encoder, model_files, wanted_files
from clmt.errors import ClmtError

REVISION = "0123456789abcdef0123456789abcdef01234567"
FILES = [
    "config.json",
    "vocab.txt",
    "tokenizer.json",
    "1_Pooling/config.json",
    "modules.json",
    "README.md",
    ".gitattributes",
]


def test_safetensors_come_before_pickled_weights() -> None:
    both = wanted_files([*FILES, "pytorch_model.bin", "model.safetensors", "onnx/model.onnx"])
    assert "model.safetensors" in both
    assert not {"pytorch_model.bin", "README.md", "onnx/model.onnx", ".gitattributes"} & set(both)
    assert "1_Pooling/config.json" in both
    assert "pytorch_model.bin" in wanted_files([*FILES, "pytorch_model.bin"])


def test_folder_without_weights_is_no_model() -> None:
    with pytest.raises(ClmtError, match=r"got: .*config\.json.*expected: config\.json and model\.safetensors"):
        wanted_files(FILES)


def test_local_folder_is_copied_and_recorded(tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors", "1_Pooling/config.json", "notes.txt"):
        (tmp_path / "local" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "local" / name).write_bytes(name.encode())
    out = tmp_path / "models" / "made_up"
    fetch_encoder("some/model", REVISION, out, tmp_path / "local")
    record = json.loads((out / RECORD).read_text())
    assert (record["id"], record["revision"], record["local"]) == ("some/model", REVISION, True)
    assert sorted(record["sha256"]) == ["1_Pooling/config.json", "config.json", "model.safetensors"]
    assert (out / "1_Pooling" / "config.json").read_bytes() == b"1_Pooling/config.json"
    assert [path.name for path in out.parent.iterdir()] == ["made_up"]


def test_hub_is_asked_for_the_pinned_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def list_repo_files(self: Any, repository: str, revision: str) -> list[str]:
        return ["config.json", "model.safetensors", "pytorch_model.bin"]

    def snapshot_download(repository: str, revision: str, local_dir: Path, allow_patterns: list[str]) -> None:
        asked.update(repository=repository, revision=revision, files=allow_patterns)
        (local_dir / ".cache").mkdir()
        for name in allow_patterns:
            (local_dir / name).write_bytes(b"x")

    monkeypatch.setattr(huggingface_hub.HfApi, "list_repo_files", list_repo_files)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    fetch_encoder("some/model", REVISION, tmp_path / "m")
    assert asked == {"repository": "some/model", "revision": REVISION, "files": ["config.json", "model.safetensors"]}
    left = sorted(path.name for path in (tmp_path / "m").iterdir())
    assert left == [MARK, "config.json", RECORD, "model.safetensors"]


def test_unreachable_hub_names_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError("Name or service not known\nsecond line")

    monkeypatch.setattr(huggingface_hub.HfApi, "list_repo_files", refuse)
    with pytest.raises(ClmtError, match=r"some/model: the hub cannot be reached: .*config/offline\.yaml") as caught:
        fetch_encoder("some/model", REVISION, tmp_path / "m" / "e")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "m").iterdir()) == []


def test_branch_is_no_revision(tmp_path: Path) -> None:
    with pytest.raises(ClmtError, match="got: 'main', expected: 40 hex digits"):
        fetch_encoder("some/model", "main", tmp_path / "m")


@pytest.mark.parametrize("place", ["home", ".", "..", "home/link"])
def test_a_folder_with_files_of_the_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    local = _model(tmp_path / "local")
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    (home / "thesis.txt").write_text("mine")
    (home / "link").symlink_to(home)
    monkeypatch.chdir(home / "work" if place.startswith(".") else tmp_path)
    with pytest.raises(ClmtError, match=r"(other files|the working directory).*Give a new folder with --out"):
        fetch_encoder("some/model", REVISION, Path(place), local)
    assert (home / "thesis.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "local"]


def test_a_model_of_the_user_is_not_taken_for_a_fetched_one(tmp_path: Path) -> None:
    mine = _model(tmp_path / "mine")
    with pytest.raises(ClmtError, match=r"not an earlier encoder .* \(config\.json\)"):
        fetch_encoder("some/model", REVISION, mine, _model(tmp_path / "local"))
    assert (mine / "model.safetensors").read_bytes() == b"x"


def test_a_fetched_encoder_is_replaced_unless_something_was_added(tmp_path: Path) -> None:
    local, out = _model(tmp_path / "local"), tmp_path / "m"
    fetch_encoder("some/model", REVISION, out, local)
    (out / RECORD).unlink()  # as Snakemake does before it runs the rule again
    fetch_encoder("other/model", REVISION, out, local)
    assert json.loads((out / RECORD).read_text())["id"] == "other/model"
    (out / MARK).unlink()  # as version 0.2 left it
    fetch_encoder("some/model", REVISION, out, local)
    (out / "notes.txt").write_text("mine")
    with pytest.raises(ClmtError, match=r"other files \(notes\.txt\)"):
        fetch_encoder("some/model", REVISION, out, local)
    assert (out / "notes.txt").read_text() == "mine"


def _model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (folder / name).write_bytes(b"x")
    return folder


def test_files_of_a_local_model_are_found_without_looking_everywhere(tmp_path: Path) -> None:
    others = ("tokenizer.json", "1_Pooling/config.json", "thesis.txt", "a/b/vocab.txt")
    for name in ("config.json", "model.safetensors", *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert model_files(tmp_path) == ["1_Pooling/config.json", "config.json", "tokenizer.json", "model.safetensors"]
    assert model_files(tmp_path / "a") == []
    assert model_files(tmp_path / "nowhere") == []
