# Bytes from outside, verified before they get their name: files of config/sources.yaml, structures, text encoders.

import re

SOURCES = load_registry(REGISTRY)
SOURCE_NAMES = {source.address: name for name, source in SOURCES.sources.items()}
MIRROR = ["--mirror", config["mirror"]] if config["mirror"] else []


def source_path(name):
    """Where a file of the registry lies; the input of every rule that reads one."""
    return f"{config['downloads']}/{SOURCES.source(name).address}"


def source_name(wildcards):
    return SOURCE_NAMES[wildcards.address]


def source_settings(wildcards):
    """What decides the bytes: a new address or checksum fetches this file again and no other."""
    source = SOURCES.source(source_name(wildcards))
    bytes_of = {"url": source.url, "sha256": source.sha256, "md5": source.md5}
    return plan.settings_json({**bytes_of, "mirror": config["mirror"]})


def dataset_archive(wildcards):
    return source_path(config["datasets"][wildcards.dataset]["archive"])


def dataset_layout(wildcards):
    return dataset_entry(wildcards)["layout"]


def encoder_entry(key):
    """Params function: one key of the encoder's entry in the configuration."""

    def value(wildcards):
        return config["encoders"][wildcards.encoder][key]

    return value


rule fetch_source:
    output:
        f"{config['downloads']}/{{address}}",
    log:
        "logs/downloads/{address}.log",
    wildcard_constraints:
        address="|".join(map(re.escape, SOURCE_NAMES)),
    retries: 3
    localrule: True
    params:
        source=source_name,
        settings=source_settings,
        registry=REGISTRY,
        mirror=MIRROR,
    shell:
        "clmt fetch --source {params.source} --registry {params.registry:q} {params.mirror:q} --out {output:q} 2> {log:q}"


rule resolve_structures:
    input:
        archive=dataset_archive,
    output:
        structures="results/{dataset}/tables/structures.parquet",
    log:
        "logs/{dataset}/tables/structures.log",
    retries: 3
    localrule: True
    params:
        layout=dataset_layout,
        cache=config["downloads"],
        settings=plan.settings_json({"url": SOURCES.api("pubchem").url, "mirror": config["mirror"]}),
        registry=REGISTRY,
        mirror=MIRROR,
        code=code_digest("clmt.acquire.pubchem", "clmt.tables.survey"),
    shell:
        "clmt pubchem --dataset-layout {params.layout} --archive {input.archive:q} --cache {params.cache:q} "
        "--registry {params.registry:q} {params.mirror:q} --out {output.structures:q} 2> {log:q}"


rule fetch_encoder:
    output:
        record="resources/models/{encoder}/encoder.json",
    log:
        "logs/models/{encoder}.log",
    retries: 3
    localrule: True
    params:
        id=encoder_entry("id"),
        revision=encoder_entry("revision"),
        folder=subpath(output.record, parent=True),
    shell:
        "clmt fetch-encoder --id {params.id:q} --revision {params.revision} --out {params.folder:q} 2> {log:q}"
