"""A small dataset of the user's own as csv files: six cell lines, four drugs and five genes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

CELLS = ("A549", "MCF7", "HT29", "PC3", "U87", "K562")
SMILES = {
    "Imatinib": "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1",
    "Aspirin": "CC(=O)Oc1ccccc1C(=O)O",
    "Ethanol": "CCO",
    "Caffeine": "Cn1c(=O)c2c(ncn2C)n(C)c1=O",
}
GENES = ("BRAF", "TP53", "MYC", "EGFR", "KRAS")


def own_texts() -> dict[str, str]:
    """File name -> text of a dataset without a fault; ln IC50 in uM from -3 to 4.9."""
    response = ["cell_line,drug,value,censored"]
    for row, cell in enumerate(CELLS):
        for column, drug in enumerate(SMILES):
            response.append(f"{cell},{drug},{row * 1.5 - 3 + column * 0.13:.2f},{'true' if row == 5 else 'false'}")
    expression = [",".join(["cell_line", *GENES])]
    mutation = [",".join(["cell_line", *GENES[:3]])]
    for row, cell in enumerate(CELLS):
        expression.append(",".join([cell, *(f"{(row * 7 + gene * 3) % 11 + 0.5:.2f}" for gene in range(5))]))
        mutation.append(",".join([cell, *("1" if (row + gene) % 3 == 0 else "0" for gene in range(3))]))
    sites = ("lung", "breast", "colon", "prostate", "brain", "blood")
    lines = ["cell_line,name,tissue,donor,text"]
    lines += [f"{cell},{cell}-x,{site},P{cell},Grows {site}." for cell, site in zip(CELLS, sites, strict=True)]
    drugs = ["drug,smiles,targets,target_pathway,text"]
    drugs += [f'{drug},{smiles},"ABL1, KIT","Other, kinases","Made up. Twice."' for drug, smiles in SMILES.items()]
    tables = {"response": response, "expression": expression, "mutation": mutation}
    tables |= {"cell_lines": lines, "drugs": drugs}
    return {f"{name}.csv": "\n".join(rows) + "\n" for name, rows in tables.items()}


def own_folder(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Write the dataset into a folder; a change replaces a file, and None leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (own_texts() | dict(changes or {})).items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder
