# The final model of a dataset as one file: "clmt fit" asks for it, "clmt predict" reads it.


rule pack_bundle:
    input:
        models=final_file("model.pt"),
        graph=final_graph,
        molecules="results/{dataset}/features/molecules.pt",
        text=text_vectors,
        response="results/{dataset}/tables/response.parquet",
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
        terms=bundle_terms,
        text=text_arguments,
        folder=bundle_encoder(encoder_arguments),
        calibration=calibration_arguments,
        tables=subpath(input.drugs, parent=True),
        corpus=lambda wildcards: f"results/{wildcards.dataset}/text",
    shell:
        "clmt bundle --settings {params.settings:q} --models {input.models:q} --graph {input.graph:q} "
        "--molecules {input.molecules:q} {params.text:q} --tables {params.tables:q} --corpus {params.corpus:q} "
        "{params.folder:q} --calibration {params.calibration:q} --out {output.bundle:q} 2> {log:q}"


# Of an experiment whose split tests one of the kinds; of any other the kind is refused.
rule measure_coverage:
    input:
        metrics=experiment_files("metrics.json"),
        predictions=experiment_files("predictions.parquet"),
        graphs=coverage_graphs,
    output:
        table=report(
            "results/report/{experiment}_coverage.tsv",
            caption="../report/coverage.rst",
            category="{experiment}",
            labels={"figure": "coverage of the intervals"},
        ),
    log:
        "logs/report/{experiment}_coverage.log",
    group:
        "report"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        models=lookup(dpath="experiments/{experiment}/models", within=config),
        repeats=experiment_repeats,
        digests=experiment_digests,
        kind=experiment_kind,
        code=code_digest("clmt.bundles.coverage"),
    shell:
        "clmt coverage --experiment {wildcards.experiment:q} --kind {params.kind:q} --models {params.models:q} "
        "--repeats {params.repeats:q} --digests {params.digests:q} --metrics {input.metrics:q} "
        "--predictions {input.predictions:q} --graphs {input.graphs:q} --out {output.table:q} 2> {log:q}"
