# Where the files of the registry lie and what decides their bytes. No rule stands here.

import hashlib
import re
from urllib.parse import urlsplit

from clmt.acquire.folder import mirror_sums
from clmt.planning.layouts import are_studies, is_own, layout_module, studies_of
from clmt.planning.own_files import own_files

SOURCE_NAMES = {source.address: name for name, source in SOURCES.sources.items()}

# A mirror's place is a resource of the jobs and none of their parameters, among which are the checksums of what it
# answers. So a mirror that moved fetches nothing again.
MIRROR = config["mirror"] or ""
try:
    MIRROR_SUMS = mirror_sums(config["mirror"])
except ClmtError as error:
    refuse(error)


def downloads(wildcards):
    return config["downloads"]


def source_path(name):
    """Where a file of the registry lies; the input of every rule that reads one."""
    return f"{config['downloads']}/{SOURCES.source(name).address}"


def source_name(wildcards):
    return SOURCE_NAMES[wildcards.address]


def source_settings(wildcards):
    """What decides the bytes: a new address or checksum fetches this file again and no other."""
    source = SOURCES.source(source_name(wildcards))
    sha256 = MIRROR_SUMS.get(source.address) if MIRROR else source.sha256
    return plan.settings_json({"url": source.url, "sha256": sha256, "md5": source.md5})


def source_terms(names, services=()):
    """Params: licences and dates that files carry; a corrected one is written into them again."""
    files = {name: [SOURCES.source(name).licence, SOURCES.source(name).date] for name in names}
    return plan.settings_json({**files, **{name: SOURCES.api(name).licence for name in services}})


def service_settings(name):
    """What decides the answers of a look-up service: its address, and the mirror's answers where one is set."""
    url = SOURCES.api(name).url
    host = f"{urlsplit(url).hostname}/"
    answers = sorted(
        f"{address} {digest}" for address, digest in MIRROR_SUMS.items() if address.startswith(host)
    )
    mirrored = hashlib.sha256("\n".join(answers).encode()).hexdigest() if MIRROR else None
    return plan.settings_json({"url": url, "mirrored": mirrored})


# Datasets of sources, and those that join two of them; (?!) matches nothing.
SOURCED = [name for name, entry in config["datasets"].items() if not are_studies(entry["layout"])]
JOINED = [name for name in config["datasets"] if name not in SOURCED]
KINDS = ("response", "expression", "mutation", "copy_number", "cell_lines", "drugs")
SOURCED, JOINED = "|".join(SOURCED) or "(?!)", "|".join(JOINED) or "(?!)"


def study_folder(role):
    """Params function: where the tables of the study that trains (0) or is tested (1) lie."""
    return lambda wildcards: f"results/{study_names(wildcards)[role]}/tables"


def study_tables(role):
    """Input function: these tables."""
    folder = study_folder(role)
    return lambda wildcards: [f"{folder(wildcards)}/{kind}.parquet" for kind in (*KINDS, "structures")]


def study_names(wildcards):
    return studies_of(dataset_entry(wildcards))


def dataset_files(wildcards):
    """File of each part of a dataset: downloads, or the user's own where they lie; "" is the part of a whole archive."""
    sources = plan.archive_sources(dataset_entry(wildcards))
    return {part: source_path(name) for part, name in sources.items()} or own_tables(wildcards)


def own_tables(wildcards):
    """Where the user's own tables lie, by part; nothing for any other dataset."""
    entry = dataset_entry(wildcards)
    place = f"config: datasets.{wildcards.dataset}.archive"
    return own_files(entry["archive"], place) if is_own(entry["layout"]) else {}


def dataset_archive(wildcards):
    return list(dataset_files(wildcards).values())


def archive_arguments(wildcards):
    return [f"{part}={path}" if part else path for part, path in dataset_files(wildcards).items()]


def dataset_layout(wildcards):
    return dataset_entry(wildcards)["layout"]


def layout_code(*modules):
    """Params function: the digest of modules and of the reader of the dataset's layout, which is found by name."""

    def digest(wildcards):
        return code_digest(*modules, "clmt.tables.layouts.reader", layout_module(dataset_layout(wildcards)))

    return digest


def encoder_entry(key):
    """Params function: one key of the encoder's entry in the configuration."""

    def value(wildcards):
        return config["encoders"][wildcards.encoder][key]

    return value
