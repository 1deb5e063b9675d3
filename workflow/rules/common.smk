# Glue from the configuration to clmt.plan: the rules' parameters and lists of inputs. No rule stands here.

from clmt import plan
from clmt.acquire.registry import load_registry
from clmt.config import check_config
from clmt.errors import ClmtError
from clmt.provenance import code_digest

REGISTRY = "config/sources.yaml"

try:
    check_config(
        config, workflow.source_path("../schemas/config.schema.yaml"), load_registry(REGISTRY).sources
    )
except ClmtError as error:
    # A WorkflowError would add where in this file it was raised, which tells the reader of a configuration nothing.
    raise SystemExit(f"error: {error}") from None

EXPERIMENTS = plan.planned_experiments(config)


wildcard_constraints:
    dataset="|".join(plan.planned_datasets(config)),
    split="|".join(config["splits"]),
    model="|".join(config["models"]),
    encoder="|".join(config["encoders"]),
    experiment="|".join(EXPERIMENTS),
    fold=r"\d+",


def dataset_entry(wildcards):
    return config["datasets"][wildcards.dataset]


def tables_settings(wildcards):
    return plan.settings_json(plan.tables_settings(config, wildcards.dataset))


def text_settings(wildcards):
    return plan.settings_json(plan.text_settings(config, wildcards.dataset))


def molecule_settings(wildcards):
    return plan.settings_json(plan.molecule_settings(config))


def folds_settings(wildcards):
    return plan.settings_json(plan.folds_settings(config, wildcards.dataset, wildcards.split))


def graph_settings(wildcards):
    return plan.settings_json(
        plan.graph_settings(config, wildcards.dataset, wildcards.split, int(wildcards.fold))
    )


def run_settings(wildcards):
    return plan.settings_json(
        plan.run_settings(config, wildcards.dataset, wildcards.split, wildcards.model, int(wildcards.fold))
    )


def run_gpus(wildcards):
    return plan.run_gpus(config, wildcards.model)


def run_threads(wildcards):
    return plan.run_threads(config, wildcards.model)


def train_code(wildcards):
    return plan.model_code(config, wildcards.model, "clmt.training.run")


def evaluate_code(wildcards):
    return plan.model_code(config, wildcards.model, "clmt.predict")


def text_vectors(wildcards):
    encoder = plan.text_encoder(config, wildcards.dataset, wildcards.model)
    return f"results/{wildcards.dataset}/features/text_{encoder}.parquet"


def simulated_flag(wildcards):
    return "--simulated" if dataset_entry(wildcards)["simulated"] else ""


def experiment_files(name):
    """Input function: the file of that name of every run of the experiment."""

    def files(wildcards):
        return [f"{run.folder}/{name}" for run in plan.experiment_runs(config, wildcards.experiment)]

    return files
