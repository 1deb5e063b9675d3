"""Why a bundle predicts what it does for one pair: genes, atoms, sentences and views, mean over the seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from clmt.bundles.attach import attach
from clmt.bundles.cell_lines import read_cell_lines
from clmt.bundles.drawing import bits_without_atoms, draw_atoms
from clmt.bundles.drugs import read_drugs
from clmt.bundles.frozen import separate
from clmt.bundles.texts import TextReader
from clmt.errors import ClmtError
from clmt.features.molecules import concatenate
from clmt.files import write_json, write_text
from clmt.models.clmt.attribution import PairBlocks
from clmt.models.clmt.exact import exact_inputs
from clmt.models.clmt.inputs import standardise
from clmt.models.clmt.molecule_plan import plan_molecules
from clmt.text.corpus import KINDS, read_corpus

if TYPE_CHECKING:
    from clmt.bundles.predict import Predictor
    from clmt.graph.fold_data import FoldData

__all__ = ["Explanation", "explain", "write_explanation"]

#: Element that the vocabulary has for none of the others.
_NO_ELEMENT = 118


@dataclass(frozen=True)
class Explanation:
    """What adds how much to the prediction of a pair; negative: it makes the cell line more sensitive.

    Attributes
    ----------
    cell_line, drug, smiles
        The pair.
    target, predicted
        Which of `clmt.target.TARGETS` it is, and its value.
    genes
        ``expression``, ``mutation`` and ``copy_number`` by gene, integrated gradients against the training mean.
    atoms
        Of the drug, (n,), in the order of its SMILES: against an atom of no element, through the attribute view.
    sentences
        Side -> sentence and what it adds; of a side without a text none.
    views
        Side and view against the mean of the training entities' view.
    """

    cell_line: str
    drug: str
    smiles: str
    target: str
    predicted: float
    genes: dict[str, dict[str, float]]
    atoms: list[float]
    sentences: dict[str, list[tuple[str, float]]]
    views: dict[tuple[str, str], float]


def explain(
    predictor: Predictor,
    drug: Any,
    cell_line: Any,
    *,
    corpus: Path | None = None,
    sentences: Mapping[str, Sequence[str]] | None = None,
    encoder_folder: Path | None = None,
    **omics: Any,
) -> Explanation:
    """Explain the prediction of one pair.

    Parameters
    ----------
    predictor
        Of `clmt.bundles.predict.load_bundle`.
    drug, cell_line
        As `Predictor.predict` takes them, one each.
    corpus
        Folder of the dataset's texts, for the sentences of known entities.
    sentences
        ``cell_line`` and ``drug``: those of the entity's own text, in place of the corpus's.
    encoder_folder
        Of a transformer, for the sentences.
    **omics
        ``mutation`` and ``copy_number`` of a new cell line.
    """
    bundle = predictor.bundle
    cells, drugs = read_cell_lines(bundle, [cell_line], **omics), read_drugs(bundle, [drug])
    if len(cells.names) != 1 or len(drugs.names) != 1:
        raise ClmtError(
            f"explain is for one pair! got: {len(cells.names)} cell lines and {len(drugs.names)} drugs, expected: one "
            "of each"
        )
    fold = attach(bundle.frozen, bundle.expression.ends, cells.new, drugs.new, bundle.manifest["neighbours"])
    inputs, row, column = exact_inputs(fold, cells.unknown), int(cells.rows[0]), int(drugs.rows[0])
    blocks = [PairBlocks(network, inputs, row, column) for network in predictor.networks]
    own = {"cell_line": fold.graph.cell_line_ids[row], "drug": fold.graph.drug_ids[column]}
    told = {kind: list((sentences or {}).get(kind, ())) or _sentences(corpus, kind, name) for kind, name in own.items()}
    graph = fold.graph
    names = {"expression": graph.genes, "mutation": graph.mutation_genes, "copy_number": graph.copy_number_genes}
    genes = [pair.genes() for pair in blocks]
    views = [pair.without_views(graph.train_cells, graph.train_drugs) for pair in blocks]
    full = _mean([pair.value().detach() for pair in blocks])
    known = bundle.frozen.graph.n_drugs
    smiles = bundle.known.drug_smiles[column] if column < known else drugs.new_smiles[column - known]
    return Explanation(
        cells.names[0],
        drugs.names[0],
        smiles,
        bundle.target,
        float(full[0]),
        {kind: dict(zip(names[kind], _mean([each[kind] for each in genes]).tolist(), strict=True)) for kind in names},
        _atoms(fold, column, smiles, blocks),
        {kind: _left_out(fold, kind, told[kind], bundle.texts, blocks, encoder_folder) for kind in told},
        {key: float(np.mean([each[key] for each in views])) for key in views[0]},
    )


def write_explanation(found: Explanation, folder: Path) -> None:
    """Write ``explanation.json``, strongest first, and ``atoms.svg`` to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    genes = {
        kind: [{"gene": name, "adds": value} for name, value in sorted(values.items(), key=lambda item: -abs(item[1]))]
        for kind, values in found.genes.items()
    }
    sentences = {
        kind: [{"sentence": text, "adds": value} for text, value in told] for kind, told in found.sentences.items()
    }
    views = [{"side": side, "view": view, "adds": value} for (side, view), value in found.views.items()]
    facts = {name: getattr(found, name) for name in ("cell_line", "drug", "smiles")}
    facts |= {found.target: found.predicted, "atoms": found.atoms}
    write_text(folder / "atoms.svg", draw_atoms(found.smiles, found.atoms))
    write_json(folder / "explanation.json", {**facts, "genes": genes, "sentences": sentences, "views": views})


def _mean(values: Sequence[Tensor]) -> np.ndarray:
    return np.asarray(torch.stack(list(values)).mean(0).numpy(), dtype=np.float64)


def _atoms(fold: FoldData, column: int, smiles: str, blocks: Sequence[PairBlocks]) -> list[float]:
    """What each atom adds: the prediction minus that with an atom of no element in its place."""
    if "attribute" not in blocks[0].network.views:
        return []
    molecule = separate(fold.molecules)[column]
    count = len(molecule["atoms"])
    variants = []
    for atom in range(count):
        atoms = molecule["atoms"].copy()
        atoms[atom] = 0
        atoms[atom, 0] = _NO_ELEMENT
        variants.append({**molecule, "atoms": atoms})
    joined = concatenate([str(atom) for atom in range(count + 1)], [molecule, *variants])
    plan = plan_molecules(joined, np.arange(count + 1))
    plan = type(plan)(**{**vars(plan), "angles": plan.angles.double()})
    bits = np.concatenate([molecule["morgan3"][None], molecule["morgan3"] * bits_without_atoms(smiles, 3)])
    prints = torch.from_numpy(bits).double()
    values = _mean([pair.with_molecules(plan, prints) for pair in blocks])
    return [float(values[0] - value) for value in values[1:]]


def _sentences(corpus: Path | None, kind: str, name: str) -> list[str]:
    if corpus is None:
        return []
    rows = [row for row in read_corpus(corpus / KINDS[kind]) if row.entity_id == name]
    return [row.sentence for row in sorted(rows, key=lambda row: row.position)]


def _left_out(
    fold: FoldData,
    kind: str,
    told: list[str],
    texts: TextReader,
    blocks: Sequence[PairBlocks],
    folder: Path | None,
) -> list[tuple[str, float]]:
    """What each sentence adds: the prediction with all of them minus that without it."""
    if not told or "text" not in blocks[0].network.views or not texts.settings:
        return []
    without = [" ".join(told[:place] + told[place + 1 :]) for place in range(len(told))]
    vectors = torch.from_numpy(texts.read([" ".join(told), *without], kind, folder))
    graph, known = fold.graph, fold.cell_text if kind == "cell_line" else fold.drug_text
    marks = graph.train_cells if kind == "cell_line" else graph.train_drugs
    joined = standardise(torch.cat([known, vectors]), torch.cat([marks, torch.zeros(len(vectors), dtype=torch.bool)]))
    side = "cell" if kind == "cell_line" else "drug"
    values = _mean([pair.with_texts(side, joined[len(known) :].double()) for pair in blocks])
    return [(sentence, float(values[0] - value)) for sentence, value in zip(told, values[1:], strict=True)]
