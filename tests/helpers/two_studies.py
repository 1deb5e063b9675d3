"""Two made-up studies: the same cell lines, drugs of other names of which some are the same, one gene fewer."""

from __future__ import annotations

import pandas as pd

from tests.helpers.small_world import make_tables

Tables = dict[str, pd.DataFrame]


def two_studies() -> tuple[Tables, Tables]:
    """The second study calls drugs other00 to other14, but for Drug03, which is another compound than the first's."""
    train, test = make_tables(seed=0), make_tables(seed=1, missing=0.0)
    names = {drug: drug.replace("Drug", "other") for drug in test["drugs"]["drug_id"] if drug != "Drug03"}
    drugs = test["drugs"].replace({"drug_id": names})
    keys = drugs["inchikey"].tolist()
    keys[2] = f"{keys[2][:14]}-OTHERSTERE-N"  # another drawing
    keys[1] = f"{keys[1][:14]}-OTHERTWIN0-N"
    keys[3] = "ZZZZZZZZZZZZZZ-UHFFFAOYSA-N"
    keys[10:] = [f"{'YYYYYYYYYYYY'}{chr(65 + row)}A-UHFFFAOYSA-N" for row in range(5)]
    test["drugs"] = drugs.assign(inchikey=keys).sort_values("drug_id", ignore_index=True)
    response = test["response"].replace({"drug_id": names})
    test["response"] = response.sort_values(["cell_line_id", "drug_id"], ignore_index=True)
    test["expression"] = test["expression"].drop(columns="GENE7")
    return train, test
