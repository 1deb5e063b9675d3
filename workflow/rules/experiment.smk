# One run: a model on one fold. Test responses are first read by evaluate; collect joins the runs of an experiment.


rule train:
    input:
        graph=run_graph,
        molecules="results/{dataset}/features/molecules.pt",
        text=text_vectors,
        members=member_predictions,
        given=given_predictions,
    output:
        model="results/{dataset}/{split}/{model}/fold{fold}/model.pt",
        history="results/{dataset}/{split}/{model}/fold{fold}/history.csv",
    log:
        "logs/{dataset}/{split}/{model}/fold{fold}/train.log",
    benchmark:
        "results/benchmarks/{dataset}/{split}/{model}/fold{fold}/train.tsv"
    # Networks first, and with priority 1, too, what they wait for: a long training that starts last leaves the other
    # cores without work.
    priority: lambda wildcards: plan.run_gpus(config, wildcards.model)
    group:
        train_group
    # One core a run: runs side by side cost less than threads that wait for each other, and results do not depend on
    # --cores. Where a single run is wanted soon: --set-threads train=4.
    threads: 1
    resources:
        gpu=run_gpus,
        mem_mb=train_memory,
        runtime=train_minutes,
    params:
        settings=settings("run"),
        code=train_code,
        text=text_arguments,
        given=given_arguments,
    shell:
        "clmt train --settings {params.settings:q} --graph {input.graph:q} --molecules {input.molecules:q} "
        "{params.text:q} --members {input.members:q} {params.given:q} --device auto --threads {threads} --model {output.model:q} "
        "--history {output.history:q} 2> {log:q}"


# For the models that are a mean of others. No response is among the inputs.
rule predict_held_out:
    input:
        model=rules.train.output.model,
        graph=run_graph,
        molecules=rules.train.input.molecules,
        text=text_vectors,
    output:
        "results/{dataset}/{split}/{model}/fold{fold}/held_out.parquet",
    log:
        "logs/{dataset}/{split}/{model}/fold{fold}/predict_held_out.log",
    benchmark:
        "results/benchmarks/{dataset}/{split}/{model}/fold{fold}/predict_held_out.tsv"
    group:
        evaluate_group
    resources:
        mem_mb=8000,
        runtime=10,
    params:
        # A training that outlived its Snakemake may have written the checkpoint of earlier settings.
        settings=settings("run"),
        code=predict_code,
        text=text_arguments,
    shell:
        "clmt predict-held-out --settings {params.settings:q} --model {input.model:q} --graph {input.graph:q} "
        "--molecules {input.molecules:q} {params.text:q} --out {output:q} 2> {log:q}"


rule evaluate:
    input:
        model=rules.train.output.model,
        graph=run_graph,
        molecules=rules.train.input.molecules,
        text=text_vectors,
        members=member_predictions,
        response="results/{dataset}/tables/response.parquet",
    output:
        predictions="results/{dataset}/{split}/{model}/fold{fold}/predictions.parquet",
        metrics="results/{dataset}/{split}/{model}/fold{fold}/metrics.json",
    log:
        "logs/{dataset}/{split}/{model}/fold{fold}/evaluate.log",
    benchmark:
        "results/benchmarks/{dataset}/{split}/{model}/fold{fold}/evaluate.tsv"
    group:
        evaluate_group
    resources:
        mem_mb=8000,
        runtime=10,
    params:
        settings=settings("run"),
        simulated=simulated_flag,
        code=evaluate_code,
        text=text_arguments,
    shell:
        "clmt evaluate --settings {params.settings:q} --model {input.model:q} --graph {input.graph:q} "
        "--molecules {input.molecules:q} {params.text:q} --members {input.members:q} --response {input.response:q} {params.simulated:q} "
        "--predictions {output.predictions:q} --metrics {output.metrics:q} 2> {log:q}"


rule collect:
    input:
        metrics=experiment_files("metrics.json"),
        predictions=experiment_files("predictions.parquet"),
    output:
        table="results/{experiment}.tsv",
        summary="results/{experiment}_summary.tsv",
    log:
        "logs/{experiment}.log",
    benchmark:
        "results/benchmarks/{experiment}.tsv"
    group:
        "report"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        models=lookup(dpath="experiments/{experiment}/models", within=config),
        repeats=experiment_repeats,
        reference=experiment_reference,
        # A job that outlived its Snakemake may have written the card of earlier settings.
        digests=experiment_digests,
        code=code_digest("clmt.evaluation.tables"),
    shell:
        "clmt collect --experiment {wildcards.experiment:q} --models {params.models:q} --repeats {params.repeats:q} {params.reference:q} "
        "--digests {params.digests:q} --metrics {input.metrics:q} --predictions {input.predictions:q} "
        "--table {output.table:q} --summary {output.summary:q} 2> {log:q}"
