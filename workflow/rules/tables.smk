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
    wildcard_constraints:
        dataset=SOURCED,
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


# Two datasets as one whose first study trains and whose second is tested.
rule join_studies:
    input:
        train=study_tables(0),
        test=study_tables(1),
    output:
        **{kind: f"results/{{dataset}}/tables/{kind}.parquet" for kind in (*KINDS, "structures")},
        audit="results/{dataset}/tables/audit.json",
    log:
        "logs/{dataset}/tables/studies.log",
    benchmark:
        "results/benchmarks/{dataset}/studies.tsv"
    wildcard_constraints:
        dataset=JOINED,
    resources:
        mem_mb=4000,
        runtime=20,
    params:
        code=code_digest("clmt.tables.studies"),
        names=study_names,
        train=study_folder(0),
        test=study_folder(1),
        folder=subpath(output.response, parent=True),
    shell:
        "clmt studies --train {params.train:q} --test {params.test:q} --names {params.names:q}"
        " --out-dir {params.folder:q} 2> {log:q}"
