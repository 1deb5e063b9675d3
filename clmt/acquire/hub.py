"""Fetch a text encoder from the Hugging Face hub at a pinned revision, to be read offline afterwards."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from clmt.acquire.folder import file_sha256
from clmt.errors import ClmtError
from clmt.files import read_json, replace_folder, replaceable_folder, write_json
from clmt.scratch import scratch_folder

__all__ = ["RECORD", "fetch_encoder", "model_files", "wanted_files"]

logger = logging.getLogger(__name__)

#: Written last: says which model and revision the folder holds, and the checksum of each file.
RECORD = "encoder.json"
#: The same record again: Snakemake removes `RECORD`, its output, before it fetches anew, and the folder stays known.
MARK = ".clmt-encoder.json"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SMALL = re.compile(
    r"config\.json|tokenizer(_config)?\.json|special_tokens_map\.json|added_tokens\.json|vocab\.(txt|json)|merges\.txt"
    r"|spiece\.model|sentencepiece\.bpe\.model|modules\.json|sentence_bert_config\.json"
    r"|config_sentence_transformers\.json|[0-9]+_[A-Za-z]+/config\.json"
)
_SAFE = re.compile(r"model(-[0-9]+-of-[0-9]+)?\.safetensors|model\.safetensors\.index\.json")
_PICKLED = re.compile(r"pytorch_model(-[0-9]+-of-[0-9]+)?\.bin|pytorch_model\.bin\.index\.json")


def fetch_encoder(repository: str, revision: str, folder: Path, local: Path | None = None) -> None:
    """Download configuration, tokenizer and weights of one model into ``folder``.

    Parameters
    ----------
    repository
        Identifier at the hub, e.g. ``NeuML/pubmedbert-base-embeddings``.
    revision
        Commit, 40 hexadecimal digits: a branch would change under the results.
    folder
        Where the files go; it appears only when it is complete, with `RECORD` in it. An encoder that an earlier run
        fetched is replaced, a folder with any other file is refused.
    local
        Folder with the model's files to copy instead of asking the hub; `RECORD` then says so.
    """
    if not _COMMIT.fullmatch(revision):
        raise ClmtError(f"encoder {repository}: revision is not a commit! got: {revision!r}, expected: 40 hex digits")
    mark = MARK if (Path(folder) / MARK).is_file() else RECORD  # RECORD alone: fetched by version 0.2 or before
    folder = replaceable_folder(folder, mark, _made(Path(folder) / mark), "encoder of clmt fetch-encoder")
    with scratch_folder(folder) as temporary:
        files = _copy(local, temporary) if local else _download(repository, revision, temporary)
        shutil.rmtree(temporary / ".cache", ignore_errors=True)
        sums = {name: file_sha256(temporary / name) for name in files}
        record = {"id": repository, "revision": revision, "local": local is not None, "sha256": sums}
        write_json(temporary / MARK, record)
        write_json(temporary / RECORD, record)
        replace_folder(temporary, folder)
    logger.info("encoder %s at %s: %d files in %s", repository, revision[:12], len(sums), folder)


def _made(mark: Path) -> set[str]:
    """Files that an earlier run put into the folder; none where its mark cannot be read."""
    try:
        return {MARK, RECORD, *read_json(mark)["sha256"]}
    except (ClmtError, OSError, ValueError, KeyError, TypeError):
        return set()


def wanted_files(names: Iterable[str]) -> list[str]:
    """Choose the files that an encoder needs; safetensors rather than pickled weights where both are published."""
    listed = sorted(names)
    small = [name for name in listed if _SMALL.fullmatch(name)]
    safe, pickled = ([name for name in listed if form.fullmatch(name)] for form in (_SAFE, _PICKLED))
    weights = safe or pickled
    if "config.json" not in small or not weights:
        raise ClmtError(
            f"not a model that can be read! got: {', '.join(listed) or 'no files'}, expected: config.json and "
            "model.safetensors or pytorch_model.bin"
        )
    return small + weights


def model_files(folder: Path) -> list[str]:
    """Names of the files of a local folder that an encoder needs; none where it is no model."""
    try:
        return wanted_files(_listed(folder))
    except ClmtError:
        return []


def _listed(folder: Path) -> Iterator[str]:
    """Files that may belong to a model: in the folder itself, and the pooling's; what lies deeper is not looked at."""
    for path in (*folder.glob("*"), *folder.glob("*/config.json")):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _copy(local: Path, folder: Path) -> list[str]:
    local = Path(local)
    if not local.is_dir():
        raise ClmtError(f"encoder folder {local}: no such folder. Give the folder that holds the model's config.json")
    files = wanted_files(_listed(local))
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(local / name, folder / name)
    return files


def _download(repository: str, revision: str, folder: Path) -> list[str]:
    import huggingface_hub
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    try:
        files = wanted_files(huggingface_hub.HfApi().list_repo_files(repository, revision=revision))
        huggingface_hub.snapshot_download(repository, revision=revision, local_dir=folder, allow_patterns=files)
    except ClmtError as error:
        raise ClmtError(f"encoder {repository}: {error}. {_CORRECT}") from error
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise ClmtError(
            f"encoder {repository} at {revision}: not at the hub: {_first_line(error)}. {_CORRECT}"
        ) from error
    except Exception as error:
        # The hub's HTTP library, and with it the base of its errors, changes with the hub client's version.
        raise ClmtError(f"encoder {repository}: the hub cannot be reached: {_first_line(error)}. {_OFFLINE}") from error
    return files


def _first_line(error: Exception) -> str:
    words = str(error).strip().splitlines()
    return f"{type(error).__name__}: {words[0][:160] if words else ''}"


_CORRECT = "Correct encoders.<name>.id or .revision in config/config.yaml"
_OFFLINE = (
    "Without the hub, add --configfile config/offline.yaml (an encoder that needs no weights), or copy a folder with "
    "the model: clmt fetch-encoder --from FOLDER"
)
