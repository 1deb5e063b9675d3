"""Answers of look-up services by address, in place of a client."""

from __future__ import annotations

import contextlib

from clmt.acquire.fetch import NOT_FOUND
from clmt.errors import ClmtError
from clmt.text.entities import Drug

CHEMBL = "https://chembl.example/api/data"
PUG, VIEW = "https://pubchem.example/pug", "https://pubchem.example/pug_view"
DRUG = Drug("Alphanib", "Alphanib", inchikey="AAAAAAAAAAAAAA-BBBBBBBBBB-N", cid=11)
MARK = "rolling, sha256 0123456789ab"
MOLECULE = f"{CHEMBL}/molecule.json?molecule_structures__standard_inchi_key="
MECHANISM = f"{CHEMBL}/mechanism.json?molecule_chembl_id=CHEMBL1"


class Answers:
    """Stands in for the client, and refuses what it refuses.

    Answers by address: a status (an int), bytes that are no JSON, or a decoded answer; 404 for other addresses.
    """

    def __init__(self, answers):
        self.answers = answers
        self.asked = []
        self.mirror = None
        self.ask_unknown = "ask again"

    @contextlib.contextmanager
    def item(self):
        yield

    def get_json(self, url, unknown=NOT_FOUND, fault=""):
        self.asked.append(url)
        answer = self.answers.get(url, 404)
        if isinstance(answer, int):
            if answer in unknown:
                return None
            raise ClmtError(f"look-up: {url} was refused! got: HTTP {answer}, expected: 200")
        if isinstance(answer, bytes):
            raise ClmtError(f"{url}: the answer is not JSON! got: {answer!r}")
        return answer

    def get_text(self, url, unknown=NOT_FOUND):
        return self.get_json(url, unknown)

    def retrieved(self, url):
        if isinstance(self.answers.get(url, 404), int):
            raise ClmtError(f"look-up: no answer on disk! got: {url}")
        return MARK


def molecules(*ids, parent="CHEMBL1"):
    rows = [{"molecule_chembl_id": key, "molecule_hierarchy": {"parent_chembl_id": parent}} for key in ids]
    return {"molecules": rows, "page_meta": {"next": None}}


def mechanisms(*texts, following=None):
    return {"mechanisms": [{"mechanism_of_action": text} for text in texts], "page_meta": {"next": following}}


def protein(symbol):
    """Address at which UniProt is asked about a gene."""
    query = f"gene_exact:{symbol}+AND+organism_id:9606+AND+reviewed:true"
    return f"https://uniprot.example/uniprotkb/search?query={query}&fields=accession,cc_function&format=json&size=1"


def function(text):
    """Answer of UniProt."""
    comments = [{"commentType": "FUNCTION", "texts": [{"value": text}]}]
    return {"results": [{"primaryAccession": "P1", "comments": comments}]}
