"""How simulated data are told from measurements, wherever they lie."""

from __future__ import annotations

__all__ = ["MARK", "STAMP"]

#: File that a mirror of simulated sources holds, and a word that the names of its marks have.
MARK = "SIMULATED"
#: Stamp of every table, figure and page of simulated data.
STAMP = "SIMULATED DATA"
