"""The demo's mirror: simulated files, each at the address of the published file that it stands in for."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote

from clmt.acquire.folder import SUMS, read_sums
from clmt.acquire.registry import Registry, download_path
from clmt.demo.drugs import DRUGS, SALT_FORM
from clmt.demo.layouts import (
    SIMULATED,
    compounds_csv,
    gene_sets_zip,
    passports_csv,
    pubchem_answers,
    repurposing_txt,
    summations_txt,
    survey_zip,
)
from clmt.demo.world import SEED, simulate
from clmt.errors import ClmtError
from clmt.files import replace_folder, replaceable_folder, write_text
from clmt.scratch import scratch_folder
from clmt.simulated import MARK

__all__ = ["mirror_files", "write_mirror"]

_PROPERTIES = "SMILES,ConnectivitySMILES,InChIKey,Title"


def mirror_files(registry: Registry, seed: int = SEED) -> dict[str, bytes]:
    """Content of every file of the mirror by its address (``host/path``)."""
    world = simulate(seed)
    files = {
        registry.source("survey_gdsc").address: survey_zip(world),
        registry.source("model_list").address: passports_csv(world),
        registry.source("gdsc_compounds").address: compounds_csv(),
        registry.source("repurposing_hub").address: repurposing_txt(),
        registry.source("reactome_gmt").address: gene_sets_zip(),
        registry.source("reactome_summations").address: summations_txt(),
    }
    base = registry.api("pubchem").url
    for drug in (*DRUGS, SALT_FORM):
        names, structures = pubchem_answers(drug)
        files[download_path(f"{base}/compound/name/{quote(drug.name, safe='')}/cids/JSON")] = names
        files[download_path(f"{base}/compound/cid/{drug.cid}/property/{_PROPERTIES}/JSON")] = structures
    return files


def write_mirror(registry: Registry, out: Path, seed: int = SEED) -> int:
    """Write the mirror folder, complete or not at all, and return its number of files.

    A folder that is there already is replaced if it is a simulated mirror, and refused if it holds any other file:
    nothing that a person downloaded may be lost to the demo.
    """
    files = mirror_files(registry, seed)
    out = replaceable_folder(out, MARK, {MARK, SUMS, *files, *_listed(Path(out) / SUMS)}, "demo mirror")
    with scratch_folder(out) as partial:
        for address, content in files.items():
            path = partial / address
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        sums = [f"{hashlib.sha256(content).hexdigest()}  {address}\n" for address, content in sorted(files.items())]
        write_text(partial / SUMS, "".join(sums))
        write_text(partial / MARK, f"{SIMULATED}.\n\nWritten by `clmt demo --out FOLDER`; do not edit.\n")
        replace_folder(partial, out)
    return len(files)


def _listed(sums: Path) -> set[str]:
    """Addresses of an earlier mirror; none where its list cannot be read."""
    try:
        return set(read_sums(sums))
    except ClmtError:
        return set()
