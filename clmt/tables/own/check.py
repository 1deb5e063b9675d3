"""A look at a dataset of the user's own before anything is run: all its problems, and what its tables are taken for."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError
from clmt.planning.own_files import locate
from clmt.planning.settings.tables import UNITS, Unit
from clmt.tables.identity import structure_of
from clmt.tables.own.entities import OwnDrug, own_cell_lines, own_drugs
from clmt.tables.own.findings import Findings
from clmt.tables.own.matrices import read_omics
from clmt.tables.own.response import ResponseKeys, read_response, read_values, response_keys
from clmt.tables.own.units import fitting_units

if TYPE_CHECKING:
    from clmt.reading.matrix import Matrix

__all__ = ["check_own"]

_OMICS = ("expression", "mutation", "copy_number")
_SHOWN = 5


def check_own(name: str, entry: Mapping[str, Any]) -> Findings:
    """Look at the tables of a dataset of layout ``tables``; nothing is asked of the network.

    Parameters
    ----------
    name
        Of the dataset, for the messages.
    entry
        Its entry in the configuration, whose form need not be right.
    """
    findings = Findings()
    place = f"config: datasets.{name}"
    archive = entry.get("archive")
    if not isinstance(archive, str | Mapping):
        findings.problem(f"{place}.archive", "no tables", archive, "a folder or a path by part", "Say where they lie")
        return findings
    found = locate(archive, f"{place}.archive", lambda fault: findings.add(str(fault)))
    parts = {part: Path(path) for part, path in found.items()}
    unit = next((known for known in UNITS if known == entry.get("unit")), None)
    value = str(entry.get("value") or "value")
    if unit is None:
        _name_units(place, entry.get("unit"), parts, value, findings)
    if "response" not in parts:
        return findings
    keys = ResponseKeys([], [], ("", ""), {})
    with findings.catching():
        keys = response_keys(parts["response"], findings)
    with findings.catching():
        read_response(parts["response"], unit, value, findings)
    excluded = entry.get("exclude_drugs")
    _check_excluded(place, [str(name) for name in excluded] if isinstance(excluded, list) else [], keys, findings)
    _check_omics(parts, keys, findings)
    _check_entities(parts, keys, findings)
    return findings


def _name_units(place: str, unit: Any, parts: Mapping[str, Path], value: str, findings: Findings) -> None:
    """A unit that is not stated, or unknown, is a problem; what the values look like helps to state it."""
    like: list[Unit] = []
    if "response" in parts:
        with findings.catching():
            like = fitting_units(read_values(parts["response"], value, Findings()))
    listed = ", ".join(f"{key} ({words})" for key, words in UNITS.items())
    hint = f"The values look like {' or '.join(like)}: state what they are" if like else "State what the values are"
    fault = "the unit of the responses is not stated" if unit is None else "the unit of the responses is unknown"
    findings.problem(f"{place}.unit", fault, "nothing" if unit is None else unit, f"one of: {listed}", hint)


def _check_excluded(place: str, names: Sequence[str], keys: ResponseKeys, findings: Findings) -> None:
    unknown = sorted({name.strip() for name in names} - set(keys.drugs))
    if unknown and keys.drugs:
        expected = f"drugs of the responses, such as {', '.join(sorted(set(keys.drugs))[:3])}"
        remedy = "Correct or remove the name"
        findings.problem(f"{place}.exclude_drugs", "unknown drugs", ", ".join(unknown), expected, remedy)


def _check_omics(parts: Mapping[str, Path], keys: ResponseKeys, findings: Findings) -> None:
    cells = sorted(set(keys.cell_lines))
    read = partial(read_omics, title=keys.titles[0], known=frozenset(cells), findings=findings)
    for kind in _OMICS:
        if kind not in parts:
            if kind != "expression":
                findings.note(kind, "no such table: one gene that is altered in no cell line stands for it")
            continue
        with findings.catching():
            matrix: Matrix = read(parts[kind], kind)
            there = set(matrix.ids)
            if there and (absent := [cell for cell in cells if cell not in there]):
                text = f"{len(absent)} cell lines of the responses are not in it and are left out ({_some(absent)})"
                findings.note(str(parts[kind]), text)


def _check_entities(parts: Mapping[str, Path], keys: ResponseKeys, findings: Findings) -> None:
    cells, drugs = sorted(set(keys.cell_lines)), sorted(set(keys.drugs))
    with findings.catching():
        lines = own_cell_lines(parts, keys, findings)
        if "cell_lines" in parts:
            _check_common(parts["cell_lines"], "cell line", lines, cells, findings)
    with findings.catching():
        known = own_drugs(parts, keys, findings)
        for part in ("drugs", "structures"):
            if part in parts:
                _check_common(parts[part], "drug", known, drugs, findings)
        _note_structures(drugs, known, findings)


def _check_common(path: Path, what: str, known: Collection[str], wanted: list[str], findings: Findings) -> None:
    if wanted and known and not set(known) & set(wanted):
        got, expected = ", ".join(sorted(known)[:3]), f"ids such as {', '.join(wanted[:3])}"
        findings.problem(
            str(path), f"no {what} in common with the responses", got, expected, "Use one kind of id in all tables"
        )
    elif absent := [key for key in wanted if key not in known]:
        findings.note(str(path), f"nothing about {len(absent)} {what}s of the responses ({_some(absent)})")


def _note_structures(drugs: list[str], known: Mapping[str, OwnDrug], findings: Findings) -> None:
    """Say which structures are there, which PubChem is asked for, and which drugs are one."""
    by_cid = [key for key in drugs if (drug := known.get(key)) and drug.cid and not drug.smiles]
    by_name = [key for key in drugs if not (drug := known.get(key)) or not (drug.smiles or drug.cid)]
    for asked, what in ((by_cid, "CID"), (by_name, "name")):
        if asked:
            findings.note("structures", f"PubChem is asked by {what} for {len(asked)} drugs ({_some(asked)})")
    same: dict[str, list[str]] = {}
    for key in drugs:
        if (drug := known.get(key)) and drug.smiles:
            with contextlib.suppress(ClmtError):  # InChI may give up on one, which the tables then tell
                same.setdefault(structure_of(drug.smiles, key).inchikey, []).append(key)
    for names in same.values():
        if len(names) > 1:
            findings.note("structures", f"{' and '.join(names)} have one structure and become one drug")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
