# Which files the configured text sources need, and how the text commands are told. No rule stands here.

from clmt.acquire.hub import model_files
from clmt.planning.encoders import base_encoder, reads_texts, variant_settings
from clmt.reading.targets import tables_digest
from clmt.text.facts import (
    OWN_FILES,
    required_files,
    required_services,
    services_of_sources,
    source_modules,
    text_source,
)
from clmt.planning.settings.text import TextSettings

SERVICES = services_of_sources()

try:
    TEXT = TextSettings.take(config["text"])
    TEXT_FILES, TEXT_SERVICES = required_files(TEXT), required_services(TEXT)
except ClmtError as error:
    refuse(error)


CORPUS_CODE = code_digest(
    "clmt.text.build", *source_modules(("tables", "own_text", *TEXT.sources, *TEXT.synonyms))
)


def corpus_files(wildcards):
    """Files of the configured sources by name; a source that is left out is no input."""
    files = {name: source_path(name) for name in TEXT_FILES}
    folder = f"results/{wildcards.dataset}/text/records"
    own = {name: path for name, part in OWN_FILES.items() if (path := own_tables(wildcards).get(part))}
    return {**files, **{source: f"{folder}/{source}.json" for source in TEXT_SERVICES}, **own}


def corpus_arguments(wildcards):
    return [f"--input={name}={path}" for name, path in corpus_files(wildcards).items()]


def terms_source(wildcards):
    """Entry whose terms a dataset's tables have: of several files that of its responses; of the user's own none."""
    names = plan.archive_sources(dataset_entry(wildcards))
    return [names.get("response") or names[""]] if names else []


def terms_arguments(wildcards):
    return [f"--archive={name}" for name in terms_source(wildcards)]


def corpus_terms(wildcards):
    services = [SERVICES[source][0] for source in TEXT_SERVICES]
    return source_terms([*terms_source(wildcards), *TEXT_FILES], services)


def look_up_inputs(wildcards):
    return {name: source_path(name) for name in text_source(wildcards.service).look_up_files}


def look_up_arguments(wildcards):
    return [f"--input={name}={path}" for name, path in look_up_inputs(wildcards).items()]


def look_up_settings(wildcards):
    return [service_settings(name) for name in SERVICES[wildcards.service]]


def look_up_code(wildcards):
    return code_digest("clmt.text.facts", *source_modules([wildcards.service]))


# Encoders whose vectors are encoded from texts, and those that are made of another encoder's vectors.
READERS = [name for name in config["encoders"] if reads_texts(config, name)]
VARIED = [name for name in config["encoders"] if name not in READERS]


def encoder_settings(wildcards):
    return plan.settings_json(plan.encoder_settings(config, wildcards.encoder))


def encoder_files(wildcards):
    """The weights of an encoder or of its base, fetched or in a folder of the user's; nothing where none are needed."""
    base = base_encoder(config, wildcards.encoder)
    entry = config["encoders"][base]
    if entry["kind"] == "huggingface":
        return [f"resources/models/{base}/encoder.json"]
    if entry["kind"] == "folder":  # where it is missing the command names the folder and what it must hold
        return [f"{entry['path']}/{name}" for name in model_files(Path(entry["path"]))]
    return []


def encoder_arguments(wildcards):
    base = base_encoder(config, wildcards.encoder)
    return [f"--folder=resources/models/{base}"] if config["encoders"][base]["kind"] == "huggingface" else []


def base_vectors(wildcards):
    return f"results/{wildcards.dataset}/features/text_{base_encoder(config, wildcards.encoder)}.parquet"


def vary_settings(wildcards):
    return plan.settings_json(variant_settings(config, wildcards.encoder))


def text_vectors(wildcards):
    """Vectors that a run reads; none for a model that reads no text."""
    encoder = plan.text_encoder(config, wildcards.dataset, wildcards.model)
    return f"results/{wildcards.dataset}/features/text_{encoder}.parquet" if encoder else []


def text_arguments(wildcards):
    vectors = text_vectors(wildcards)
    return [f"--text={vectors}"] if vectors else []
