# What is written about the cell lines and drugs of a dataset, and the vectors that encoders make of it.


rule look_up_records:
    input:
        unpack(look_up_inputs),
        drugs="results/{dataset}/tables/drugs.parquet",
    output:
        records="results/{dataset}/text/records/{service}.json",
    log:
        "logs/{dataset}/text/records/{service}.log",
    wildcard_constraints:
        service="|".join(SERVICES),
    retries: 0
    localrule: True
    resources:
        mirror=MIRROR,
    params:
        code=look_up_code,
        own=tables_digest(),
        settings=look_up_settings,
        files=look_up_arguments,
        cache=config["downloads"],
    shell:
        "clmt text look-up --source {wildcards.service:q} --drugs {input.drugs:q} {params.files:q} "
        "--cache {params.cache:q} --mirror={resources.mirror:q} "
        "--out {output.records:q} 2> {log:q}"


rule write_corpus:
    input:
        unpack(corpus_files),
        cell_lines="results/{dataset}/tables/cell_lines.parquet",
        drugs="results/{dataset}/tables/drugs.parquet",
        mutation="results/{dataset}/tables/mutation.parquet",
        copy_number="results/{dataset}/tables/copy_number.parquet",
        structures="results/{dataset}/tables/structures.parquet",
    output:
        cell_lines="results/{dataset}/text/cell_lines.parquet",
        drugs="results/{dataset}/text/drugs.parquet",
        wording="results/{dataset}/text/wording.parquet",
        coverage="results/{dataset}/text/coverage.tsv",
        audit="results/{dataset}/text/audit.json",
    log:
        "logs/{dataset}/text/corpus.log",
    benchmark:
        "results/benchmarks/{dataset}/text/corpus.tsv"
    priority: 1
    resources:
        mem_mb=4000,
        runtime=20,
    params:
        code=CORPUS_CODE,
        own=tables_digest(),
        settings=settings("text"),
        files=corpus_arguments,
        archive=terms_arguments,
        terms=corpus_terms,
        simulated=simulated_flag,
        tables=subpath(input.drugs, parent=True),
        folder=subpath(output.drugs, parent=True),
    shell:
        "clmt text build --settings {params.settings:q} --tables {params.tables:q} "
        "--structures {input.structures:q} {params.archive:q} "
        "{params.simulated:q} "
        "{params.files:q} --out-dir {params.folder:q} 2> {log:q}"


rule encode_text:
    input:
        cell_lines="results/{dataset}/text/cell_lines.parquet",
        drugs="results/{dataset}/text/drugs.parquet",
        wording="results/{dataset}/text/wording.parquet",
        names="results/{dataset}/tables/drugs.parquet",
        encoder=encoder_files,
    output:
        vectors="results/{dataset}/features/text_{encoder}.parquet",
    log:
        "logs/{dataset}/features/text_{encoder}.log",
    benchmark:
        "results/benchmarks/{dataset}/features/text_{encoder}.tsv"
    wildcard_constraints:
        encoder="|".join(READERS),
    priority: 1
    # A transformer, which alone has files, computes with four; one that needs a single core does not wait for more.
    threads: lambda wildcards, input: 4 if input.encoder else 1
    resources:
        mem_mb=6000,
        runtime=120,
    params:
        code=code_digest("clmt.vectors.encode"),
        settings=encoder_settings,
        folder=encoder_arguments,
        corpus=subpath(input.drugs, parent=True),
        tables=subpath(input.names, parent=True),
    shell:
        "clmt text encode --settings {params.settings:q} --corpus {params.corpus:q} --tables {params.tables:q} "
        "{params.folder:q} --out {output.vectors:q} 2> {log:q}"


# (?!) matches nothing: without a variant this rule makes nothing.
rule vary_text_vectors:
    input:
        vectors=base_vectors,
    output:
        vectors="results/{dataset}/features/text_{encoder}.parquet",
    log:
        "logs/{dataset}/features/text_{encoder}.log",
    benchmark:
        "results/benchmarks/{dataset}/features/text_{encoder}.tsv"
    wildcard_constraints:
        encoder="|".join(VARIED) or "(?!)",
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code_digest("clmt.vectors.controls"),
        settings=vary_settings,
    shell:
        "clmt text vary --settings {params.settings:q} --vectors {input.vectors:q} --out {output.vectors:q} 2> {log:q}"
