"""Files that are sound, of the right names and shapes, and made of something else (A8)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from tests.cases import world as of
from tests.cases.case import Act, Case, Place
from tests.cases.checkpoints import GRAPH, MOLECULES, evaluating, graphing, training
from tests.cases.child import run_child
from tests.cases.columns import CORPUS, VECTORS, Edit, column

TABLE = "results/demo/tables/{}.parquet"
HELD_OUT = "other/held_out.parquet"
Argv = Callable[[Place], Sequence[str]]


def made_of(path: str, edit: Edit, made: Argv, act: Callable[[Place], Act]) -> Callable[[Place], Act]:
    """Change a table, make a file of it by a command, put the table back, and act with what was made."""

    def change(place: Place) -> Act:
        sound = place.get(path)
        buffer = io.BytesIO()
        pq.write_table(edit(pq.read_table(io.BytesIO(sound))), buffer)
        place.put(path, buffer.getvalue())
        run(place, made(place))
        place.put(path, sound)
        return act(place)

    return change


def run(place: Place, argv: Sequence[str]) -> None:
    done = run_child(argv, place.folder)
    assert done.code == 0, done.err[-1000:]


def predicting(place: Place, folder: str = "results/demo/demo_mixed/drug_mean/fold0", graph: str = GRAPH) -> list[str]:
    given = {"model": f"{folder}/model.pt", "graph": graph, "molecules": MOLECULES}
    return [
        "predict-held-out",
        *of.options({**given, "out": HELD_OUT if folder == "other" else "out/held_out.parquet"}),
    ]


def _two_swapped(values: list[str]) -> list[str]:
    return [values[1], values[0], *values[2:]]


def _structures(table: pa.Table) -> pa.Table:
    """Two drugs have each other's structure; their names stay."""
    for name in ("smiles", "inchikey", "pubchem_cid"):
        table = column(name, _two_swapped)(table)
    return table


def _mean_of_a_member_of_another_graph(place: Place) -> Act:
    """A member that was trained on a graph of fewer genes: the same pairs, names and settings."""
    graph = "other/graph.pt"
    run(place, of.graph(place.world, graph, place.world.settings("graph", genes=3)))
    settings = ["--settings", place.world.run_settings("drug_mean"), "--graph", graph, "--molecules", MOLECULES]
    run(place, ["train", *settings, "--model", "other/model.pt", "--history", "other/history.csv"])
    run(place, predicting(place, "other", graph))
    mean = json.loads(place.world.run_settings("drug_mean"))
    mean |= {"arch": "weighted_mean", "model": "mean", "settings": {"members": ["drug_mean"]}}
    return [*of.train(place.world, "drug_mean", settings=json.dumps(mean)), "--members", HELD_OUT]


def cases() -> list[Case]:
    drugs, cells = TABLE.format("drugs"), TABLE.format("cell_lines")
    scored, trained = ("model:drug_mean",), ("graph",)
    readers: dict[str, tuple[Callable[[Place], Act], tuple[str, ...]]] = {
        "train": (training("drug_mean"), trained),
        "evaluate": (evaluating("drug_mean"), scored),
        "predict-held-out": (predicting, scored),
        "graph": (graphing, trained),
    }
    made = [
        Case(
            "A8",
            f"molecules of other structures ({name})",
            made_of(drugs, _structures, lambda place: of.molecules(place.world, MOLECULES), act),
            ("molecules.pt",),
            stages=stages,
        )
        for name, (act, stages) in readers.items()
    ]
    donor = column("donor", lambda values: ["one donor"] * len(values))
    dealt = made_of(
        cells, donor, lambda place: of.folds(place.world, "results/demo/demo_mixed/folds.parquet"), graphing
    )
    made.append(Case("A8", "folds of other donors (graph)", dealt, ("folds.parquet", "cell_lines"), stages=trained))
    said = column("sentence", lambda values: ["This compound binds nothing at all.", *values[1:]])
    encoded = made_of(CORPUS, said, lambda place: of.text_encode(place.world, VECTORS), evaluating("clmt"))
    stages = ("model:clmt",)
    made.append(Case("A8", "text vectors of another corpus (evaluate)", encoded, ("text vectors",), stages=stages))
    member = Case(
        "A8",
        "member trained on another graph (train)",
        _mean_of_a_member_of_another_graph,
        ("held_out",),
        stages=trained,
    )
    return [*made, member]
