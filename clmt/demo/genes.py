"""The demo's genes: real HGNC symbols in made-up pathway sets, each with a short summary of our own."""

from __future__ import annotations

from dataclasses import dataclass

from clmt.demo.drugs import read_packaged_table

__all__ = ["MARKERS", "PROGRAMS", "Program", "all_genes", "alterable_genes"]


@dataclass(frozen=True)
class Program:
    """One group of genes: a simulated pathway of the text sources, and a latent activity of the cell lines.

    ``identifier`` lies in a range that no real pathway has. ``pathway`` is the GDSC target pathway whose drugs act
    through the program; empty where none of the demo's does. The first ``drivers`` genes are those that the
    simulation alters when it switches the program on.
    """

    identifier: str
    name: str
    pathway: str
    drivers: int
    genes: tuple[str, ...]
    summary: str


def _program(row: dict[str, str]) -> Program:
    return Program(
        identifier=row["identifier"],
        name=row["name"],
        pathway=row["pathway"],
        drivers=int(row["drivers"]),
        genes=tuple(row["genes"].split()),
        summary=row["summary"],
    )


PROGRAMS: tuple[Program, ...] = tuple(_program(row) for row in read_packaged_table("programs.tsv"))

# Expression markers of the demo's tissues: they tell tissues apart and have no part in any drug's effect.
MARKERS: dict[str, tuple[str, ...]] = {
    "lung": ("NKX2-1", "SFTPB", "NAPSA"),
    "breast": ("GATA3", "ESR1", "FOXA1"),
    "skin": ("MITF", "MLANA", "SOX10"),
    "blood": ("PTPRC", "CD19", "CD3E"),
    "large_intestine": ("CDX2", "KRT20", "VIL1"),
    "ovary": ("PAX8", "WT1", "MUC16"),
}


def alterable_genes() -> list[str]:
    """Genes of the mutation and copy number matrices: the first two thirds of each program, sorted."""
    return sorted(gene for program in PROGRAMS for gene in program.genes[: len(program.genes) * 2 // 3])


def all_genes() -> list[str]:
    """Every gene of the expression matrix, sorted."""
    programs = {gene for program in PROGRAMS for gene in program.genes}
    return sorted(programs | {gene for genes in MARKERS.values() for gene in genes})
