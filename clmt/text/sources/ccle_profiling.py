"""CCLE's profile table of compounds."""

from __future__ import annotations

from pathlib import Path

from clmt.reading.compounds import Compound, read_ccle_profiling
from clmt.reading.delimited import OddRows
from clmt.text.facts import MECHANISM_GROUP
from clmt.text.sources.repurposing_hub import CompoundList

__all__ = ["SOURCE"]


class CcleProfiling(CompoundList):
    """Synonyms, mechanism and targets."""

    name = "ccle_profiling"
    files = ("ccle_profiling",)
    groups = (MECHANISM_GROUP,)
    gives_synonyms = True

    def compounds(self, path: Path, odd: OddRows) -> list[Compound]:
        """Read the table's compounds."""
        return read_ccle_profiling(path, odd)


SOURCE = CcleProfiling()
