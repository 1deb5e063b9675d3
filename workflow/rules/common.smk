# Glue from the configuration to clmt.planning: the rules' parameters and lists of inputs. No rule stands here.

import sys
from pathlib import Path

from clmt.planning import experiments, runs as plan
from clmt.acquire.registry import load_registry
from clmt.planning.config import check_config
from clmt.errors import ClmtError
from clmt.machine import has_gpu
from clmt.paths import REGISTRY, here_or_packaged
from clmt.planning.digest import code_digest
from clmt.planning.lock import lock_hint
from clmt.yaml_files import read_yaml


def refuse(error):
    """End planning with one line. A WorkflowError would add where in this file it was raised, which helps no reader."""
    print(f"error: {error}", file=sys.stderr)
    raise SystemExit(2)


if workflow.is_main_process and (hint := lock_hint(sys.argv)):
    print(hint, file=sys.stderr)

try:
    # Snakemake takes the last of two equal keys; whatever its own reader took is read again, to refuse them.
    for overlay in workflow.configfiles if workflow.is_main_process else []:
        if Path(overlay).is_file():
            read_yaml(overlay)
    SOURCES = load_registry(here_or_packaged(REGISTRY))
    check_config(config, SOURCES.sources)
except ClmtError as error:
    refuse(error)

EXPERIMENTS = experiments.planned_experiments(config)


wildcard_constraints:
    dataset="|".join(experiments.planned_datasets(config)),
    split="|".join(config["splits"]),
    model="|".join(config["models"]),
    encoder="|".join(config["encoders"]),
    experiment="|".join(EXPERIMENTS),
    fold=r"\d+",
    # Behind the word graph: nothing, or the name of a variant.
    variant="|".join(["", *(f"_{name}" for name in config.get("graphs", {}))]),


def dataset_entry(wildcards):
    return config["datasets"][wildcards.dataset]


def settings(stage):
    """Params function: just those settings that a job of the stage depends on, as JSON."""
    return lambda wildcards: plan.settings_json(plan.STAGES[stage](config, wildcards))


def run_gpus(wildcards):
    # What the model can use, whatever the submitting machine has; --resources gpu=0 cuts it. Where jobs run on this very
    # machine and it has no GPU, there is none to share, and a run that asked for one would wait for the run before it.
    return 0 if workflow.local_exec and not has_gpu() else plan.run_gpus(config, wildcards.model)


def split_code(wildcards):
    return plan.split_code(config, wildcards.split, "clmt.folds.make")


def split_roles(wildcards):
    """The file of a split's roles; where it is missing the command says so in one line."""
    path = config["splits"][wildcards.split].get("file")
    return [path] if path and Path(path).is_file() else []


def train_group(wildcards):
    """Cluster job that a training shares: baselines take seconds to minutes; a run on a GPU is a job of its own."""
    return None if plan.run_gpus(config, wildcards.model) else "baselines"


def evaluate_group(wildcards):
    return train_group(wildcards) or "evaluations"


def train_minutes(wildcards, attempt):
    return attempt * (720 if plan.run_gpus(config, wildcards.model) else 15)


def train_memory(wildcards, attempt):
    return attempt * plan.run_memory(config, wildcards.model)


def train_code(wildcards):
    return plan.model_code(config, wildcards.model, "clmt.runs.train")


def predict_code(wildcards):
    return plan.model_code(config, wildcards.model, "clmt.runs.predict")


def evaluate_code(wildcards):
    return plan.model_code(config, wildcards.model, "clmt.runs.evaluate")


def member_predictions(wildcards):
    """Predictions that a mean of other models reads; none for any other model."""
    return [
        f"results/{wildcards.dataset}/{wildcards.split}/{member}/fold{wildcards.fold}/held_out.parquet"
        for member in plan.member_models(config, wildcards.model)
    ]


def given_predictions(wildcards):
    """Somebody else's predictions that the model scores; where they are missing the command says so in one line."""
    path = plan.given_file(config, wildcards.model, wildcards.fold)
    return [path] if path and Path(path).is_file() else []


def given_arguments(wildcards):
    path = plan.given_file(config, wildcards.model, wildcards.fold)
    return [f"--given={path}"] if path else []


def simulated_flag(wildcards):
    return ["--simulated"] if dataset_entry(wildcards)["simulated"] else []
