"""Predictions for a user's cell lines and drugs: what they equal, what is said of them, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import clmt
from clmt.bundles.attach import attach
from clmt.bundles.file import write_bundle
from clmt.bundles.predict import Predictor
from clmt.cli import main
from clmt.errors import ClmtError
from clmt.graph.fold_data import FoldData
from tests.helpers.blind_fold import HELD_CELLS, HELD_DRUGS
from tests.helpers.folds import SMILES, with_graph
from tests.helpers.made_bundle import bundled_fold, made_bundle, raw_expression, seeds, with_manifest

NAMES = [f"own {row}" for row in HELD_CELLS]
NEW = [list(SMILES)[row] for row in HELD_DRUGS]
KNOWN = ["aspirin", "erlotinib"]


def omics(name: str) -> pd.DataFrame:
    """A matrix of the held-out cell lines as a user has it."""
    graph = bundled_fold().graph
    values = raw_expression() if name == "expression" else getattr(graph, name).numpy()
    genes = graph.genes if name == "expression" else getattr(graph, f"{name}_genes")
    return pd.DataFrame(values[list(HELD_CELLS)], index=pd.Index(NAMES, name="sample"), columns=genes)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(made_bundle())


@pytest.fixture(scope="module")
def frame(predictor: Predictor) -> pd.DataFrame:
    drugs = [*KNOWN, {name: SMILES[name] for name in NEW}]
    omit = {name: omics(name) for name in ("mutation", "copy_number")}
    return predictor.predict(drugs, [omics("expression"), "Line C0"], **omit)


def test_a_row_for_each_pair_says_of_which_kind_it_is(frame: pd.DataFrame) -> None:
    assert len(frame) == (len(NAMES) + 1) * (len(KNOWN) + len(NEW))
    assert frame.groupby("kind").size().to_dict() == {
        "known pair": 2,
        "new drug": 3,
        "new cell line": 8,
        "both new": 12,
    }
    assert np.allclose(np.log(frame["ic50_um"]), frame["ln_ic50"])


def test_the_mean_of_the_seeds_is_that_of_the_blind_model(frame: pd.DataFrame) -> None:
    """The texts of the held-out entities are not given, so the fold is asked with the neutral vector in their place."""
    fold = bundled_fold()
    cell_text, drug_text = fold.cell_text.clone(), fold.drug_text.clone()
    cell_text[list(HELD_CELLS)], drug_text[list(HELD_DRUGS)] = 0.0, 0.0
    neutral = type(fold)(fold.graph, fold.molecules, cell_text, drug_text)
    pairs = np.array([(cell, list(SMILES).index(drug)) for cell in HELD_CELLS for drug in [*KNOWN, *NEW]])
    expected = np.mean([model.predict(neutral, pairs) for model in seeds()], axis=0)
    found = frame[frame["cell_line"] != "Line C0"]["ln_ic50"].to_numpy()
    assert np.abs(found - expected).max() < 1e-6


def test_a_prediction_is_the_same_alone_and_in_company(predictor: Predictor, frame: pd.DataFrame) -> None:
    omit = {name: omics(name) for name in ("mutation", "copy_number")}
    alone = predictor.predict({NEW[1]: SMILES[NEW[1]]}, omics("expression").iloc[[2]], **omit).iloc[0]
    same = frame[(frame["cell_line"] == NAMES[2]) & (frame["drug"] == NEW[1])].iloc[0]
    for column in frame.columns:
        if isinstance(alone[column], float):
            assert alone[column] == pytest.approx(same[column], abs=1e-12, nan_ok=True), column
        else:
            assert alone[column] == same[column], column


def check_batch_and_order_change_nothing(predictor: Predictor, frame: pd.DataFrame) -> None:
    """Ask backwards, cell line by cell line, and compare with all at once."""
    omit = {name: omics(name) for name in ("mutation", "copy_number")}
    drugs = [*[f"{name}={SMILES[name]}" for name in NEW[::-1]], *KNOWN[::-1]]
    one_by_one: list[Any] = ["Line C0", *(omics("expression").iloc[[row]] for row in range(len(NAMES))[::-1])]
    turned = pd.concat([predictor.predict(drugs, [one], **omit) for one in one_by_one])
    pair = ["cell_line", "drug"]
    found = turned.set_index(pair).loc[frame.set_index(pair).index].reset_index()
    pd.testing.assert_frame_equal(found, frame[found.columns], rtol=0, atol=1e-9)


def test_batch_and_order_change_nothing(predictor: Predictor, frame: pd.DataFrame) -> None:
    check_batch_and_order_change_nothing(predictor, frame)


def test_the_check_of_batches_catches_new_entities_that_count_as_training_ones(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*given: Any) -> FoldData:
        fold = attach(*given)
        every = {name: torch.ones_like(getattr(fold.graph, name)) for name in ("train_cells", "train_drugs")}
        return with_graph(fold, **every)

    monkeypatch.setattr("clmt.bundles.predict.attach", wrong)
    omit = {name: omics(name) for name in ("mutation", "copy_number")}
    frame = predictor.predict([*KNOWN, {name: SMILES[name] for name in NEW}], [omics("expression"), "Line C0"], **omit)
    with pytest.raises(AssertionError, match="ln_ic50"):
        check_batch_and_order_change_nothing(predictor, frame)


def test_areas_are_called_so_and_have_no_ic50(predictor: Predictor) -> None:
    areas = Predictor(with_manifest(predictor.bundle, target="auc")).predict(KNOWN, ["C0"])
    expected = predictor.predict(KNOWN, ["C0"])
    assert areas["auc"].tolist() == expected["ln_ic50"].tolist()
    assert set(expected.columns) - set(areas.columns) == {"ln_ic50", "ic50_um"}


def test_a_known_structure_is_the_known_drug(predictor: Predictor) -> None:
    frame = predictor.predict([*KNOWN, {"my compound": "OC(=O)c1ccccc1OC(C)=O"}], ["C0"])
    assert frame["kind"].tolist() == ["known pair"] * 3
    assert frame["ln_ic50"][2] == frame["ln_ic50"][0]
    assert frame["nearest_drug"].tolist() == ["aspirin", "erlotinib", "aspirin"]
    assert predictor.predict(["mine=OC(=O)c1ccccc1OC(C)=O"], ["C0"])["ln_ic50"][0] == frame["ln_ic50"][0]


def test_ranks_are_those_among_the_training_entities(predictor: Predictor) -> None:
    cells, drugs = predictor.bundle.frozen.graph.cell_line_ids, predictor.bundle.frozen.graph.drug_ids
    frame = predictor.predict(drugs, cells)
    table = frame.pivot(index="cell_line", columns="drug", values="ln_ic50")
    ranks = frame.pivot(index="cell_line", columns="drug", values="cell_line_rank")
    assert (table.rank(axis=0) == ranks).all(axis=None)
    assert (table.rank(axis=1) == frame.pivot(index="cell_line", columns="drug", values="drug_rank")).all(axis=None)


def test_intervals_are_of_their_own_kind_or_absent(predictor: Predictor, frame: pd.DataFrame) -> None:
    none = frame["lower"].isna()
    assert set(frame["kind"][none]) == {"new cell line", "both new"}
    half = (frame["upper"] - frame["ln_ic50"])[~none]
    assert (half > 0).all()
    wide = predictor.predict([*KNOWN], ["C0"], level=0.95)
    narrow = predictor.predict([*KNOWN], ["C0"], level=0.5)
    assert (wide["upper"] - wide["lower"] > narrow["upper"] - narrow["lower"]).all()


def test_without_mutations_a_cell_line_stands_at_the_training_mean(predictor: Predictor, frame: pd.DataFrame) -> None:
    bare = predictor.predict(KNOWN, omics("expression"))
    told = frame[(frame["cell_line"] != "Line C0") & frame["drug"].isin(KNOWN)]
    assert np.abs(bare["ln_ic50"].to_numpy() - told["ln_ic50"].to_numpy()).max() > 1e-4


def test_genes_are_found_by_alias_and_those_missing_stand_at_the_mean(predictor: Predictor) -> None:
    table = omics("expression")
    upper = table.rename(columns={gene: f"{gene.upper()} (7157)" for gene in table.columns})
    expected = predictor.predict(KNOWN, table)["ln_ic50"]
    assert np.array_equal(predictor.predict(KNOWN, upper)["ln_ic50"], expected)
    at_mean = table.assign(gene3=predictor.bundle.expression.mean[3])
    found = predictor.predict(KNOWN, table.drop(columns="gene3"))["ln_ic50"]
    assert np.abs(found - predictor.predict(KNOWN, at_mean)["ln_ic50"]).max() < 1e-6
    assert np.abs(found - expected).max() > 1e-6


def test_a_structure_unlike_any_is_out_of_the_domain(predictor: Predictor) -> None:
    frame = predictor.predict({"odd": "[Si](C)(C)(C)C", "like": "CC(=O)Oc1ccccc1C(=O)OC"}, ["C0"])
    assert frame["out_of_domain"].tolist() == [True, False]
    assert frame["nearest_drug"][1] == "aspirin"
    assert frame["drug_similarity"][1] > frame["drug_similarity"][0]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "clmt.clmt"
    write_bundle(path, made_bundle())
    return path


def test_the_package_offers_a_bundle(bundle: Path) -> None:
    assert len(clmt.load_bundle(bundle).predict(KNOWN, ["C0"])) == 2
    with pytest.raises(AttributeError, match="no_such"):
        clmt.no_such  # noqa: B018


def ask(bundle: Path, folder: Path, *, out: str = "p.csv", **files: str) -> int:
    """Run ``clmt predict`` on files of these contents."""
    paths = {}
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        paths[stem] = folder / f"{stem}.{suffix}"
        paths[stem].write_text(content)
    drugs = [str(paths["drugs"])] if "drugs" in paths else KNOWN
    cells = [str(paths["cells"])] if "cells" in paths else ["C0"]
    more = ["--mutation", str(paths["mutation"])] if "mutation" in paths else []
    options = ["--bundle", str(bundle), "--out", str(folder / out)]
    return main(["predict", *options, "--drugs", *drugs, "--cell-lines", *cells, *more])


@pytest.mark.parametrize("out", ["p.csv", "p.tsv", "p.parquet", "p.json"])
def test_every_format_holds_the_same(bundle: Path, tmp_path: Path, out: str) -> None:
    drugs = "name,smiles,text\nmine,CCOC(=O)C,\nCaffeine,Cn1cnc2c1c(=O)n(C)c(=O)n2C,\n"
    assert ask(bundle, tmp_path, out=out, drugs_csv=drugs, cells_csv=omics("expression").to_csv()) == 0
    path = tmp_path / out
    if out.endswith("json"):
        rows = json.loads(path.read_text())
        assert rows[0]["lower"] is None
        frame = pd.DataFrame(rows)
    else:
        frame = pd.read_parquet(path) if out.endswith("parquet") else pd.read_csv(path, sep=None, engine="python")
    expected = clmt.load_bundle(bundle).predict(
        {"mine": "CCOC(=O)C", "Caffeine": SMILES["caffeine"]}, omics("expression")
    )
    assert np.abs(frame["ln_ic50"] - expected["ln_ic50"]).max() < 1e-9
    assert frame["kind"].tolist() == expected["kind"].tolist()


def test_smi_and_sdf_are_read_as_csv_is(bundle: Path, tmp_path: Path) -> None:
    from rdkit import Chem

    assert ask(bundle, tmp_path, out="smi.csv", drugs_smi="CCOC(=O)C my ester\nCC(=O)OC\tother\n") == 0
    writer = Chem.SDWriter(str(tmp_path / "drugs.sdf"))
    for name, smiles in (("my ester", "CCOC(=O)C"), ("other", "CC(=O)OC")):
        molecule = Chem.MolFromSmiles(smiles)
        molecule.SetProp("_Name", name)
        writer.write(molecule)
    writer.close()
    options = ["--bundle", str(bundle), "--out", str(tmp_path / "sdf.csv"), "--cell-lines", "C0"]
    assert main(["predict", *options, "--drugs", str(tmp_path / "drugs.sdf")]) == 0
    assert (tmp_path / "smi.csv").read_text() == (tmp_path / "sdf.csv").read_text()


TABLE = omics("expression")
REFUSED: dict[str, tuple[dict[str, str], list[str]]] = {
    "unknown drug": (
        {"drugs_csv": "name\nerlotinb\n"},
        ["drugs.csv: line 2", "unknown drug! got: 'erlotinb'", "erlotinib"],
    ),
    "bad SMILES": ({"drugs_csv": "name,smiles\na,CCO\nb,C1CC\n"}, ["drugs.csv: line 3", "'b'", "C1CC"]),
    "bad smi": ({"drugs_smi": "CCO a\nXYZ b\n"}, ["drugs.smi: line 2", "'b'", "XYZ"]),
    "empty SMILES": ({"drugs_csv": "name,smiles\na,CCO\nb,\n"}, ["drugs.csv: line 3", "drug 'b' has no SMILES"]),
    "no names": ({"drugs_csv": "foo,smiles\na,CCO\n"}, ["drugs.csv", "no column of names! got: foo, smiles"]),
    "no title of drugs": ({"drugs_csv": "erlotinib\naspirin\n"}, ["drugs.csv: no column of names! got: erlotinib"]),
    "SMILES twice": ({"drugs_csv": "name,smiles,SMILES\na,CCO,CCC\n"}, ["drugs.csv: column 'smiles' stands twice"]),
    "an SDF that is none": ({"drugs_sdf": ""}, ["drugs.sdf: no file of structures"]),
    "no title of cell lines": ({"cells_csv": "C0\nC1\n"}, ["cells.csv: no title in the first line! got: 'C0'"]),
    "a drug twice": ({"drugs_csv": "name,smiles\na,CCO\na,CCC\n"}, ["duplicated drug! got: 'a' twice"]),
    "unknown cell line": ({"cells_csv": "cell_line\nC00\n"}, ["cells.csv: line 2", "unknown cell line! got: 'C00'"]),
    "a cell line twice": ({"cells_csv": pd.concat([TABLE, TABLE]).to_csv()}, ["cells.csv", "duplicated cell line"]),
    "text": (
        {"cells_csv": TABLE.astype(object).replace(TABLE.iloc[1, 2], "high").to_csv()},
        ["line 3", "gene2", "'high'"],
    ),
    "z-scores": (
        {"cells_csv": ((TABLE - TABLE.mean()) / TABLE.std()).to_csv()},
        ["cells.csv", "another scale", "z-scores"],
    ),
    "counts": ({"cells_csv": (2**TABLE).round().to_csv()}, ["another scale", "counts that were never logged"]),
    "natural logarithms": ({"cells_csv": (TABLE * np.log(2)).to_csv()}, ["another scale", "natural logarithms"]),
    "few genes": ({"cells_csv": TABLE.iloc[:, :6].to_csv()}, ["lacks too many genes! got: 50%", "20% at most"]),
    "Ensembl": (
        {"cells_csv": TABLE.rename(columns=lambda g: f"ENSG{int(g[4:]):011d}").to_csv()},
        ["no column is a gene", "got: Ensembl id such as", "expected: symbol such as gene0"],
    ),
    "turned": ({"cells_csv": TABLE.T.to_csv()}, ["genes stand in the rows! got: 'gene0'"]),
    "a gene twice": (
        {"cells_csv": TABLE.assign(GENE1=5.0).to_csv()},
        ["two columns are one gene! got: 'gene1' and 'GENE1'"],
    ),
    "mutations": (
        {"cells_csv": TABLE.to_csv(), "mutation_csv": omics("mutation").replace(1, 2).to_csv()},
        ["mutation.csv", "got: 2, expected one of: 0, 1"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_line_and_nothing_is_written(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    files, words = REFUSED[case]
    assert ask(bundle, tmp_path, **files) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("error: ")
    for word in words:
        assert word in line
    assert not (tmp_path / "p.csv").exists()


def test_bad_smiles_are_counted_where_they_are_to_be_skipped(predictor: Predictor) -> None:
    frame = predictor.predict({"good": "CCO", "bad": "C1CC"}, ["C0"], skip_bad=True)
    assert frame["drug"].tolist() == ["good"]


def test_a_drug_whose_smiles_is_left_out_is_not_the_known_one(predictor: Predictor) -> None:
    """It has a name that the bundle knows, and no structure."""
    nothing = pd.DataFrame({"name": ["aspirin"], "smiles": [None]})
    for drugs in (["aspirin="], {"aspirin": ""}, {"aspirin": " "}, nothing):
        with pytest.raises(ClmtError, match=r"'aspirin' has (an empty|no) SMILES"):
            predictor.predict(drugs, ["C0"])


def test_an_output_in_the_place_of_an_input_is_refused(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = omics("expression").to_csv()
    assert ask(bundle, tmp_path, out="cells.csv", cells_csv=cells) == 2
    assert "one file is given twice, with --out and --cell-lines" in capsys.readouterr().err
    assert (tmp_path / "cells.csv").read_text() == cells


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.reset_index(drop=True), "no column of names! got: numbers in 'gene0', the first column"),
        (lambda frame: frame.rename(index={NAMES[1]: None}), "row 1 has no name of a cell line! got: 'nan'"),
        (lambda frame: frame.iloc[:, :0], "no column of a gene! got: names alone"),
    ],
)
def test_a_parquet_table_without_names_or_genes_is_refused(
    predictor: Predictor, tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    path = tmp_path / "cells.parquet"
    change(omics("expression")).to_parquet(path)
    with pytest.raises(ClmtError, match=message):
        predictor.predict(["aspirin"], [path])


@pytest.mark.parametrize("share", [-0.1, 1.0, 2.0, float("nan")])
def test_a_share_of_missing_genes_that_is_none_is_refused(predictor: Predictor, share: float) -> None:
    with pytest.raises(ClmtError, match="share of the genes that may be missing! got"):
        predictor.predict(["aspirin"], omics("expression"), max_missing=share)


def test_new_cell_lines_that_a_table_of_theirs_lacks_are_told(
    predictor: Predictor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = tmp_path / "texts.csv"
    texts.write_text(f"cell_line,text\n{NAMES[0]},Of the lung.\nmisspelt,Of the skin.\n")
    mutation = omics("mutation").rename(index={NAMES[0]: NAMES[0].upper()})
    with caplog.at_level("WARNING"):
        predictor.predict(["aspirin"], omics("expression"), mutation=mutation, annotations=texts)
    few = len(NAMES)
    assert f"1 of {few} new cell lines are not in it, read at the training mean: {NAMES[0]}" in caplog.text
    assert f"{few - 1} of {few} new cell lines are not in it, read by the neutral sentence" in caplog.text
    assert caplog.text.count("1 cell lines are no new ones of this request") == 2


def test_new_cell_lines_under_the_id_of_a_known_one_are_told(
    predictor: Predictor, caplog: pytest.LogCaptureFixture
) -> None:
    few, known = len(NAMES), predictor.bundle.frozen.graph.cell_line_ids[0]
    with caplog.at_level("WARNING"):
        predictor.predict(KNOWN, omics("expression"))
        assert "of one that the bundle knows" not in caplog.text
        found = predictor.predict(KNOWN, omics("expression").rename(index={NAMES[0]: known}))
    assert (
        f"1 of {few} cell lines of the tables have the id of one that the bundle knows, such as {known}," in caplog.text
    )
    assert set(found["kind"]) == {"new cell line"}
