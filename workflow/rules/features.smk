# From the tables to what a model sees: molecules, folds, and one graph for each fold.


rule featurise_molecules:
    input:
        drugs="results/{dataset}/tables/drugs.parquet",
    output:
        molecules="results/{dataset}/features/molecules.pt",
    log:
        "logs/{dataset}/features/molecules.log",
    benchmark:
        "results/benchmarks/{dataset}/features/molecules.tsv"
    priority: 1
    group:
        "graphs"
    threads: 4
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code_digest("clmt.features.molecules"),
        settings=settings("molecules"),
    shell:
        "clmt molecules --drugs {input.drugs:q} --settings {params.settings:q} --threads {threads}"
        " --out {output.molecules:q} 2> {log:q}"


rule split_folds:
    input:
        response="results/{dataset}/tables/response.parquet",
        cell_lines="results/{dataset}/tables/cell_lines.parquet",
        drugs="results/{dataset}/tables/drugs.parquet",
        roles=split_roles,
    output:
        folds="results/{dataset}/{split}/folds.parquet",
    log:
        "logs/{dataset}/{split}/folds.log",
    benchmark:
        "results/benchmarks/{dataset}/{split}/folds.tsv"
    priority: 1
    group:
        "graphs"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=split_code,
        settings=settings("folds"),
    shell:
        "clmt folds --response {input.response:q} --cell-lines {input.cell_lines:q} --drugs {input.drugs:q}"
        " --settings {params.settings:q} --out {output.folds:q} 2> {log:q}"


rule build_graph:
    input:
        response="results/{dataset}/tables/response.parquet",
        expression="results/{dataset}/tables/expression.parquet",
        mutation="results/{dataset}/tables/mutation.parquet",
        copy_number="results/{dataset}/tables/copy_number.parquet",
        cell_lines="results/{dataset}/tables/cell_lines.parquet",
        drugs="results/{dataset}/tables/drugs.parquet",
        molecules="results/{dataset}/features/molecules.pt",
        folds="results/{dataset}/{split}/folds.parquet",
    output:
        graph="results/{dataset}/{split}/fold{fold}/graph{variant}.pt",
    log:
        "logs/{dataset}/{split}/fold{fold}/graph{variant}.log",
    benchmark:
        "results/benchmarks/{dataset}/{split}/fold{fold}/graph{variant}.tsv"
    priority: 1
    group:
        "graphs"
    resources:
        mem_mb=4000,
        runtime=20,
    params:
        code=code_digest("clmt.graph.build"),
        settings=settings("graph"),
    shell:
        "clmt graph --response {input.response:q} --expression {input.expression:q} --mutation {input.mutation:q}"
        " --copy-number {input.copy_number:q} --cell-lines {input.cell_lines:q} --drugs {input.drugs:q}"
        " --molecules {input.molecules:q} --folds {input.folds:q} --settings {params.settings:q}"
        " --out {output.graph:q} 2> {log:q}"
