"""Control vectors: shuffled, noise, of one kind only; made of a file of vectors, without texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clmt import cli
from clmt.errors import ClmtError
from clmt.vectors.controls import varied, vary_vectors
from clmt.vectors.files import KINDS, read_vectors, write_vectors

DIM = 32
COUNTS = {"cell_line": 40, "drug": 25}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Vectors of an encoder, those of drugs five times as long as those of cell lines."""
    keys = [(kind, f"{kind[0]}{row}") for kind in KINDS for row in range(COUNTS[kind])]
    scale = np.array([[5.0 if kind == "drug" else 1.0] for kind, _ in keys])
    vectors = (np.random.default_rng(3).normal(size=(len(keys), DIM)) * scale).astype(np.float32)
    write_vectors(tmp_path / "text_lsa.parquet", keys, vectors, {"encoder": "lsa", "revision": "r1", "dim": DIM})
    return tmp_path / "text_lsa.parquet"


def vary(base: Path, **settings: Any) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Matrices by kind and metadata of a variant of the base."""
    out = base.with_name("out.parquet")
    vary_vectors(json.dumps({"encoder": "new", "of": "lsa", **settings}), base, out)
    vectors, facts = read_vectors(out)
    assert [list(vectors[kind]) for kind in KINDS] == [list(read_vectors(base)[0][kind]) for kind in KINDS]
    return {kind: np.array(list(vectors[kind].values())) for kind in KINDS}, facts


def plain(base: Path) -> dict[str, np.ndarray]:
    """Matrices by kind of the base."""
    return {kind: np.array(list(rows.values())) for kind, rows in read_vectors(base)[0].items()}


@pytest.mark.parametrize("seed", range(20))
def test_no_entity_keeps_its_own_vector(seed: int) -> None:
    for count in (2, 3, 4, 9):
        vectors = np.arange(2.0 * count, dtype=np.float32)[:, None]
        kinds = ["cell_line", "drug"] * count
        result = varied(vectors, kinds, {"shuffle": True, "seed": seed})
        assert (result != vectors).all()
        for kind in range(2):
            assert sorted(result[kind::2, 0]) == sorted(vectors[kind::2, 0])


def test_a_single_entity_of_a_kind_keeps_its_vector() -> None:
    vectors = np.array([[1.0], [2.0], [3.0]], dtype=np.float32)
    result = varied(vectors, ["cell_line", "drug", "drug"], {"shuffle": True})
    assert result[:, 0].tolist() == [1.0, 3.0, 2.0]
    assert vectors[:, 0].tolist() == [1.0, 2.0, 3.0]


def test_shuffling_the_same_file_gives_the_same_bytes_and_another_seed_others(base: Path) -> None:
    first, facts = vary(base, shuffle=True)
    written = base.with_name("out.parquet").read_bytes()
    vary(base, shuffle=True)
    assert base.with_name("out.parquet").read_bytes() == written
    other, _ = vary(base, shuffle=True, seed=1)
    assert all((first[kind] != other[kind]).any() for kind in KINDS)
    assert {
        "encoder": "new",
        "of": "lsa",
        "revision": "r1",
        "shuffle": "True",
        "dim": str(DIM),
    }.items() <= facts.items()


def test_noise_has_the_norm_of_what_it_replaces_and_nothing_else_of_it(base: Path) -> None:
    before, (noise, _) = plain(base), vary(base, random=True)
    for kind in KINDS:
        norms = [np.median(np.linalg.norm(matrix[kind], axis=1)) for matrix in (before, noise)]
        assert norms[1] == pytest.approx(norms[0], rel=0.15)
        correlation = np.corrcoef(before[kind].ravel(), noise[kind].ravel())[0, 1]
        assert abs(correlation) < 0.15
        assert len(np.unique(noise[kind], axis=0)) == COUNTS[kind]
    first = [noise[kind][0] / np.linalg.norm(noise[kind][0]) for kind in KINDS]
    assert abs(first[0] @ first[1]) < 0.9  # no drug has the noise of a cell line


def test_one_kind_only_leaves_the_other_zeros(base: Path) -> None:
    before = plain(base)
    for kept, blank in (("cell_line", "drug"), ("drug", "cell_line")):
        only, _ = vary(base, only=kept)
        np.testing.assert_array_equal(only[kept], before[kept])
        assert not only[blank].any()
    both, _ = vary(base, only="drug", shuffle=True)
    assert not both["cell_line"].any()
    assert (both["drug"] != before["drug"]).any()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hide_names": True}, "encoders.new: unknown key! got: 'hide_names', expected one of: .*shuffle"),
        ({"only": "drugs"}, "encoders.new.only: unknown value! got: 'drugs', expected one of: cell_line, drug"),
        ({"shuffle": "yes"}, "encoders.new.shuffle is no switch! got: 'yes'"),
        ({"seed": -1}, "encoders.new.seed is too small! got: -1"),
        ({"of": "bert"}, "vectors of another encoder! got: 'lsa', expected: 'bert'"),
    ],
)
def test_bad_settings_leave_no_file(base: Path, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClmtError, match=message):
        vary(base, **settings)
    assert not base.with_name("out.parquet").exists()


def test_the_command_writes_the_file_and_refuses_in_one_line(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = base.with_name("text_new.parquet")
    settings = json.dumps({"encoder": "new", "of": "lsa", "only": "drug"})
    assert cli.main(["text", "vary", "--settings", settings, "--vectors", str(base), "--out", str(out)]) == 0
    assert read_vectors(out)[1]["only"] == "drug"
    capsys.readouterr()
    missing = str(base.with_name("none.parquet"))
    assert cli.main(["text", "vary", "--settings", settings, "--vectors", missing, "--out", str(out)]) == 2
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith("the vectors do not exist! Make them with the rule encode_text")
    )
