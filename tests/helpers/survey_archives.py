"""Small archives in the survey supplement's layouts, made up for the tests."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

GDSC = "GDSC_DATASET_S1-S12"
CCLE = "CCLE_DATASET_S13-S26"
EXPRESSION = "Table_S1_GDSC_Gene_expression.csv"
MUTATION = "Table_S3_GDSC_Mutation.csv"
COPY_NUMBER = "Table_S4_GDSC_Copy_number_variation.csv"
ANNOTATION = "Table_S5_GDSC_Cell_line_annotation.csv"
RESPONSE = "Table_S6_GDSC_Drug_response_IC50.csv"
GROUPS = "Table_S12_GDSC_Drug_group.csv"
CCLE_EXPRESSION = "Table_S13_CCLE_Gene_expression.csv"
CCLE_RESPONSE = "Table_S19_CCLE_Drug_response_IC50.csv"
CCLE_ANNOTATION = "Table_S25_CCLE_Cell_line_annotation.csv"

GDSC_TABLES = {
    EXPRESSION: ",6-Sep,BRAF,TP53\n101,4.5,7.25,3\n103,4.75,2.5,9\n102,5.5,6.5,8\n",
    MUTATION: ",BRAF,TP53\n101,1,0\n102,0,1\n103,0,0\n",
    COPY_NUMBER: ",MYC\n101,0\n102,1\n103,0\n",
    ANNOTATION: (
        ",SAMPLE_NAME,COSMIC_ID,PRIMARY_SITE,PRIMARY_HISTOLOGY\n"
        "0,LINE-A,101,skin,melanoma\n1,LINE-B,102,breast,NA\n2,LINE-C,103,lung,\n"
    ),
    RESPONSE: (
        ",Vinorelbine ,Imatinib,Imatinib Mesylate,Aspirin,Mystery\n"
        "103,1.5,0.5,1.5,NA,1\n101,-2.25,3,NA,4,2\n102,NA,,2,5,3\n"
    ),
    GROUPS: 'TARGET_PATHWAY,DRUG_NAME\n"Other, kinases","Imatinib;Imatinib Mesylate"\nMitosis,Vinorelbine\n',
}
CCLE_TABLES = {
    CCLE_EXPRESSION: ",BRAF,TP53\nA_SKIN,1,2\nB_LUNG,3,4\n",
    "Table_S17_CCLE_Mutation.csv": ",BRAF\nA_SKIN,1\nB_LUNG,0\n",
    "Table_S18_CCLE_Copy_number_variation.csv": ",MYC\nA_SKIN,0\nB_LUNG,1\n",
    CCLE_RESPONSE: "CCLE Cell Line Name,Imatinib,Aspirin\nB_LUNG,2.079442,-1.5\nA_SKIN,2.079,\n",
    "Table_S22_CCLE_Drug_group.csv": "TARGET,DRUG_NAME\nABL,Imatinib\nKIT,Imatinib\n",
    CCLE_ANNOTATION: ",SAMPLE_NAME,PRIMARY_SITE,PRIMARY_HISTOLOGY\n0,A_SKIN,skin,melanoma\n1,B_LUNG,lung,carcinoma\n",
}

IMATINIB = "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1"
STRUCTURES = {
    "Vinorelbine": {"cid": 1, "smiles": "C1CC1N", "title": "Vinorelbine"},
    "Imatinib": {"cid": 5291, "smiles": IMATINIB, "title": "Imatinib"},
    "Imatinib Mesylate": {"cid": 123596, "smiles": f"CS(=O)(=O)O.{IMATINIB}", "title": "Imatinib mesylate"},
    "Aspirin": {"cid": 2244, "smiles": "CC(=O)Oc1ccccc1C(=O)O", "title": "Aspirin"},
    "Mystery": {"cid": None, "smiles": None, "title": None},
}


def zipped(members: dict[str, str] | dict[str, bytes] | dict[str, str | bytes]) -> bytes:
    """Bytes of a zip archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def write_archive(path: Path, tables: dict[str, str | bytes], folder: str = GDSC) -> Path:
    """Zip tables in the supplement's inner folder."""
    path.write_bytes(zipped({f"{folder}/{name}": content for name, content in tables.items()}))
    return path


def gdsc_archive(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """Write the GDSC archive with some tables replaced, or left out where the replacement is None."""
    tables = {name: content for name, content in {**GDSC_TABLES, **(changes or {})}.items() if content is not None}
    return write_archive(folder / f"{GDSC}.zip", tables)


def ccle_archive(folder: Path, changes: dict[str, str] | None = None) -> Path:
    """Write the CCLE archive with some tables replaced."""
    return write_archive(folder / f"{CCLE}.zip", {**CCLE_TABLES, **(changes or {})}, CCLE)


def r_style(table: str) -> str:
    """Drop the first field of the header, as R's write.table does."""
    header, _, rows = table.partition("\n")
    return header.partition(",")[2] + "\n" + rows
