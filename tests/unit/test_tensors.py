"""Files of tensors: what changed on the disk, and what is none, is one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from clmt.errors import ClmtError
from clmt.tensors import content_digest, load_tensors, save_tensors


def test_a_changed_bit_is_noticed_where_torch_takes_it(tmp_path: Path) -> None:
    path = tmp_path / "graph.pt"
    values = torch.arange(1000, dtype=torch.float64)
    save_tensors(path, {"values": values})
    assert torch.equal(load_tensors(path)["values"], values)
    content = bytearray(path.read_bytes())
    content[content.index(values[500:504].numpy().tobytes())] ^= 1
    path.write_bytes(content)
    assert not torch.equal(torch.load(path, weights_only=True)["values"], values)
    with pytest.raises(ClmtError, match=r"graph\.pt: record '.*data/0' does not fit its checksum"):
        load_tensors(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x80\x02}q\x00."])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.pt").write_bytes(content)
    with pytest.raises(ClmtError, match=r"model\.pt: not a file of tensors! Delete it"):
        load_tensors(tmp_path / "model.pt")
    with pytest.raises(ClmtError, match=r"other\.pt: no such file"):
        load_tensors(tmp_path / "other.pt")


CONTENT: dict[str, Any] = {
    "weights": {"a": torch.arange(6.0).reshape(2, 3), "half": torch.ones(2, dtype=torch.bfloat16)},
    "booster": "tree\nversion=v4\n",
    "mu": 2.5,
    "fold": 1,
    "names": ["x", None, True],
    "empty": torch.zeros(0, 4),
}


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a file as another program would: load it, change it, and save it as a sound file."""
    content = torch.load(path, weights_only=True)
    change(content)
    torch.save(content, path)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(booster=content["booster"][:8]),
        lambda content: content["weights"].update(a=content["weights"]["a"][:1]),
        lambda content: content["weights"].update(a=content["weights"]["a"].reshape(3, 2)),
        lambda content: content["weights"].update(a=content["weights"]["a"].double()),
        lambda content: content["weights"].update(a=torch.zeros(1, 3).expand(10**12, -1)),
        lambda content: content["weights"]["a"].fill_(float("nan")),
        lambda content: content["weights"].pop("half"),
        lambda content: content.update(fold=True),
        lambda content: content.update(mu=2.5000001),
        lambda content: content.update(more=1),
        lambda content: content["names"].reverse(),
    ],
)
def test_content_that_was_changed_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = tmp_path / "model.pt"
    save_tensors(path, CONTENT)
    edit(path, lambda content: None)
    assert content_digest(load_tensors(path)) == content_digest(CONTENT)
    edit(path, change)
    with pytest.raises(
        ClmtError, match=r"model\.pt: its content does not fit its digest: .* Delete it and run the rule"
    ):
        load_tensors(path)


def test_a_file_without_a_digest_is_refused(tmp_path: Path) -> None:
    torch.save({"state": {}}, tmp_path / "model.pt")
    with pytest.raises(ClmtError, match=r"model\.pt: has no digest of its content"):
        load_tensors(tmp_path / "model.pt")
