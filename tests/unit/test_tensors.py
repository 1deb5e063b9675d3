"""Files of tensors: what changed on the disk, and what is none, is one line."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from clmt.errors import ClmtError
from clmt.tensors import load_tensors, save_tensors


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
