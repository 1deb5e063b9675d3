"""Protocols of evaluation by name: what a fold's test pairs have in common and no training pair has.

A protocol has one axis for each thing that is held out: the ``module:function`` that names the group of every pair.
A new protocol is one function and one line here. With two axes the folds are the cells of a square grid of parts.
"""

from __future__ import annotations

__all__ = ["PAPER_PARTS", "PAPER_PROTOCOLS", "PROTOCOLS", "protocol_modules"]

_G = "clmt.folds.groups"

PROTOCOLS: dict[str, tuple[str, ...]] = {
    "mixed": (f"{_G}:pair_groups",),
    "cell_blind": (f"{_G}:cell_groups",),
    "drug_blind": (f"{_G}:skeleton_groups",),
    "scaffold_blind": (f"{_G}:scaffold_groups",),
    "tissue_blind": (f"{_G}:tissue_groups",),
    "double_blind": (f"{_G}:cell_groups", f"{_G}:skeleton_groups"),
}

#: Protocols that the publication uses, and the parts that its variant of them deals the pairs or cell lines into.
PAPER_PROTOCOLS = ("mixed", "cell_blind")
PAPER_PARTS = 10


def protocol_modules(name: str) -> list[str]:
    """Modules that group the pairs of a protocol: an edit of them concerns its splits."""
    return sorted({axis.partition(":")[0] for axis in PROTOCOLS.get(name, ())})
