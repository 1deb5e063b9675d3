# The final model of a dataset as one file: "clmt fit" asks for it, "clmt predict" reads it.

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


def calibration_files(wildcards):
    """Kind of pairs and predictions: those of the final split, and those of experiments that have been run."""
    found = bundles.calibration_runs(config, wildcards.dataset, wildcards.model).items()
    of_kind = {kind: [f"{run.folder}/predictions.parquet" for run in runs] for kind, runs in found}
    return {
        kind: files
        for kind, files in of_kind.items()
        if kind == "known pair" or all(Path(file).is_file() for file in files)
    }


def calibration_arguments(wildcards):
    return [f"{kind}={file}" for kind, files in calibration_files(wildcards).items() for file in files]


def bundle_encoder(function):
    """Input or params function of encoders, asked for the encoder of the bundle's model; nothing without one."""

    def of_model(wildcards):
        encoder = plan.text_encoder(config, wildcards.dataset, wildcards.model)
        return function(SimpleNamespace(encoder=encoder)) if encoder else []

    return of_model


rule pack_bundle:
    input:
        models=final_file("model.pt"),
        graph=f"results/{{dataset}}/{bundles.SPLIT}/fold0/graph.pt",
        molecules="results/{dataset}/features/molecules.pt",
        text=text_vectors,
        expression="results/{dataset}/tables/expression.parquet",
        cell_lines="results/{dataset}/tables/cell_lines.parquet",
        drugs="results/{dataset}/tables/drugs.parquet",
        texts=multiext("results/{dataset}/text/", "cell_lines.parquet", "drugs.parquet", "wording.parquet"),
        encoder=bundle_encoder(encoder_files),
        calibration=bundle_parts(
            lambda wildcards: [f for files in calibration_files(wildcards).values() for f in files]
        ),
    output:
        bundle="results/{dataset}/bundles/{model}.clmt",
    log:
        "logs/{dataset}/bundles/{model}.log",
    benchmark:
        "results/benchmarks/{dataset}/bundles/{model}.tsv"
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        code=code_digest("clmt.bundles.pack", "clmt.models.clmt.model"),
        settings=bundle_parts(
            lambda wildcards: plan.settings_json(
                bundles.bundle_settings(config, wildcards.dataset, wildcards.model)
            )
        ),
        text=text_arguments,
        folder=bundle_encoder(encoder_arguments),
        calibration=calibration_arguments,
        tables=subpath(input.drugs, parent=True),
        corpus=lambda wildcards: f"results/{wildcards.dataset}/text",
    shell:
        "clmt bundle --settings {params.settings:q} --models {input.models:q} --graph {input.graph:q} "
        "--molecules {input.molecules:q} {params.text:q} --tables {params.tables:q} --corpus {params.corpus:q} "
        "{params.folder:q} --calibration {params.calibration:q} --out {output.bundle:q} 2> {log:q}"
