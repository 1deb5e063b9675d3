"""A made-up dataset of 24 cell lines, 15 drugs and 40 genes in the house's tables, for tests of folds and graphs."""

from __future__ import annotations

import numpy as np
import pandas as pd

SMILES = [
    "CCO", "CCN", "CC(=O)O", "c1ccccc1", "Cc1ccccc1", "Oc1ccccc1", "c1ccncc1", "Cc1ccncc1", "C1CCCCC1",
    "CC1CCCCC1", "c1ccc2ccccc2c1", "Oc1ccc2ccccc2c1", "c1ccoc1", "c1ccsc1", "C1CCNCC1",
]  # fmt: skip
PATHWAYS = ["Cell cycle", "EGFR signaling; RTK signaling", "", "Unclassified", "Mitosis"]
TISSUES = ["lung", "breast", "skin", "kidney", "", "bone"]


def cell_names(count: int = 24) -> list[str]:
    return [f"{1000 + number}" for number in range(count)]


def drug_names(count: int = 15) -> list[str]:
    return [f"Drug{number:02d}" for number in range(count)]


def make_tables(seed: int = 0, missing: float = 0.1) -> dict[str, pd.DataFrame]:
    random = np.random.default_rng(seed)
    cells, drugs = cell_names(), drug_names()
    pairs = [(cell, drug) for cell in cells for drug in drugs if random.random() >= missing]
    response = pd.DataFrame(pairs, columns=["cell_line_id", "drug_id"])
    response["ln_ic50"] = random.normal(1.0, 2.0, len(pairs))
    response["censored"] = random.random(len(pairs)) < 0.2
    expression = pd.DataFrame(
        random.normal(5.0, random.uniform(0.1, 3.0, 40), (len(cells), 40)).astype(np.float32),
        columns=[f"GENE{number}" for number in range(40)],
    )
    expression.insert(0, "cell_line_id", cells)
    cell_lines = pd.DataFrame({"cell_line_id": cells, "name": cells})
    cell_lines["primary_site"] = [TISSUES[row % len(TISSUES)] for row in range(len(cells))]
    cell_lines["histology"] = "made up"
    cell_lines["synonyms"] = ""
    cell_lines["donor"] = [*(f"P{row}" for row in range(len(cells) - 1)), None]
    table = pd.DataFrame({"drug_id": drugs, "name": drugs, "pubchem_cid": range(1, len(drugs) + 1), "smiles": SMILES})
    # Drug00 and Drug01 are stereoisomers: one skeleton.
    table["inchikey"] = [f"{'AAAAAAAAAAAA'}{chr(65 + max(row, 1))}A-UHFFFAOYSA-N" for row in range(len(drugs))]
    table["targets"] = ""
    table["target_pathway"] = [PATHWAYS[row % len(PATHWAYS)] for row in range(len(drugs))]
    return {
        "response": response,
        "expression": expression,
        "mutation": _binary(cells, 7, random),
        "copy_number": _binary(cells, 5, random),
        "cell_lines": cell_lines,
        "drugs": table,
    }


def make_molecules(seed: int = 0) -> dict[str, object]:
    bits = np.random.default_rng(seed).random((len(drug_names()), 2048)) < 0.05
    return {"drug_ids": drug_names(), "smiles": SMILES, "morgan2": bits.astype(np.uint8)}


def _binary(cells: list[str], genes: int, random: np.random.Generator) -> pd.DataFrame:
    values = (random.random((len(cells), genes)) < 0.3).astype(np.int8)
    frame = pd.DataFrame(values, columns=[f"ALTERED{number}" for number in range(genes)])
    frame.insert(0, "cell_line_id", cells)
    return frame
