"""Scaffold-blind folds: drugs of one scaffold stay together, and so do the tautomers of one compound.

2-pyridone and 2-hydroxypyridine are one compound by the first block of their InChIKey, but have different scaffolds;
2-picoline shares the scaffold of the latter. All three are one group.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from rdkit import Chem

from clmt.errors import ClmtError
from clmt.features.fingerprints import murcko_scaffold
from clmt.folds.groups import blind_axes
from clmt.folds.make import make_folds
from clmt.planning.protocols import PROTOCOLS
from clmt.planning.settings.folds import FoldSettings
from tests.helpers.small_world import make_tables

Tables = dict[str, pd.DataFrame]
Folds = Callable[[Tables], pd.DataFrame]
Name = Callable[[pd.DataFrame], pd.Series]

TAUTOMERS = ["O=c1cccc[nH]1", "Oc1ccccn1", "Cc1ccccn1"]


def tautomer_tables() -> Tables:
    """Two drugs of one compound and two scaffolds, a third drug of the second scaffold, and others; real InChIKeys."""
    tables = make_tables(missing=0.0)
    drugs = tables["drugs"]
    drugs["smiles"] = [*TAUTOMERS, *drugs["smiles"][: -len(TAUTOMERS)]]
    drugs["inchikey"] = [Chem.MolToInchiKey(Chem.MolFromSmiles(smiles)) for smiles in drugs["smiles"]]
    return tables


def structures(drugs: pd.DataFrame) -> pd.DataFrame:
    """Compound and scaffold of each drug; a drug without a ring has no scaffold to share."""
    scaffolds = [murcko_scaffold(Chem.MolFromSmiles(smiles)) for smiles in drugs["smiles"]]
    return pd.DataFrame({"compound": drugs["inchikey"].str[:14], "scaffold": scaffolds}).set_index(drugs["drug_id"])


def check_compounds_and_scaffolds_stay_together(folds: Folds) -> None:
    tables = tautomer_tables()
    known = structures(tables["drugs"])
    pyridone, hydroxypyridine, picoline = (known.iloc[row] for row in range(3))
    assert pyridone["compound"] == hydroxypyridine["compound"] != picoline["compound"]
    assert pyridone["scaffold"] != hydroxypyridine["scaffold"] == picoline["scaffold"]
    for _, rows in folds(tables).groupby("fold"):
        parts = [
            known.loc[rows.loc[rows["role"] == role, "drug_id"].unique()] for role in ("train", "validation", "test")
        ]
        for number, part in enumerate(parts):
            others = pd.concat(parts[:number] + parts[number + 1 :])
            assert not set(part["compound"]) & set(others["compound"])
            assert not (set(part["scaffold"]) & set(others["scaffold"])) - {""}


def our_folds(tables: Tables) -> pd.DataFrame:
    settings = FoldSettings(protocol="scaffold_blind", folds=4, validation=0.2, seed=0)
    return make_folds(tables["response"], tables["cell_lines"], tables["drugs"], settings).astype({"role": object})


def test_compounds_and_scaffolds_stay_together() -> None:
    check_compounds_and_scaffolds_stay_together(our_folds)


@pytest.mark.parametrize("seed", range(4))
def test_a_chain_of_compound_and_scaffold_is_one_group(seed: int) -> None:
    """Whichever drug is listed first: 2-pyridone and 2-picoline share neither, and are held out together."""
    tables = tautomer_tables()
    order = np.random.default_rng(seed).permutation(len(tables["drugs"]))
    drugs = tables["drugs"].iloc[order].assign(drug_id=sorted(tables["drugs"]["drug_id"]))
    (groups,) = blind_axes(tables["response"], tables["cell_lines"], drugs, PROTOCOLS["scaffold_blind"])
    of_drug = dict(zip(tables["response"]["drug_id"], groups, strict=True))
    chain = {of_drug[drug] for drug in drugs.loc[drugs["smiles"].isin(TAUTOMERS), "drug_id"]}
    assert len(chain) == 1
    # No more is joined than has to be: ethanol, ethylamine and the like stay apart.
    ringless = [drug for drug, row in structures(drugs).iterrows() if not row["scaffold"]]
    assert len(ringless) == 3
    assert len({of_drug[drug] for drug in ringless}) == len(ringless)


def test_scaffold_check_catches_scaffold_alone_compound_alone_and_the_first_scaffold_of_a_compound() -> None:
    def grouped_by(name: Name) -> Folds:
        def folds(tables: Tables) -> pd.DataFrame:
            group = name(structures(tables["drugs"]))
            part = {key: number % 4 for number, key in enumerate(sorted(set(group)))}
            drugs = tables["response"]["drug_id"].drop_duplicates()
            fold_of = drugs.map(group).map(part).to_numpy()
            rows = [
                pd.DataFrame({"drug_id": drugs, "fold": fold, "role": np.where(fold_of == fold, "test", "train")})
                for fold in range(4)
            ]
            return pd.concat(rows)

        return folds

    def scaffold(known: pd.DataFrame) -> pd.Series:
        return known["scaffold"].where(known["scaffold"] != "", known["compound"])

    def first_scaffold(known: pd.DataFrame) -> pd.Series:
        return scaffold(known).groupby(known["compound"]).transform("first")

    def compound(known: pd.DataFrame) -> pd.Series:
        return known["compound"]

    def joined(known: pd.DataFrame) -> pd.Series:
        """Both, as the groups of these drugs turn out."""
        return first_scaffold(known).replace("c1ccncc1", first_scaffold(known).iloc[0])

    check_compounds_and_scaffolds_stay_together(grouped_by(joined))
    for wrong in (scaffold, first_scaffold, compound):
        with pytest.raises(AssertionError):
            check_compounds_and_scaffolds_stay_together(grouped_by(wrong))


@pytest.mark.parametrize("smiles", ["CC(=O) Oc1ccccc1C(=O)O", "C\u0421", "*CC*", "", "C1CC("])
def test_a_structure_that_would_be_cut_has_no_scaffold(smiles: str) -> None:
    """The scaffold of aspirin cut to acetaldehyde would put it among the drugs without a ring."""
    tables = tautomer_tables()
    tables["drugs"].loc[1, "smiles"] = smiles
    drug = tables["drugs"].loc[1, "drug_id"]
    with pytest.raises(ClmtError, match=f"drugs table, column smiles: drug '{drug}'"):
        blind_axes(tables["response"], tables["cell_lines"], tables["drugs"], PROTOCOLS["scaffold_blind"])
