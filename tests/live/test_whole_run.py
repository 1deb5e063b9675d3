"""All sources of the two datasets through HTTP with faults, against a run from the mirror: make test-live."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from clmt.acquire.registry import load_registry
from tests.helpers.e2e_help import ROOT, Workplace, explain, furnish
from tests.helpers.live_services import PUG, FolderWorld
from tests.helpers.stand_in import standing_in
from tests.helpers.web_faults import FAULTS

pytestmark = [pytest.mark.live, pytest.mark.slow]

#: Those that end a download at once are tried in test_files.py, and those that take a minute each as well.
MENDED = sorted(
    FAULTS.keys()
    - {"no such name", "page with 200", "redirect to a page", "redirect loop", "other JSON", "endless"}
    - {"drip", "slow header", "100 Continue for ever", "gateway 404", "gateway 404 in JSON"}
)
ANSWERS = sorted(FAULTS.keys() - {"no such name", "drip", "slow header", "100 Continue for ever"})
TABLES = ("response", "expression", "mutation", "copy_number", "cell_lines", "drugs")


def find_mirror() -> Path:
    folder = Path(os.environ.get("CLMT_MIRROR", ROOT.parent / "shared" / "mirror"))
    if not (folder / "SHA256SUMS").is_file():
        pytest.skip("no mirror of the sources: set CLMT_MIRROR to a folder made by 'clmt mirror'")
    return folder.resolve()


def run(place: Workplace, *options: str) -> Workplace:
    targets = [f"results/{dataset}/text/drugs.parquet" for dataset in ("gdsc", "ccle")]
    done = place.snakemake("--configfile", "config/offline.yaml", *options, "--", *targets)
    assert done.returncode == 0, explain(done)
    return place


def test_a_live_run_with_faults_gives_what_the_mirror_gives(tmp_path: Path) -> None:
    mirror = find_mirror()
    live, offline = furnish(tmp_path / "live"), furnish(tmp_path / "offline")
    with standing_in(FolderWorld(mirror)) as web:
        web.write_registry(live.path("config/sources.yaml"))
        for number, source in enumerate(load_registry().sources.values()):
            place = source.url.removeprefix("https://")
            place = f"objects/{place}" if place.startswith("media.") else place
            web.faults[place] = [MENDED[(number + step) % len(MENDED)] for step in range(0, 9, 3)]
        for stem in (f"{PUG}/name", f"{PUG}/cid", "www.ebi.ac.uk/chembl/api/data"):
            files = sorted(path.relative_to(mirror).as_posix() for path in (mirror / stem).rglob("*") if path.is_file())
            plain = [address for address in files if "%2F" not in address]
            for number, fault in enumerate(ANSWERS):
                web.faults[plain[number * len(plain) // len(ANSWERS)]] = [fault]
        run(live)
    run(offline, "--config", f"mirror={mirror}")
    print(f"{len(web.asked)} requests, {len(web.met)} faults of {len({fault for _, fault in web.met})} kinds")
    for dataset in ("gdsc", "ccle"):
        names = [f"tables/{name}.parquet" for name in TABLES] + ["text/drugs.parquet", "text/cell_lines.parquet"]
        for name in names:
            found, right = (pd.read_parquet(place.path(f"results/{dataset}/{name}")) for place in (live, offline))
            pd.testing.assert_frame_equal(found, right)
        audit = json.loads(live.path(f"results/{dataset}/tables/audit.json").read_text())
        assert "look-up of the structure failed" not in audit["dropped_drugs"]
        print(dataset, len(pd.read_parquet(live.path(f"results/{dataset}/tables/drugs.parquet"))), "drugs")
