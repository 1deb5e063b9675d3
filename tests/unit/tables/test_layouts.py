"""A published layout is a reader and a line: a toy layout of one folder goes through the tables like the others."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from clmt.errors import ClmtError
from clmt.planning.layouts import LAYOUTS, layout_module
from clmt.planning.settings.tables import TableSettings
from clmt.reading.matrix import Matrix
from clmt.tables.build import build_tables
from clmt.tables.layouts.reader import layout_reader
from clmt.tables.responses import Responses
from tests.helpers.survey_archives import STRUCTURES


class ToyReader:
    """Two cell lines and two drugs that stand in no file."""

    group_field = "targets"
    censored_at = 2.0

    def is_simulated(self, archive: Path) -> bool:
        return True

    def drug_names(self, archive: Path) -> list[str]:
        return ["Imatinib", "Aspirin"]

    def responses(self, archive: Path) -> Responses:
        values = np.array([[1.0, 2.0], [3.0, np.nan]])
        return Responses.of(Matrix("toy", ["b", "a"], self.drug_names(archive), values), self.censored_at)

    def omics(self, archive: Path) -> dict[str, Matrix]:
        ones = Matrix("toy", ["a", "b"], ["TP53"], np.ones((2, 1)))
        return {"expression": ones, "mutation": ones, "copy_number": ones}

    def annotation(self, archive: Path) -> dict[str, dict[str, str]]:
        return {"a": {"name": "A", "primary_site": "skin", "histology": ""}}

    def groups(self, archive: Path) -> dict[str, list[str]]:
        return {"Imatinib": ["ABL"]}


def test_a_layout_is_a_reader_and_a_line(tmp_path, monkeypatch):
    module = ModuleType("toy_layout")
    module.TOY = ToyReader()
    monkeypatch.setitem(sys.modules, "toy_layout", module)
    monkeypatch.setitem(LAYOUTS, "toy", "toy_layout:TOY")
    tables = build_tables(TableSettings(layout="toy", simulated=True), archive=tmp_path, structures=STRUCTURES)
    assert tables.frames["response"]["censored"].tolist() == [True, True, False]
    assert tables.frames["response"]["ln_ic50"].tolist() == [3.0, 2.0, 1.0]
    assert tables.frames["drugs"]["targets"].tolist() == ["", "ABL"]
    assert tables.audit.censored["count"] == 2
    with pytest.raises(ClmtError, match="holds simulated values, the dataset is declared measured"):
        build_tables(TableSettings(layout="toy"), archive=tmp_path, structures=STRUCTURES)


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_has_its_reader(name):
    reader = layout_reader(name)
    assert reader.group_field in ("targets", "target_pathway")
    assert type(reader).__module__ == layout_module(name)
