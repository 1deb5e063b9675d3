"""``python -m tests.cases``: run the bad inputs that the tables of this package make, and count how they end."""

from __future__ import annotations

import argparse
import collections
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.cases.case import BAD, GOOD, Case, End, run_cases
from tests.cases.child import load_all
from tests.cases.elsewhere import table
from tests.cases.every import all_cases


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print what failed and the counts; returns 1 where a case failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.cases", description=__doc__)
    parser.add_argument("--only", metavar="CAUSE", action="append", default=[], help="such as A4, or public")
    parser.add_argument("--name", metavar="PATTERN", default="", help="only cases whose name has this pattern")
    parser.add_argument("--out", type=Path, metavar="FILE", help="table of all cases and their ends to write")
    parser.add_argument("--list", action="store_true", help="print the names and run nothing")
    args = parser.parse_args(argv)
    cases = [case for case in all_cases() if not args.only or case.cause in args.only]
    cases = [case for case in cases if re.search(args.name, case.name)]
    if args.list:
        print("".join(f"{case.cause}\t{case.name}\n" for case in cases), end="")
        return 0
    load_all()
    with tempfile.TemporaryDirectory(prefix="clmt-cases-") as folder:
        ends = run_cases(cases, Path(folder), _tell)
    if args.out:
        rows = [
            f"{case.cause}\t{case.name}\t{end.outcome}\t{end.seconds:.1f}\t{_line(end.why)}\n"
            for case, end in zip(cases, ends, strict=True)
        ]
        args.out.write_text("cause\tname\toutcome\tseconds\twhy\n" + "".join(rows), encoding="utf-8")
    print(counts(cases, ends))
    print(table())
    return int(not all(end.good for end in ends))


def counts(cases: Sequence[Case], ends: Sequence[End]) -> str:
    """The table of ends by cause."""
    outcomes = (*GOOD, *BAD)
    by_cause: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for case, end in zip(cases, ends, strict=True):
        for cause in (case.cause, "all"):
            by_cause[cause][end.outcome] += 1
    by_cause["all"] = by_cause.pop("all", collections.Counter())
    lines = ["\t".join(["cause", "cases", *outcomes])]
    lines += [
        "\t".join([cause, str(found.total()), *(str(found[outcome]) for outcome in outcomes)])
        for cause, found in by_cause.items()
    ]
    return "\n".join(lines)


def _tell(case: Case, end: End) -> None:
    if not end.good:
        print(f"{case.cause}: {case.name}: {end.outcome} after {end.seconds:.1f} s: {_line(end.why)}", flush=True)


def _line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
