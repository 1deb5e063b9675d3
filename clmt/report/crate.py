"""A finished paper as a Research Object Crate: its files, what they were made of, and with what.

``ro-crate-metadata.json`` describes the folder it lies in, by version 1.1 of the specification
(w3id.org/ro/crate/1.1): every table and page with its size and SHA-256, every download with its address, terms and the
SHA-256 of the bytes that were read, the configuration in full, and the software with its versions.
"""

from __future__ import annotations

import mimetypes
import platform
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

import clmt
from clmt.acquire.folder import file_sha256
from clmt.acquire.registry import Registry
from clmt.errors import ClmtError
from clmt.files import write_json
from clmt.report.inputs import Input, read_inputs
from clmt.simulated import STAMP

__all__ = ["CRATE", "write_crate"]

CRATE = "ro-crate-metadata.json"
VERSION = "1.1"
_TYPES = {".parquet": "application/vnd.apache.parquet", ".tsv": "text/tab-separated-values", ".md": "text/markdown"}
_MIT = "https://spdx.org/licenses/MIT"


def write_crate(
    out: Path,
    *,
    files: Sequence[Path],
    inputs: Sequence[Path],
    config: Sequence[Path],
    command: str,
    registry: Registry,
    downloads: Path,
    simulated: bool = False,
) -> None:
    """Describe the folder of ``out``.

    Parameters
    ----------
    out
        ``ro-crate-metadata.json`` to write.
    files
        Tables, pages and figures, all below the folder.
    inputs
        What they were made of: downloads of the registry, or the user's own files.
    config
        Files of the configuration, which the crate holds in full.
    command
        What makes the files.
    registry, downloads
        Addresses, checksums and terms of the downloads, and the folder they lie in.
    simulated
        Whether the crate says that its data are simulated.

    Raises
    ------
    ClmtError
        Where a file is missing or lies elsewhere.
    """
    out = Path(out)
    if out.name != CRATE:
        raise ClmtError(f"{out}: a crate has another name! got: {out.name}, expected: {CRATE}")
    crate = ROCrate(version=VERSION)
    crate.metadata.extra_terms["sha256"] = "https://schema.org/sha256"
    made = [crate.add_file(path, _below(path, out.parent), properties=_facts(path)) for path in files]
    read = [_add_input(crate, found) for found in read_inputs(inputs, registry, Path(downloads))]
    read += [_add(crate, _local(path), "CreativeWork", {**_facts(path), "text": _text(path)}) for path in config]
    software = [_add(crate, f"#{name}", "SoftwareApplication", facts) for name, facts in _software()]
    action = _add(crate, "#run", "CreateAction", {"name": command, "description": f"The files are made by: {command}"})
    action["instrument"], action["object"], action["result"] = software, read, made
    root = crate.root_dataset
    root["name"] = f"Cancer drug response prediction: results{f' ({STAMP})' if simulated else ''}"
    root["description"] = (
        f"{len(made)} tables, pages and figures, made by clmt {clmt.__version__} from {len(read)} files"
    )
    root["datePublished"] = datetime.fromtimestamp(max(path.stat().st_mtime for path in files), UTC).date().isoformat()
    root["license"] = _add(crate, "#licence", "CreativeWork", {"name": "Terms of the inputs", "description": _TERMS})
    root["mentions"] = [action]
    write_json(out, crate.metadata.generate())


_TERMS = (
    "The files derive from the inputs and may be passed on as far as the terms stated at each of these allow; the code "
    "of clmt is under the MIT licence"
)


def _add(crate: ROCrate, name: str, kind: str, facts: dict[str, Any]) -> Any:
    return crate.add(ContextEntity(crate, name, {"@type": kind, **facts}))


def _below(path: Path, folder: Path) -> str:
    """Place of a file in the crate."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        raise ClmtError(f"{path}: lies outside of the crate! expected: a file below {folder}") from None


def _facts(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise ClmtError(f"{path}: no such file to describe! Rerun the workflow for it")
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    size = str(path.stat().st_size)
    return {"name": path.name, "contentSize": size, "encodingFormat": kind, "sha256": file_sha256(path)}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ClmtError(f"{path}: no text! got: {error}, expected: a file of the configuration") from None


def _local(path: Path) -> str:
    """Name of a file that the crate tells of and does not hold."""
    return f"#{quote(path.as_posix())}"


def _add_input(crate: ROCrate, found: Input) -> Any:
    """A download with its address and terms; the user's own file by its name alone."""
    facts = {**_facts(found.path), "name": found.name, "sha256": found.sha256, "description": found.whose}
    if found.source is None:
        return _add(crate, _local(found.path), "CreativeWork", facts)
    facts |= {"license": found.source.licence, "version": f"published: {found.source.date}"}
    return crate.add_file(found.source.url, fetch_remote=False, validate_url=False, properties=facts)


def _software() -> Iterator[tuple[str, dict[str, str]]]:
    """clmt, Python and the packages that clmt requires, with their versions."""
    yield "clmt", {"name": "clmt", "version": clmt.__version__, "license": _MIT}
    yield "python", {"name": "Python", "version": platform.python_version(), "operatingSystem": platform.system()}
    wanted = metadata.requires("clmt") or []
    names = sorted({re.split(r"[^\w.-]", entry, maxsplit=1)[0] for entry in wanted if "extra ==" not in entry})
    for name in names:
        yield name, {"name": name, "version": metadata.version(name)}
