"""Drug names to structures: PubChem's PUG REST, name to CID to SMILES.

Requests go through `clmt.acquire.client` (time-outs, pacing, verified and cached bytes, the throttling header), which
PubChemPy's own calls do not offer: they open an address without a time-out, a pause or a retry. PubChemPy serves for
what it knows best: its kinds of errors, and PubChem's names of properties. ``PROPERTY_MAP`` has both the keys of today
(SMILES, ConnectivitySMILES) and those of answers from before 2025 (IsomericSMILES, CanonicalSMILES).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pubchempy import PROPERTY_MAP, NotFoundError, ResponseParseError

from clmt.acquire.client import Client
from clmt.acquire.fetch import Question
from clmt.acquire.look_ups import ask_twice
from clmt.errors import ClmtError
from clmt.files import atomic_path, write_parquet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "blank_row", "resolve_names", "structure", "structure_of_cid", "write_structures"]

logger = logging.getLogger(__name__)

COLUMNS = ("name", "cid", "smiles", "inchikey", "title", "status", "candidates", "other_cids")
# A name that PUG REST cannot parse is answered with 400, one that it does not know with 404.
UNKNOWN_STATUS = frozenset({400, 404})
#: What a screen adds to a name: a concentration or a sign of rotation.
_REMARK = re.compile(r"\s*\([^()]*\)$")
_ASKED = ",".join([PROPERTY_MAP[key] for key in ("smiles", "connectivity_smiles", "inchikey")] + ["Title"])
# Stereochemistry first; the connectivity alone where a compound has no stereo record.
_SMILES = [PROPERTY_MAP[key] for key in ("smiles", "isomeric_smiles", "connectivity_smiles", "canonical_smiles")]


def resolve_names(
    client: Client, names: Sequence[str], base: str, synonyms: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Look every drug name up, as it is given, stripped of blanks.

    A name that PubChem does not know is tried without a remark in brackets at its end, then by its synonyms. One whose
    answer cannot be read costs its own row only.

    Parameters
    ----------
    client
        Asks, paces and caches.
    names
        Drug names; each gives one row, in their order, repeated names once.
    base
        Address of PUG REST, e.g. ``https://pubchem.ncbi.nlm.nih.gov/rest/pug``.
    synonyms
        Other names, by name.

    Returns
    -------
    Frame with `COLUMNS`: ``status`` is "found", "found as NAME", "unknown" or "failed: REASON", ``candidates`` the
    number of CIDs that the name has. The first CID, PubChem's best match, is taken; the others are in ``other_cids``,
    joined by "; ".
    """
    import pandas as pd

    stripped = list(dict.fromkeys(name.strip() for name in names))
    if "" in stripped:
        raise ClmtError(f"drug names: blank name! got: {names!r}, expected: a name in each place")
    rows: dict[str, dict[str, Any]] = {}

    def ask(name: str) -> None:
        rows[name] = structure(client, name, base, (synonyms or {}).get(name, ()))

    failed = ask_twice(client, stripped, ask, "PubChem")
    rows |= {name: blank_row(name, f"failed: {reason}") for name, reason in failed.items()}
    frame = pd.DataFrame([rows[name] for name in stripped], columns=list(COLUMNS)).astype(
        {"cid": "Int64", "candidates": "int64"}
    )
    _report(frame, client, base)
    return frame


def _report(frame: pd.DataFrame, client: Client, base: str) -> None:
    """Say what was not found and how to ask again; where that is everything, the service has moved."""
    found = frame["status"].str.startswith("found")
    failed = frame["status"].str.startswith("failed")
    logger.info("PubChem: %d of %d names have a structure", found.sum(), len(frame))
    for name, status in frame.loc[frame["status"].str.startswith("found as"), ["name", "status"]].to_numpy():
        logger.info("PubChem: %s is %s", name, status)
    if len(frame) and not found.any():
        first = ", ".join(frame["name"][:5])
        others = f" ({frame.loc[failed, 'status'].iloc[0]})" if failed.any() else ""
        raise ClmtError(
            f"PubChem: no structure for any name! got: {first}{others}, expected: known compounds. "
            f"If they are, {base} has moved: correct it in config/sources.yaml and remove its cached "
            f"answers below {client.cache}"
        )
    if failed.any():
        logger.warning(
            "PubChem: %d look-ups failed, and these drugs will be left out: %s; to ask about them again, remove "
            "structures.parquet",
            failed.sum(),
            ", ".join(frame.loc[failed, "name"]),
        )
    unknown = frame.loc[~found & ~failed, "name"]
    if len(unknown):
        again = "" if client.mirror else f"; {client.ask_unknown}"
        logger.warning("PubChem: no structure for %s%s", ", ".join(unknown), again)


def structure(client: Client, name: str, base: str, synonyms: Sequence[str] = ()) -> dict[str, Any]:
    """Resolve one name to a row of `COLUMNS`: as it stands, without a remark at its end, then by its synonyms."""
    bare = _REMARK.sub("", name)
    tried = {other.casefold(): other for other in reversed([name, bare, *synonyms]) if other}
    rows = []
    for other in reversed(tried.values()):
        row = _look_up(client, other, base)
        if row["smiles"] is not None:
            return row | {"name": name, "status": "found" if other == name else f"found as {other}"}
        rows.append(row)
    return rows[0]


def blank_row(name: str, status: str) -> dict[str, Any]:
    """Row of `COLUMNS` of a drug without a structure."""
    return dict.fromkeys(COLUMNS) | {"name": name, "status": status, "candidates": 0, "other_cids": ""}


def _look_up(client: Client, name: str, base: str) -> dict[str, Any]:
    row = blank_row(name, "unknown")
    what = f"name {name!r}"
    try:
        cids = _cids(client, name, base)
        row.update(cid=cids[0], candidates=len(cids), other_cids="; ".join(map(str, cids[1:])))
        what = f"CID {cids[0]}"
        return row | _described(client, cids[0], base)
    except NotFoundError:
        return row
    except ResponseParseError as error:
        raise _strange(what, error, base) from None


def structure_of_cid(client: Client, name: str, cid: int, base: str) -> dict[str, Any]:
    """Describe a compound whose number the user gives: a row of `COLUMNS` under the name."""
    row = blank_row(name, "unknown")
    try:
        found = _described(client, cid, base)
    except NotFoundError:
        return row
    except ResponseParseError as error:
        raise _strange(f"CID {cid}", error, base) from None
    return row | found | {"cid": cid, "status": "found", "candidates": 1}


def _described(client: Client, cid: int, base: str) -> dict[str, Any]:
    """Structure and title of a compound."""
    found = _properties(client, f"{base}/compound/cid/{cid}/property/{_ASKED}/JSON", cid)
    return {
        "smiles": next((found[key] for key in _SMILES if found.get(key)), None),
        "inchikey": found.get(PROPERTY_MAP["inchikey"]),
        "title": found.get("Title"),
    }


def _strange(what: str, error: Exception, base: str) -> ClmtError:
    return ClmtError(f"PubChem: strange answer for {what}! {error}. Try again: {base} will be asked anew")


def write_structures(frame: pd.DataFrame, path: Path) -> None:
    """Write the structures as Parquet with fixed column types, atomically."""
    import pyarrow as pa

    types = {"cid": pa.int64(), "candidates": pa.int64()}
    schema = pa.schema([(column, types.get(column, pa.string())) for column in COLUMNS])
    with atomic_path(path) as temporary:
        write_parquet(pa.Table.from_pandas(frame, schema=schema, preserve_index=False), temporary)


def _cids(client: Client, name: str, base: str) -> list[int]:
    """CIDs of a name, PubChem's best match first; at least one.

    Web servers refuse a slash in a path, also an encoded one: such a name is asked as an argument, else posted.
    """
    url = f"{base}/compound/name/{quote(name, safe='')}/cids/JSON"
    form = f"{base}/compound/name/cids/JSON"
    live = (Question(f"{form}?name={quote(name)}"), Question(form, {"name": name})) if "/" in name else ()
    answer = _ask(client, url, live)
    try:
        # Some names without a compound are answered with the CID 0.
        listed = answer["IdentifierList"]["CID"]
        if not isinstance(listed, list):
            raise ValueError(listed)
        cids = [_cid(cid) for cid in listed if cid is False or cid != 0]
    except (KeyError, TypeError, ValueError):
        raise ResponseParseError(f"got: {_shown(answer)}, expected: IdentifierList.CID") from None
    if not cids:
        raise _nothing(url)
    return cids


def _cid(value: Any) -> int:
    """A compound's number, whole; `ValueError` for anything else, such as true, 7.5 or a number beyond 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ValueError(value)
    return value


def _properties(client: Client, url: str, cid: int) -> dict[str, Any]:
    answer = _ask(client, url)
    try:
        found: dict[str, Any] = next(
            entry for entry in answer["PropertyTable"]["Properties"] if entry.get("CID") == cid
        )
    except (KeyError, TypeError, AttributeError, StopIteration):
        raise ResponseParseError(f"got: {_shown(answer)}, expected: PropertyTable.Properties of CID {cid}") from None
    for key in (*_SMILES, PROPERTY_MAP["inchikey"], "Title"):
        value = found.get(key)
        if value is not None and not (isinstance(value, str) and _is_unicode(value)):
            raise ResponseParseError(f"{key}: got: {_shown(value)}, expected: text")
    return found


def _ask(client: Client, url: str, live: Sequence[Question] = ()) -> Any:
    """Return PubChem's answer; `NotFoundError` where it has none, by its status or by the fault that it words."""
    answer = client.get_json(url, UNKNOWN_STATUS, live, fault="Fault")
    fault = answer.get("Fault") if isinstance(answer, dict) else None
    if answer is None or (isinstance(fault, dict) and "NotFound" in str(fault.get("Code", ""))):
        raise _nothing(url)
    return answer


def _shown(value: Any) -> str:
    return ascii(value)[:80]


def _is_unicode(text: str) -> bool:
    """Whether a text can be written: JSON may hold half of a surrogate pair."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _nothing(url: str) -> NotFoundError:
    return NotFoundError(404, "PUGREST.NotFound", [url])
