"""Cell Model Passports' list of models: the donor of each cell line, and the names by which papers know it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clmt.reading.delimited import read_rows
from clmt.reading.matrix import clean_id
from clmt.reading.names import split_names
from clmt.reading.unknown import UNKNOWN_LABELS

__all__ = ["Passport", "read_passports"]

logger = logging.getLogger(__name__)

_IDS = ("model_id", "COSMIC_ID", "CCLE_ID", "BROAD_ID")
_NAMES = ("model_name", "synonyms")
_DONOR = "patient_id"


@dataclass(frozen=True)
class Passport:
    """What is known of a cell line: its donor (None: unknown) and its other names."""

    donor: str | None = None
    names: tuple[str, ...] = ()


def read_passports(path: Path) -> Mapping[str, Passport]:
    """Read the list; each cell line stands in it under each of its ids.

    Several ids of one model stand in one cell. An id of two donors has none that is known, and is warned about.

    Raises
    ------
    ClmtError
        If the file cannot be read or lacks a column.
    """
    passports: dict[str, Passport] = {}
    torn = set()
    for row in read_rows(path, (*_IDS, _DONOR, *_NAMES)):
        donor = None if row[_DONOR].lower() in UNKNOWN_LABELS else row[_DONOR]
        names = tuple(dict.fromkeys(name for column in _NAMES for name in split_names(row[column])))
        for key in {clean_id(key) for column in _IDS for key in split_names(row[column])}:
            before = passports.get(key, Passport(donor))
            if before.donor != donor:
                torn.add(key)
            passports[key] = Passport(donor, tuple(dict.fromkeys((*before.names, *names))))
    for key in torn:
        passports[key] = Passport(None, passports[key].names)
    if torn:
        logger.warning("%s: %d ids have two donors, so none is known: %s", path, len(torn), ", ".join(sorted(torn)))
    return passports
