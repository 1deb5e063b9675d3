# One dataset: its sources joined into six tables, with an account of what was left out.


rule build_tables:
    input:
        archive=dataset_archive,
        compounds=source_path("gdsc_compounds"),
        passports=source_path("model_list"),
        structures="results/{dataset}/tables/structures.parquet",
    output:
        response="results/{dataset}/tables/response.parquet",
        expression="results/{dataset}/tables/expression.parquet",
        mutation="results/{dataset}/tables/mutation.parquet",
        copy_number="results/{dataset}/tables/copy_number.parquet",
        cell_lines="results/{dataset}/tables/cell_lines.parquet",
        drugs="results/{dataset}/tables/drugs.parquet",
        audit="results/{dataset}/tables/audit.json",
    log:
        "logs/{dataset}/tables/tables.log",
    benchmark:
        "results/benchmarks/{dataset}/tables.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=20,
    params:
        code=layout_code("clmt.tables.build"),
        settings=settings("tables"),
        archive=archive_arguments,
        folder=subpath(output.response, parent=True),
    shell:
        "clmt tables --settings {params.settings:q} --archive {params.archive:q} --compounds {input.compounds:q}"
        " --passports {input.passports:q} --structures {input.structures:q}"
        " --out-dir {params.folder:q} 2> {log:q}"
