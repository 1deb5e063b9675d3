"""The simulated world: cell lines, omics and responses from a mechanism that is planted and therefore known.

ln IC50 of cell line c and drug d = potency(d) + fitness(c) - slope(d) * mean over d's pathways of sensitivity(c, p)
+ noise, where sensitivity(c, p) grows with the number of altered driver genes of the pathway's program and with the
program's activity, which shows in the expression of the program's genes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clmt.demo.drugs import DRUGS
from clmt.demo.genes import MARKERS, PROGRAMS, all_genes, alterable_genes

__all__ = ["SEED", "CellLine", "World", "simulate"]

SEED = 2026
# Unequal numbers, as in real panels; the identifiers lie far above every COSMIC sample id in use.
_TISSUES = (
    ("lung", "DEMO-LUNG", "carcinoma", 12),
    ("breast", "DEMO-BREAST", "carcinoma", 11),
    ("skin", "DEMO-SKIN", "malignant_melanoma", 10),
    ("blood", "DEMO-BLOOD", "leukaemia", 10),
    ("large_intestine", "DEMO-COLON", "carcinoma", 9),
    ("ovary", "DEMO-OVARY", "carcinoma", 8),
)
_FIRST_IDENTIFIER = 9_900_001
_BACKGROUND_RATE = 0.03
_FITNESS_SD, _NOISE_SD = 0.5, 0.35
_MISSING_RATE = 0.07

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.int8]


@dataclass(frozen=True)
class CellLine:
    """A made-up cell line; ``identifier`` has the form of a COSMIC sample id and belongs to none."""

    identifier: str
    name: str
    site: str
    histology: str


@dataclass(frozen=True)
class World:
    """Everything that the simulation knows: C cell lines, G genes, A alterable genes, P programs, D drugs.

    ``observed`` is ln IC50 in ln uM with NaN where a pair was not measured; ``expected`` is the same without noise and
    complete; ``effect`` is the part of ``expected`` that comes from the drugs' target pathways.
    """

    cell_lines: tuple[CellLine, ...]
    genes: tuple[str, ...]
    alterable: tuple[str, ...]
    expression: Floats
    mutation: Flags
    copy_number: Flags
    sensitivity: Floats
    effect: Floats
    expected: Floats
    observed: Floats


def _cell_lines() -> tuple[CellLine, ...]:
    lines: list[CellLine] = []
    for site, stem, histology, count in _TISSUES:
        for number in range(1, count + 1):
            identifier = str(_FIRST_IDENTIFIER + len(lines))
            lines.append(CellLine(identifier, f"{stem}-{number:02d}", site, histology))
    return tuple(lines)


def _alterations(random: np.random.RandomState, cells: int) -> tuple[Flags, Flags, Floats]:
    """Mutation and copy number (C, A), and the number of altered drivers of each program (C, P).

    Every cell line has two or three programs switched on, each by two to four altered drivers.
    """
    alterable = alterable_genes()
    column = {gene: index for index, gene in enumerate(alterable)}
    mutation = (random.random_sample((cells, len(alterable))) < _BACKGROUND_RATE).astype(np.int8)
    copy_number = (random.random_sample((cells, len(alterable))) < _BACKGROUND_RATE).astype(np.int8)
    for cell in range(cells):
        for index in random.permutation(len(PROGRAMS))[: random.randint(2, 4)]:
            program = PROGRAMS[index]
            for gene in random.permutation(program.drivers)[: random.randint(2, 5)]:
                matrix = mutation if random.random_sample() < 0.7 else copy_number
                matrix[cell, column[program.genes[gene]]] = 1
    altered = mutation | copy_number
    counts = [altered[:, [column[gene] for gene in p.genes[: p.drivers]]].sum(axis=1) for p in PROGRAMS]
    return mutation, copy_number, np.stack(counts, axis=1).astype(np.float64)


def _standardise(matrix: Floats) -> Floats:
    return (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)


def _activity(random: np.random.RandomState, lines: tuple[CellLine, ...], counts: Floats) -> Floats:
    """Activity of each program in each cell line (C, P): its alterations, a lean of the tissue, and chance."""
    sites = [site for site, *_ in _TISSUES]
    lean = random.standard_normal((len(sites), len(PROGRAMS)))[[sites.index(line.site) for line in lines]]
    return _standardise(0.7 * np.minimum(counts, 3.0) + 0.5 * lean + 0.6 * random.standard_normal(counts.shape))


def _expression(random: np.random.RandomState, lines: tuple[CellLine, ...], activity: Floats) -> Floats:
    """log2 expression (C, G): a level per gene, the programs' activity, the tissue's markers, and noise."""
    genes = all_genes()
    column = {gene: index for index, gene in enumerate(genes)}
    values = random.uniform(4.0, 9.0, len(genes)) + 0.4 * random.standard_normal((len(lines), len(genes)))
    for index, program in enumerate(PROGRAMS):
        columns = [column[gene] for gene in program.genes]
        loading = random.uniform(0.4, 1.0, len(columns))
        values[:, columns] += activity[:, [index]] * loading
    for row, line in enumerate(lines):
        values[row, [column[gene] for gene in MARKERS[line.site]]] += 2.5
    return values


def _effect(random: np.random.RandomState, sensitivity: Floats) -> Floats:
    """Target-pathway part of ln IC50 (C, D): minus a slope per drug times the sensitivity to its pathways."""
    columns = {program.pathway: index for index, program in enumerate(PROGRAMS) if program.pathway}
    slope = random.uniform(1.0, 1.6, len(DRUGS))
    parts = [sensitivity[:, [columns[p] for p in drug.pathways if p in columns]].mean(axis=1) for drug in DRUGS]
    return -slope * np.stack(parts, axis=1)


def simulate(seed: int = SEED) -> World:
    """Simulate the world; one seed gives one world (the legacy generator's stream is frozen across numpy versions)."""
    random = np.random.RandomState(seed)
    lines = _cell_lines()
    mutation, copy_number, counts = _alterations(random, len(lines))
    activity = _activity(random, lines, counts)
    expression = _expression(random, lines, activity)
    sensitivity = _standardise(0.7 * activity + 0.4 * np.minimum(counts, 3.0))
    effect = _effect(random, sensitivity)
    potency = random.uniform(-2.5, 4.0, len(DRUGS))
    fitness = _FITNESS_SD * random.standard_normal((len(lines), 1))
    expected = potency + fitness + effect
    observed = expected + _NOISE_SD * random.standard_normal(expected.shape)
    observed[random.random_sample(expected.shape) < _MISSING_RATE] = np.nan
    return World(
        cell_lines=lines, genes=tuple(all_genes()), alterable=tuple(alterable_genes()), expression=expression,
        mutation=mutation, copy_number=copy_number, sensitivity=sensitivity, effect=effect, expected=expected,
        observed=observed,
    )  # fmt: skip
