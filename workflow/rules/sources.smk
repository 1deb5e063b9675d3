# Where the files of the registry lie and what decides their bytes. No rule stands here.

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
