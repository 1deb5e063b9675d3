"""A small finished run of the simulated world, whose files the cases spoil one at a time.

Each stage is made when a case first asks for it, by the commands that the workflow calls, in the workflow's places.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from clmt.acquire.registry import load_registry
from clmt.planning import runs as plan
from tests.cases.child import run_child
from tests.helpers.workflow_help import ROOT

FILES = ("survey_gdsc", "gdsc_compounds", "repurposing_hub", "reactome_gmt", "reactome_summations")
#: Models of the world; sizes are for a second each.
MODELS: dict[str, dict[str, Any]] = {
    "matrix_factorisation": {"fits": 2, "sweeps": 3},
    "gradient_boosting": {"trees": 5, "leaves": [7]},
    "mlp": {"epochs": 2, "hidden": [16]},
    "clmt": {"epochs": 1},
}
DATASET, SPLIT = "demo", "demo_mixed"


def merged(base: Any, overlay: Any) -> Any:
    """The configuration with an overlay, as Snakemake merges them: mappings key by key, anything else whole."""
    if isinstance(base, dict) and isinstance(overlay, dict):
        return {**base, **{key: merged(base.get(key), value) for key, value in overlay.items()}}
    return overlay


def demo_config(mirror: Path) -> dict[str, Any]:
    """Configuration of the demo, with small models and one conformer a drug."""
    base, demo = (yaml.safe_load((ROOT / "config" / name).read_text()) for name in ("config.yaml", "demo.yaml"))
    small = {
        "mirror": str(mirror),
        "features": {"conformers": 1, "threshold_draws": 5},
        "models": MODELS,
        "encoders": {"lsa": {"dimensions": 16}},
        "splits": {"demo_cells": {"protocol": "cell_blind", "folds": 3, "validation": 0.1}},
        "datasets": {"demo": {"cell_lines": 30, "drugs": 12}},
    }
    return merged(merged(base, demo), small)


class World:
    """Files of the demo below ``folder``, made on demand; paths of commands are relative to that folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = demo_config(folder / "mirror")
        self._made: set[str] = set()

    def run(self, *argv: str) -> None:
        """Run one command, which has to succeed."""
        done = run_child(argv, self.folder)
        assert done.code == 0, f"{' '.join(argv)}\n{done.err[-3000:]}"

    def need(self, stage: str) -> None:
        """Make a stage and those that it needs: a name of a method below, with the model after a colon."""
        if stage in self._made:
            return
        self._made.add(stage)
        name, _, model = stage.partition(":")
        getattr(self, f"_make_{name}")(*([model] if model else []))

    def copy(self, target: Path, *stages: str) -> Path:
        """A folder of links to the files of the stages: a case puts its own in the place of some of them."""
        for stage in stages:
            self.need(stage)
        if (self.folder / "results").exists():
            shutil.copytree(self.folder / "results", target / "results", copy_function=os.link)
        return target

    @cached_property
    def sources(self) -> dict[str, Path]:
        """The downloaded files by registry name, in the mirror."""
        self.need("mirror")
        registry = load_registry()
        return {name: self.folder / "mirror" / registry.source(name).address for name in FILES}

    def settings(self, stage: str, **changed: Any) -> str:
        """Settings of a stage as the workflow tells them, with changes."""
        wildcards = {"dataset": DATASET, "split": SPLIT, "fold": 0, "variant": "", **changed.pop("wildcards", {})}
        made = plan.STAGES[stage](self.config, type("Wildcards", (), wildcards))
        return json.dumps({**made, **changed})

    def run_settings(self, model: str, fold: int = 0, **changed: Any) -> str:
        """Settings of a run, with changes among those of its architecture."""
        made = plan.run_settings(self.config, DATASET, SPLIT, model, fold)
        return json.dumps({**made, "settings": {**made["settings"], **changed}})

    def encoder_settings(self, **changed: Any) -> str:
        """Settings of the LSA encoder, with changes."""
        return json.dumps({**plan.encoder_settings(self.config, "lsa"), **changed})

    def tables(self, **paths: Any) -> list[str]:
        """``clmt tables``; ``paths`` replace archive, compounds and structures."""
        places = {
            "archive": self.sources["survey_gdsc"],
            "compounds": self.sources["gdsc_compounds"],
            "structures": "results/demo/tables/structures.parquet",
            "out_dir": "out",
            **paths,
        }
        settings = places.pop("settings", None) or self.settings("tables")
        return ["tables", "--settings", settings, *options(places)]

    def text_build(self, **paths: Any) -> list[str]:
        """``clmt text build``; ``paths`` replace sources by their registry names."""
        names = ("reactome_gmt", "reactome_summations", "repurposing_hub", "gdsc_compounds")
        inputs = {name: paths.get(name, self.sources[name]) for name in names}
        where = {"tables": "results/demo/tables", "structures": "results/demo/tables/structures.parquet"}
        common = ["text", "build", "--settings", paths.get("settings") or self.settings("text"), "--simulated"]
        pairs = [f"--input={name}={path}" for name, path in inputs.items()]
        return [*common, *options({**where, "archive": "survey_gdsc", "out_dir": paths.get("out_dir", "out")}), *pairs]

    def _make_mirror(self) -> None:
        self.run("demo", "--out", "mirror")

    def _make_structures(self) -> None:
        archive = str(self.sources["survey_gdsc"])
        out = "results/demo/tables/structures.parquet"
        self.run("pubchem", "--dataset-layout", "survey_gdsc", "--archive", archive, "--mirror", "mirror", "--out", out)

    def _make_tables(self) -> None:
        self.need("structures")
        self.run(*self.tables(out_dir="results/demo/tables"))

    def _make_text(self) -> None:
        self.need("tables")
        self.run(*self.text_build(out_dir="results/demo/text"))

    def _make_vectors(self) -> None:
        self.need("text")
        self.run(*text_encode(self, "results/demo/features/text_lsa.parquet"))
        self.run(*text_vary(self, "results/demo/features/text_text_shuffled.parquet"))

    def _make_molecules(self) -> None:
        self.need("tables")
        self.run(*molecules(self, "results/demo/features/molecules.pt"))

    def _make_folds(self) -> None:
        self.need("tables")
        self.run(*folds(self, "results/demo/demo_mixed/folds.parquet"))

    def _make_graph(self) -> None:
        self.need("molecules")
        self.need("folds")
        for fold in (0, 1):
            settings = self.settings("graph", wildcards={"fold": fold})
            self.run(*graph(self, f"results/demo/demo_mixed/fold{fold}/graph.pt", settings))

    def _make_model(self, name: str) -> None:
        self.need("graph")
        if name == "clmt":
            self.need("vectors")
        for fold in (0,) if name in MODELS else (0, 1):
            folder = f"results/demo/demo_mixed/{name}/fold{fold}"
            self.run(*train(self, name, folder, fold=fold))
            self.run(*evaluate(self, name, folder, fold=fold))

    def _make_collected(self) -> None:
        for model in ("drug_mean", "global_mean"):
            self.need(f"model:{model}")
        self.run(*collect("results/demo"))


def options(values: dict[str, Any]) -> list[str]:
    """Options of a command line; an underscore stands for a hyphen."""
    return [text for name, value in values.items() for text in (f"--{name.replace('_', '-')}", str(value))]


def molecules(world: World, out: str = "out/molecules.pt", settings: str | None = None) -> list[str]:
    drugs = "results/demo/tables/drugs.parquet"
    return [
        "molecules",
        *options(
            {"drugs": drugs, "settings": world.settings("molecules") if settings is None else settings, "out": out}
        ),
    ]


def folds(world: World, out: str = "out/folds.parquet", settings: str | None = None) -> list[str]:
    tables = {name: f"results/demo/tables/{name}.parquet" for name in ("response", "cell_lines", "drugs")}
    return [
        "folds",
        *options({**tables, "settings": world.settings("folds") if settings is None else settings, "out": out}),
    ]


def graph(world: World, out: str = "out/graph.pt", settings: str | None = None) -> list[str]:
    names = ("response", "expression", "mutation", "copy_number", "cell_lines", "drugs")
    tables = {name: f"results/demo/tables/{name}.parquet" for name in names}
    others = {"molecules": "results/demo/features/molecules.pt", "folds": "results/demo/demo_mixed/folds.parquet"}
    return [
        "graph",
        *options(
            {**tables, **others, "settings": world.settings("graph") if settings is None else settings, "out": out}
        ),
    ]


def _run_inputs(model: str, fold: int) -> dict[str, str]:
    text = {"text": "results/demo/features/text_lsa.parquet"} if model == "clmt" else {}
    place = {"graph": f"results/demo/demo_mixed/fold{fold}/graph.pt", "molecules": "results/demo/features/molecules.pt"}
    return {**place, **text}


def train(world: World, model: str, out: str = "out", settings: str | None = None, fold: int = 0) -> list[str]:
    made = {"model": f"{out}/model.pt", "history": f"{out}/history.csv"}
    settings = world.run_settings(model, fold) if settings is None else settings
    return ["train", *options({"settings": settings, "device": "cpu", **_run_inputs(model, fold), **made})]


def evaluate(world: World, model: str, out: str = "out", settings: str | None = None, fold: int = 0) -> list[str]:
    given = {"model": f"results/demo/demo_mixed/{model}/fold{fold}/model.pt"}
    given |= {"settings": world.run_settings(model, fold) if settings is None else settings, **_run_inputs(model, fold)}
    made = {"predictions": f"{out}/predictions.parquet", "metrics": f"{out}/metrics.json"}
    response = {"response": "results/demo/tables/response.parquet"}
    return ["evaluate", *options({**given, **response, **made}), "--simulated"]


RUNS = [f"results/demo/demo_mixed/{model}/fold{fold}" for model in ("drug_mean", "global_mean") for fold in (0, 1)]


def _of_runs(name: str) -> list[str]:
    return [f"{run}/{name}" for run in RUNS]


def collect(out: str = "out", *more: str) -> list[str]:
    files = ["--metrics", *_of_runs("metrics.json"), "--predictions", *_of_runs("predictions.parquet")]
    named = {"experiment": "cv", "table": f"{out}/t.tsv", "summary": f"{out}/s.tsv"}
    few = [] if "--replicates" in more else ["--replicates", "100"]
    return ["collect", *options(named), "--models", "drug_mean", "global_mean", *files, *few, *more]


def figures(out: str = "out", summary: str = "results/demo/s.tsv") -> list[str]:
    files = ["--metrics", *_of_runs("metrics.json"), "--predictions", *_of_runs("predictions.parquet")]
    files += ["--history", *_of_runs("history.csv")]
    return ["figures", *options({"experiment": "cv", "summary": summary, "out_dir": out}), *files]


def text_encode(world: World, out: str = "out/v.parquet", settings: str | None = None) -> list[str]:
    where = {"corpus": "results/demo/text", "tables": "results/demo/tables", "out": out}
    return [
        "text",
        "encode",
        *options({"settings": world.encoder_settings() if settings is None else settings, **where}),
    ]


def text_vary(world: World, out: str = "out/v.parquet", settings: str | None = None) -> list[str]:
    made = json.dumps(plan_variant(world)) if settings is None else settings
    where = {"vectors": "results/demo/features/text_lsa.parquet", "out": out}
    return ["text", "vary", *options({"settings": made, **where})]


def plan_variant(world: World) -> dict[str, Any]:
    """Settings of the shuffled variant of the LSA vectors."""
    from clmt.planning.encoders import variant_settings

    config = merged(world.config, {"text": {"encoder": "lsa"}})
    return variant_settings(config, "text_shuffled")


def text_page(out: str = "out/page.html") -> list[str]:
    where = {"dataset": "demo", "corpus": "results/demo/text", "tables": "results/demo/tables", "out": out}
    return ["text", "page", *options(where)]


def text_show(entity: str = "Abemaciclib") -> list[str]:
    return ["text", "show", "demo", entity]
