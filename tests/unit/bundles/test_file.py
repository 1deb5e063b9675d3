"""A bundle comes back from its file as it was, and no other file passes for one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clmt.bundles.file import VERSION, read_bundle, write_bundle
from clmt.errors import ClmtError
from clmt.models.clmt.exact import double_network, exact_inputs, predict_exactly
from clmt.tensors import load_tensors, save_tensors
from tests.helpers.made_bundle import made_bundle


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "clmt.clmt"
    write_bundle(path, made_bundle())
    return path


def test_a_bundle_predicts_after_reading_what_it_did_before(path: Path) -> None:
    before, after = made_bundle(), read_bundle(path)
    assert {**before.manifest, "format": "clmt bundle", "version": VERSION} == after.manifest
    pairs = np.array([[0, 0], [3, 2]])
    for old, new in zip(before.models(), after.models(), strict=True):
        expected, found = (
            predict_exactly(double_network(model), exact_inputs(bundle.frozen), pairs)
            for model, bundle in ((old, before), (new, after))
        )
        assert np.array_equal(expected, found)
    for kind, calibration in before.calibration.items():
        assert np.array_equal(calibration.scores, after.calibration[kind].scores)
        assert calibration.half_width(np.ones(1), 0.9) == after.calibration[kind].half_width(np.ones(1), 0.9)


def test_equal_bundles_are_equal_bytes(path: Path, tmp_path: Path) -> None:
    write_bundle(tmp_path / "again.clmt", made_bundle())
    assert (tmp_path / "again.clmt").read_bytes() == path.read_bytes()


def refusal(path: Path) -> str:
    with pytest.raises(ClmtError) as caught:
        read_bundle(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_another_version_is_refused(path: Path, tmp_path: Path) -> None:
    content = load_tensors(path)
    save_tensors(tmp_path / "other.clmt", {**content, "manifest": {**content["manifest"], "version": VERSION + 1}})
    assert f"got: {VERSION + 1}, expected: {VERSION}" in refusal(tmp_path / "other.clmt")


def test_another_file_of_tensors_is_refused(tmp_path: Path) -> None:
    save_tensors(tmp_path / "model.pt", {"settings": {}, "state": {}})
    assert "not a bundle! got: the entries settings, state" in refusal(tmp_path / "model.pt")


@pytest.mark.parametrize("entry", ["members", "graph", "calibration", "texts", "known"])
def test_a_bundle_that_lost_an_entry_is_refused(path: Path, tmp_path: Path, entry: str) -> None:
    content = load_tensors(path)
    save_tensors(tmp_path / "part.clmt", {name: part for name, part in content.items() if name != entry})
    assert entry in refusal(tmp_path / "part.clmt")


def test_a_truncated_or_bit_flipped_file_is_refused(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    odd = tmp_path / "odd.clmt"
    for share in (0.0, 0.1, 0.5, 0.99):
        odd.write_bytes(content[: int(len(content) * share)])
        refusal(odd)
    for share in (0.02, 0.3, 0.6, 0.9):
        place = int(len(content) * share)
        odd.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        refusal(odd)
