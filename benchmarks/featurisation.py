"""Molecular graphs and fingerprints of all drugs of a ``drugs.parquet``, with one process and with several.

    python -m benchmarks.featurisation --drugs drugs.parquet

Nothing is written and nothing is read from a cache: conformers are embedded and optimised each time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import measure_apart, new_parser, run
from benchmarks.record import machine, publish
from clmt.errors import ClmtError
from clmt.files import parse_settings

__all__ = ["main", "measure_featurisation"]


def measure_featurisation(drugs: Path, limit: int | None, settings: dict[str, Any], processes: int) -> dict[str, Any]:
    """Featurise the drugs and join them to the tensors of ``molecules.pt``; the settings are those of `clmt molecules`.

    The imports that a first molecule brings in are counted: a job has them too.
    """
    from clmt.features.molecules import concatenate, featurise_drugs
    from clmt.planning.settings.features import MoleculeSettings
    from clmt.tables.schema import read_table

    table = read_table(drugs, "drugs").head(limit) if limit is not None else read_table(drugs, "drugs")
    if table.empty:
        raise ClmtError(f"{drugs}: no drugs to featurise! Rerun the rule that makes it, or give a larger --limit")
    start = time.perf_counter()
    content = concatenate(
        list(table["drug_id"]), featurise_drugs(list(table["smiles"]), MoleculeSettings.read(settings), processes)
    )
    seconds = time.perf_counter() - start
    return {
        "processes": processes,
        "drugs": len(table),
        "atoms": len(content["atoms"]),
        "bonds": len(content["bonds"]),
        "angles": len(content["angle"]),
        "seconds": seconds,
        "seconds_per_drug": seconds / len(table),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure each number of processes and publish; peak memory is that of the largest process."""
    parser = new_parser("featurisation", "seconds to featurise all drugs, with one process and with several")
    parser.add_argument("--drugs", type=Path, required=True, help="drugs.parquet")
    parser.add_argument("--processes", type=int, nargs="+", help="numbers to try (default: 1 and --threads)")
    parser.add_argument("--limit", type=int, help="only so many drugs, the first")
    parser.add_argument("--settings", default="{}", help="JSON: conformers, conformer_seed, angle_step_degrees")
    args = parser.parse_args(argv)
    settings = parse_settings(args.settings)
    rows = []
    for processes in args.processes or sorted({1, args.threads}):
        arguments = {"drugs": args.drugs, "limit": args.limit, "settings": settings, "processes": processes}
        rows.append(measure_apart(measure_featurisation, arguments, threads=processes))
    publish(rows, machine(max(row["processes"] for row in rows)), args.out, args.note)


if __name__ == "__main__":
    run(main)
