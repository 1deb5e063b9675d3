"""Drug names to structures: PubChem's PUG REST, name to CID to SMILES.

Requests go through `clmt.acquire.client` (time-outs, pacing, verified and cached bytes, the throttling header), which
PubChemPy's own calls do not offer: they open an address without a time-out, a pause or a retry. PubChemPy serves for
what it knows best: its kinds of errors, and PubChem's names of properties. ``PROPERTY_MAP`` has both the keys of today
(SMILES, ConnectivitySMILES) and those of answers from before 2025 (IsomericSMILES, CanonicalSMILES).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pubchempy import PROPERTY_MAP, NotFoundError, ResponseParseError

from clmt.acquire.client import Client
from clmt.errors import ClmtError
from clmt.files import atomic_path, write_parquet
from clmt.logs import progress

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "resolve_names", "structure", "write_structures"]

logger = logging.getLogger(__name__)

COLUMNS = ("name", "cid", "smiles", "inchikey", "title", "status", "candidates", "other_cids")
# A name that PUG REST cannot parse is answered with 400, one that it does not know with 404.
UNKNOWN_STATUS = frozenset({400, 404})
_ASKED = ",".join([PROPERTY_MAP[key] for key in ("smiles", "connectivity_smiles", "inchikey")] + ["Title"])
# Stereochemistry first; the connectivity alone where a compound has no stereo record.
_SMILES = [PROPERTY_MAP[key] for key in ("smiles", "isomeric_smiles", "connectivity_smiles", "canonical_smiles")]


def resolve_names(client: Client, names: Sequence[str], base: str) -> pd.DataFrame:
    """Look every drug name up, as it is given, stripped of blanks.

    Parameters
    ----------
    client
        Asks, paces and caches.
    names
        Drug names; each gives one row, in their order, repeated names once.
    base
        Address of PUG REST, e.g. ``https://pubchem.ncbi.nlm.nih.gov/rest/pug``.

    Returns
    -------
    Frame with `COLUMNS`: ``status`` is "found" or "unknown", ``candidates`` the number of CIDs that the name has. The
    first CID, PubChem's best match, is taken; the others are in ``other_cids``, joined by "; ".
    """
    import pandas as pd

    stripped = list(dict.fromkeys(name.strip() for name in names))
    if "" in stripped:
        raise ClmtError(f"drug names: blank name! got: {names!r}, expected: a name in each place")
    rows = [structure(client, name, base) for name in progress(stripped, "PubChem", len(stripped))]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"cid": "Int64", "candidates": "int64"})
    unknown = frame.loc[frame["status"] == "unknown", "name"].tolist()
    logger.info("PubChem: %d of %d names have a structure", len(frame) - len(unknown), len(frame))
    if len(unknown) == len(frame) > 0:
        raise ClmtError(
            f"PubChem: no structure for any name! got: {', '.join(unknown[:5])}, expected: known compounds. If they "
            f"are, {base} has moved: correct it in config/sources.yaml and remove its cached "
            f"answers below {client.cache}"
        )
    if unknown:
        logger.warning(
            "PubChem: no structure for %s; to ask again, remove the .unknown files below %s",
            ", ".join(unknown),
            client.cache,
        )
    return frame


def structure(client: Client, name: str, base: str) -> dict[str, Any]:
    """Resolve one name to a row of `COLUMNS`."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS) | {
        "name": name,
        "status": "unknown",
        "candidates": 0,
        "other_cids": "",
    }
    what = f"name {name!r}"
    try:
        cids = _cids(client, f"{base}/compound/name/{quote(name, safe='')}/cids/JSON")
        row.update(cid=cids[0], candidates=len(cids), other_cids="; ".join(map(str, cids[1:])))
        what = f"CID {cids[0]}"
        found = _properties(client, f"{base}/compound/cid/{cids[0]}/property/{_ASKED}/JSON", cids[0])
    except NotFoundError:
        return row
    except ResponseParseError as error:
        raise ClmtError(
            f"PubChem: strange answer for {what}! {error}. Remove the cached answer below the downloads folder and try "
            "again"
        ) from None
    row["smiles"] = next((found[key] for key in _SMILES if found.get(key)), None)
    row["inchikey"] = found.get(PROPERTY_MAP["inchikey"])
    row["title"] = found.get("Title")
    row["status"] = "unknown" if row["smiles"] is None else "found"
    return row


def write_structures(frame: pd.DataFrame, path: Path) -> None:
    """Write the structures as Parquet with fixed column types, atomically."""
    import pyarrow as pa

    types = {"cid": pa.int64(), "candidates": pa.int64()}
    schema = pa.schema([(column, types.get(column, pa.string())) for column in COLUMNS])
    with atomic_path(path) as temporary:
        write_parquet(pa.Table.from_pandas(frame, schema=schema, preserve_index=False), temporary)


def _cids(client: Client, url: str) -> list[int]:
    """CIDs of a name, PubChem's best match first; at least one."""
    answer = _ask(client, url)
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
            (entry for entry in answer["PropertyTable"]["Properties"] if entry.get("CID") == cid), {}
        )
    except (KeyError, TypeError, AttributeError):
        raise ResponseParseError(f"got: {_shown(answer)}, expected: PropertyTable.Properties") from None
    for key in (*_SMILES, PROPERTY_MAP["inchikey"], "Title"):
        value = found.get(key)
        if value is not None and not (isinstance(value, str) and _is_unicode(value)):
            raise ResponseParseError(f"{key}: got: {_shown(value)}, expected: text")
    return found


def _ask(client: Client, url: str) -> Any:
    """Return PubChem's answer; `NotFoundError` where it has none, by its status or by the fault that it words."""
    answer = client.get_json(url, UNKNOWN_STATUS)
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
