"""``clmt fit``: the workflow, asked for one bundle."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from clmt.acquire.registry import load_registry
from clmt.errors import ClmtError
from clmt.paths import REGISTRY, here_or_packaged
from clmt.planning.bundles import bundle_settings
from clmt.planning.config import check_config
from clmt.planning.overlays import read_config

__all__ = ["fit"]


def fit(dataset: str, model: str, overlays: Sequence[Path] = (), cores: int = 1) -> Path:
    """Run Snakemake for ``results/<dataset>/bundles/<model>.clmt`` and return that path.

    What is there already and fits the configuration is not made again.

    Raises
    ------
    ClmtError
        Where the configuration is faulty, which is looked at first, and where Snakemake fails; it has said why.
    """
    config = read_config(overlays)
    check_config(config, load_registry(here_or_packaged(REGISTRY)).sources)
    bundle_settings(config, dataset, model)
    target = Path("results") / dataset / "bundles" / f"{model}.clmt"
    snakefile = here_or_packaged("workflow/Snakefile")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--cores", str(cores)]
    command += ["--configfile", *map(str, overlays)] if overlays else []
    done = subprocess.run([*command, "--", str(target)], check=False, stdout=sys.stderr)
    if done.returncode != 0:
        raise ClmtError(f"{target}: not made! got: exit code {done.returncode} of Snakemake, which says why above")
    return target
