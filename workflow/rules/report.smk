# Figures and the HTML table of an experiment, the texts of a dataset, and the page of all; snakemake --report bundles them.

# Parts of the paper, and their experiments once each.
GROUPS = experiments.planned_groups(config)
GROUPED = list(dict.fromkeys(name for group in GROUPS.values() for name in group["experiments"]))
# Endings of the pages of an experiment: its table, its pairs, its drugs and tissues.
PAGES = ["", "_pairs", "_per_drug"]
FIGURES = ["metrics", "observed_predicted", "per_drug", "learning_curves"]

CASES = list(
    dict.fromkeys(name for group in GROUPS.values() if group.get("cases") for name in group["experiments"])
)

# Those whose test pairs are of a kind that intervals are calibrated for, on the other folds.
COVERED = [
    name
    for name in GROUPED
    if bundles.kind_of_split(config, config["experiments"][name]["split"])
    and experiments.experiment_folds(config, name) > 1
]
REPORTED = datasets_of(EXPERIMENTS)


rule figures:
    input:
        metrics=experiment_files("metrics.json"),
        predictions=experiment_files("predictions.parquet"),
        history=experiment_files("history.csv"),
        summary=rules.collect.output.summary,
        cell_lines=experiment_table("cell_lines"),
    output:
        metrics=report(
            "results/report/{experiment}_metrics.svg",
            caption="../report/metrics.rst",
            category="{experiment}",
            labels={"figure": "metrics"},
        ),
        observed_predicted=report(
            "results/report/{experiment}_observed_predicted.svg",
            caption="../report/observed_predicted.rst",
            category="{experiment}",
            labels={"figure": "observed and predicted"},
        ),
        per_drug=report(
            "results/report/{experiment}_per_drug.svg",
            caption="../report/per_drug.rst",
            category="{experiment}",
            labels={"figure": "correlation within each drug"},
        ),
        learning_curves=report(
            "results/report/{experiment}_learning_curves.svg",
            caption="../report/learning_curves.rst",
            category="{experiment}",
            labels={"figure": "learning curves"},
        ),
        table=report(
            "results/report/{experiment}.html",
            caption="../report/table.rst",
            category="{experiment}",
            labels={"figure": "table"},
        ),
        pairs=report(
            "results/report/{experiment}_pairs.html",
            caption="../report/pairs.rst",
            category="{experiment}",
            labels={"figure": "pairs"},
        ),
        png=multiext(
            "results/report/{experiment}_",
            "metrics.png",
            "observed_predicted.png",
            "per_drug.png",
            "learning_curves.png",
        ),
    log:
        "logs/report/{experiment}.log",
    group:
        "report"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        models=lookup(dpath="experiments/{experiment}/models", within=config),
        digests=experiment_digests,
        folder=subpath(output.table, parent=True),
        code=code_digest("clmt.report.write"),
    shell:
        "clmt figures --experiment {wildcards.experiment:q} --models {params.models:q} "
        "--digests {params.digests:q} --metrics {input.metrics:q} --predictions {input.predictions:q} "
        "--history {input.history:q} --summary {input.summary:q} --cell-lines {input.cell_lines:q} "
        "--out-dir {params.folder:q} 2> {log:q}"


rule groups:
    input:
        metrics=experiment_files("metrics.json"),
        predictions=experiment_files("predictions.parquet"),
        drugs=experiment_table("drugs"),
        cell_lines=experiment_table("cell_lines"),
    output:
        table="results/{experiment}_per_drug.tsv",
        page=report(
            "results/report/{experiment}_per_drug.html",
            caption="../report/groups.rst",
            category="{experiment}",
            labels={"figure": "drugs and tissues"},
        ),
    log:
        "logs/report/{experiment}_per_drug.log",
    group:
        "report"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        models=lookup(dpath="experiments/{experiment}/models", within=config),
        digests=experiment_digests,
        code=code_digest("clmt.report.groups"),
    shell:
        "clmt groups --experiment {wildcards.experiment:q} --models {params.models:q} "
        "--digests {params.digests:q} --metrics {input.metrics:q} --predictions {input.predictions:q} "
        "--drugs {input.drugs:q} --cell-lines {input.cell_lines:q} --table {output.table:q} --page {output.page:q} "
        "2> {log:q}"


rule single_cases:
    input:
        metrics=experiment_files("metrics.json"),
        predictions=experiment_files("predictions.parquet"),
        model=case_run(lambda run: f"{run.folder}/model.pt"),
        graph=case_run(lambda run: plan.graph_file(config, run)),
        molecules=experiment_file("features/molecules.pt"),
        text=case_run(text_vectors),
        drugs=experiment_table("drugs"),
        cell_lines=experiment_table("cell_lines"),
        response=experiment_table("response"),
    output:
        table="results/{experiment}_cases.tsv",
        page=report(
            "results/report/{experiment}_cases.html",
            caption="../report/cases.rst",
            category="{experiment}",
            labels={"figure": "cases"},
        ),
    log:
        "logs/report/{experiment}_cases.log",
    group:
        "report"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        models=lookup(dpath="experiments/{experiment}/models", within=config),
        digests=experiment_digests,
        text=case_run(text_arguments),
        seed=config["seed"],
        code=code_digest("clmt.cases.write"),
    shell:
        "clmt cases --experiment {wildcards.experiment:q} --models {params.models:q} "
        "--digests {params.digests:q} --metrics {input.metrics:q} --predictions {input.predictions:q} "
        "--model {input.model:q} --graph {input.graph:q} --molecules {input.molecules:q} {params.text:q} "
        "--drugs {input.drugs:q} --cell-lines {input.cell_lines:q} --response {input.response:q} "
        "--seed {params.seed:q} --table {output.table:q} --page {output.page:q} 2> {log:q}"


rule text_page:
    input:
        cell_lines="results/{dataset}/text/cell_lines.parquet",
        drugs="results/{dataset}/text/drugs.parquet",
        coverage="results/{dataset}/text/coverage.tsv",
        audit="results/{dataset}/text/audit.json",
        cell_line_names="results/{dataset}/tables/cell_lines.parquet",
        drug_names="results/{dataset}/tables/drugs.parquet",
    output:
        page=report(
            "results/report/{dataset}_texts.html",
            caption="../report/texts.rst",
            category="{dataset}",
            labels={"figure": "texts"},
        ),
    log:
        "logs/report/{dataset}_texts.log",
    group:
        "report"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code_digest("clmt.text.page.write"),
        simulated=simulated_flag,
        corpus=subpath(input.drugs, parent=True),
        tables=subpath(input.drug_names, parent=True),
    shell:
        "clmt text page --dataset {wildcards.dataset:q} --corpus {params.corpus:q} --tables {params.tables:q} "
        "{params.simulated:q} --out {output.page:q} 2> {log:q}"


# The page of all experiments of the groups; each group is a target of its own.
rule index:
    input:
        tables=expand("results/{experiment}.tsv", experiment=GROUPED),
        summaries=expand("results/{experiment}_summary.tsv", experiment=GROUPED),
        coverage=expand("results/report/{experiment}_coverage.tsv", experiment=COVERED),
        inputs=paper_inputs(GROUPED),
    output:
        page=report(
            "results/report/index.html",
            caption="../report/index.rst",
            category="all experiments",
            labels={"figure": "index"},
        ),
    log:
        "logs/report/index.log",
    localrule: True
    params:
        groups=plan.settings_json(GROUPS),
        downloads=downloads,
        code=code_digest("clmt.report.index"),
    shell:
        "clmt index --groups {params.groups:q} --tables {input.tables:q} --summaries {input.summaries:q} "
        "--coverage {input.coverage:q} --inputs {input.inputs:q} --downloads {params.downloads:q} --out {output.page:q} "
        "2> {log:q}"


for name, group in GROUPS.items():

    rule:
        name:
            name
        input:
            expand("results/{experiment}.tsv", experiment=group["experiments"]),
            expand("results/report/{experiment}{page}.html", experiment=group["experiments"], page=PAGES),
            expand(
                "results/report/{experiment}_cases.html",
                experiment=group["experiments"] if group.get("cases") else [],
            ),
        localrule: True


# Every table, page and figure of the paper with its checksum, and what it was made of.
rule rocrate:
    input:
        tables=expand(
            "results/{experiment}{kind}.tsv", experiment=GROUPED, kind=["", "_summary", "_per_drug"]
        ),
        figures=expand("results/report/{experiment}_{figure}.svg", experiment=GROUPED, figure=FIGURES),
        pages=expand("results/report/{experiment}{page}.html", experiment=GROUPED, page=PAGES),
        cases=expand(
            ["results/{experiment}_cases.tsv", "results/report/{experiment}_cases.html"], experiment=CASES
        ),
        coverage=rules.index.input.coverage,
        texts=expand("results/report/{dataset}_texts.html", dataset=datasets_of(GROUPED)),
        index=rules.index.output,
        inputs=paper_inputs(GROUPED),
    output:
        "results/ro-crate-metadata.json",
    log:
        "logs/rocrate.log",
    localrule: True
    params:
        files=lambda wildcards, input: [path for path in input if path not in input.inputs],
        config=config_files(),
        made_by=paper_command(),
        downloads=downloads,
        simulated=["--simulated"] if config["simulated"] else [],
        code=code_digest("clmt.report.crate"),
    shell:
        "clmt crate --files {params.files:q} --inputs {input.inputs:q} --config {params.config:q} "
        "--made-by {params.made_by:q} --downloads {params.downloads:q} {params.simulated:q} --out {output:q} 2> {log:q}"


rule paper:
    input:
        rules.rocrate.input,
        rules.rocrate.output,
    localrule: True
