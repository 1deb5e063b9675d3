"""Structures that a name look-up is known to get wrong, and what they should be."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CORRECTIONS", "Correction"]


@dataclass(frozen=True)
class Correction:
    """Replace the structure ``wrong`` (an InChIKey) of a name by ``smiles``; any other structure is left alone."""

    wrong: str
    smiles: str
    title: str
    reason: str


CORRECTIONS = {
    "TKI258": Correction(
        wrong="UCFGDBYHRUNTLO-QHCPKHFHSA-N",
        smiles="CN1CCN(CC1)c1ccc2nc([nH]c2c1)-c1c(N)c2c(F)cccc2[nH]c1=O",
        title="Dovitinib",
        reason="the structure found is topotecan's; TKI258 is dovitinib, an FGFR inhibitor",
    ),
}
"""By drug name. A wrong structure would merge two drugs of unlike mechanism into one."""
