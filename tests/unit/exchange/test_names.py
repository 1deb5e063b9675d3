"""Names of ours as pandas reads them back: each one as it was written, and apart from the others."""

from __future__ import annotations

import io

import pandas as pd

from clmt.exchange.names import other_names

IDS = ["906826", "1e5", "NA", "None", "true", "inf", "A/B", "A_B", "A\\B", "5-Fluorouracil", "Bleomycin (50 uM)", "a,b"]


def test_names_survive_a_csv_and_stay_apart() -> None:
    names = other_names(IDS, "cell")
    assert list(names) == sorted(IDS)
    assert len(set(names.values())) == len(IDS)
    assert not any(set("/\\") & set(name) for name in names.values())
    assert names["5-Fluorouracil"] == "5-Fluorouracil"
    assert names["906826"] == "cell_906826"
    frame = pd.DataFrame({"name": list(names.values())})
    again = pd.read_csv(io.StringIO(frame.to_csv(index=False)))["name"].tolist()
    assert again == frame["name"].tolist()
    alone = [
        pd.read_csv(io.StringIO(f"name\n{names[own]}\n"))["name"].tolist() for own in ("906826", "NA", "true", "inf")
    ]
    assert alone == [["cell_906826"], ["cell_NA"], ["cell_true"], ["cell_inf"]]
