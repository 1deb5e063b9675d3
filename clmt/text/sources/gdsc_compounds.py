"""GDSC's list of screened compounds."""

from __future__ import annotations

from pathlib import Path

from clmt.reading.compounds import Compound, read_gdsc_compounds
from clmt.reading.delimited import OddRows
from clmt.text.sources.repurposing_hub import CompoundList

__all__ = ["SOURCE"]


class GdscCompounds(CompoundList):
    """Synonyms, targets and target pathway."""

    name = "gdsc_compounds"
    files = ("gdsc_compounds",)
    gives_synonyms = True

    def compounds(self, path: Path, odd: OddRows) -> list[Compound]:
        """Read the compounds, rows of one name joined."""
        return read_gdsc_compounds(path, odd)


SOURCE = GdscCompounds()
