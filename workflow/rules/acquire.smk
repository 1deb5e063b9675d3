# Bytes from outside, verified before they get their name: files of config/sources.yaml, structures, text encoders.
# No rule has retries: the commands themselves repeat what failed for a moment, and what is left (a wrong checksum, text
# where numbers belong) fails alike each time. So 0 stands here, which a profile's number does not replace.


rule fetch_source:
    output:
        f"{config['downloads']}/{{address}}",
    log:
        "logs/downloads/{address}.log",
    wildcard_constraints:
        address="|".join(map(re.escape, SOURCE_NAMES)),
    retries: 0
    localrule: True
    resources:
        mirror=MIRROR,
    params:
        source=source_name,
        settings=source_settings,
    shell:
        "clmt fetch --source {params.source:q} --mirror={resources.mirror:q} --out {output:q} 2> {log:q}"


rule resolve_structures:
    input:
        archive=dataset_archive,
        compounds=source_path("gdsc_compounds"),
    output:
        structures="results/{dataset}/tables/structures.parquet",
    log:
        "logs/{dataset}/tables/structures.log",
    wildcard_constraints:
        dataset=SOURCED,
    retries: 0
    localrule: True
    resources:
        mirror=MIRROR,
    params:
        layout=dataset_layout,
        archive=archive_arguments,
        cache=downloads,
        settings=service_settings("pubchem"),
        code=layout_code("clmt.acquire.given", "clmt.reading.compounds"),
    shell:
        "clmt pubchem --dataset-layout {params.layout:q} --archive {params.archive:q} "
        "--compounds {input.compounds:q} --cache {params.cache:q} "
        "--mirror={resources.mirror:q} --out {output.structures:q} 2> {log:q}"


rule fetch_encoder:
    output:
        record="resources/models/{encoder}/encoder.json",
    log:
        "logs/models/{encoder}.log",
    retries: 0
    localrule: True
    params:
        id=encoder_entry("id"),
        revision=encoder_entry("revision"),
        folder=subpath(output.record, parent=True),
    shell:
        "clmt fetch-encoder --id {params.id:q} --revision {params.revision:q} --out {params.folder:q} 2> {log:q}"
