# What a bundle is packed from, and what calibrates it. No rule stands here.

from types import SimpleNamespace

from clmt.planning import bundles


def bundle_parts(function):
    """Input function of a bundle; a model that makes none ends planning with one line."""

    def parts(wildcards):
        try:
            return function(wildcards)
        except ClmtError as error:
            refuse(error)

    return parts


def final_file(name):
    return bundle_parts(
        lambda wildcards: [
            f"results/{wildcards.dataset}/{bundles.SPLIT}/{model}/fold0/{name}"
            for model in bundles.bundle_models(config, wildcards.model)
        ]
    )


def final_graph(wildcards):
    return plan.graph_file(config, plan.Run(wildcards.dataset, bundles.SPLIT, wildcards.model, 0))


def calibration_files(wildcards):
    """Kind of pairs and predictions: those of the final split, and those of experiments that have been run."""
    found = bundles.calibration_runs(config, wildcards.dataset, wildcards.model).items()
    of_kind = {kind: [f"{run.folder}/predictions.parquet" for run in runs] for kind, runs in found}
    return {
        kind: files
        for kind, files in of_kind.items()
        if kind == "known pair" or all(Path(file).is_file() for file in files)
    }


def bundle_terms(wildcards):
    """Terms of the dataset's own files; those of its texts stand in the corpus."""
    return source_terms(plan.archive_sources(dataset_entry(wildcards)).values())


def calibration_arguments(wildcards):
    return [f"{kind}={file}" for kind, files in calibration_files(wildcards).items() for file in files]


def bundle_encoder(function):
    """Input or params function of encoders, asked for the encoder of the bundle's model; nothing without one."""

    def of_model(wildcards):
        encoder = plan.text_encoder(config, wildcards.dataset, wildcards.model)
        return function(SimpleNamespace(encoder=encoder)) if encoder else []

    return of_model


def experiment_kind(wildcards):
    """Kind of pairs that an experiment tests; "none" where it is not one of those that intervals are calibrated for."""
    return bundles.kind_of_split(config, config["experiments"][wildcards.experiment]["split"]) or "none"


def coverage_graphs(wildcards):
    """Graphs of the folds of an experiment whose test entities are new: they tell how far these are."""
    entry = config["experiments"][wildcards.experiment]
    if experiment_kind(wildcards) in ("known pair", "none"):
        return []
    folds = range(experiments.experiment_folds(config, wildcards.experiment))
    return [f"results/{entry['dataset']}/{entry['split']}/fold{fold}/graph.pt" for fold in folds]
