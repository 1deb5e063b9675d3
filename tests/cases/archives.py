"""Archives that are damaged, foreign or too large when unpacked: causes A14, B4, B5, C11 and C12."""

from __future__ import annotations

import gzip
import io
import os
import random
import struct
import zipfile
from collections.abc import Callable

from tests.cases.case import Act, Case, Check, Place
from tests.cases.damage import WHOLE, zip_of
from tests.cases.published import NAMES, csv_of, tables, tables_command
from tests.cases.same import same_parquet

METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
PATH = f"{NAMES['gdsc']}.zip"


def survey(place: Place, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The simulated archive, packed by a method."""
    made = tables(place.world.sources["survey_gdsc"])["gdsc"]
    members = {f"{NAMES['gdsc']}/Table_{table}_GDSC_made.csv": csv_of(rows) for table, rows in made.items()}
    return zip_of({**members, f"{NAMES['gdsc']}/README_SIMULATED.txt": b"SIMULATED\n"}, method)


def tabled(change: Callable[[bytes], bytes], method: int = zipfile.ZIP_DEFLATED) -> Callable[[Place], Act]:
    def act(place: Place) -> Act:
        place.put(PATH, change(survey(place, method)))
        return tables_command(place, "gdsc", PATH)

    return act


def with_field(value: int, local: int, central: int, size: int = 2) -> Callable[[bytes], bytes]:
    """Another value in each member's two headers, at these offsets."""

    def change(data: bytes) -> bytes:
        made = bytearray(data)
        for mark, offset in ((b"PK\3\4", local), (b"PK\1\2", central)):
            at = made.find(mark)
            while at >= 0:
                made[at + offset : at + offset + size] = struct.pack("<Q", value)[:size]
                at = made.find(mark, at + 4)
        return bytes(made)

    return change


ENCRYPTED, UNKNOWN, NEWER = with_field(1, 6, 8), with_field(97, 8, 10), with_field(99, 4, 6)


def name_not_utf8(data: bytes) -> bytes:
    """A member whose name claims to be UTF-8 and is not."""
    made = with_field(0x800, 6, 8)(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = archive.infolist()[0].filename.encode()
    return made.replace(name, b"\xff" + name[1:])


def flipped(number: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        place = random.Random(f"zip {number}").randrange(30, len(data))
        return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]

    return change


def table_cases() -> list[Case]:
    same: Check = _same_response
    made = []
    for name, method in METHODS.items():
        count = {"stored": 4, "deflated": 8, "bzip2": 12, "lzma": 10}[name]
        made += [
            Case(
                "C11",
                f"tables {name} byte {number} flipped",
                tabled(flipped(number), method),
                ("GDSC_DATASET",),
                same,
                ("structures",),
            )
            for number in range(count)
        ]
    changes = {
        "encrypted": ENCRYPTED,
        "unknown compression": UNKNOWN,
        "wanted version 9.9": NEWER,
        "name not UTF-8": name_not_utf8,
    }
    made += [
        Case("C11", f"tables {name}", tabled(change), ("GDSC_DATASET",), stages=("structures",))
        for name, change in changes.items()
    ]
    made += [
        Case("C11", f"tables archive {kind}", tabled(WHOLE[kind]), ("GDSC_DATASET",), stages=("structures",))
        for kind in ("empty", "one byte", "half", "zeros", "random", "text", "HTML", "zip of something")
    ]
    special = {
        "fifo": lambda place: os.mkfifo(place.folder / PATH),
        "device": lambda place: (place.folder / PATH).symlink_to("/dev/zero"),
    }
    for name, make in special.items():

        def act(place: Place, make: Callable[[Place], object] = make) -> Act:
            make(place)
            return tables_command(place, "gdsc", PATH)

        made.append(Case("B5", f"tables archive is {name}", act, ("GDSC_DATASET",), stages=("structures",)))
        structures = Case(
            "B5", f"structures are {name}", _special_structures(name), ("special",), stages=("structures",)
        )
        made.append(structures)
    for name, line in (("rows", b"9900001," + b"0," * 60 + b"\n"), ("line ends", b"\n")):
        bomb = lambda data, line=line: _bomb(line, 200_000_000)  # noqa: E731
        made.append(
            Case(
                "B4", f"tables bomb: 200 MB of {name} at 900:1", tabled(bomb), ("GDSC_DATASET",), stages=("structures",)
            )
        )
    return made


def _special_structures(name: str) -> Callable[[Place], Act]:
    def act(place: Place) -> Act:
        if name == "fifo":
            os.mkfifo(place.folder / "special.parquet")
        else:
            (place.folder / "special.parquet").symlink_to("/dev/zero")
        return place.world.tables(structures="special.parquet")

    return act


def _bomb(line: bytes, size: int) -> bytes:
    return zip_of({f"{NAMES['gdsc']}/Table_S6_GDSC_made.csv": line * (size // len(line))})


def _same_response(place: Place, done: object) -> str | None:
    """Equal to the tables of the sound archive, made once with the same settings."""
    right = "results/right/response.parquet"
    if not (place.world.folder / right).exists():
        archive = place.world.folder / PATH
        archive.write_bytes(survey(place))
        place.world.run(*tables_command(place, "gdsc", PATH, out_dir="results/right"))
    fault: str | None = same_parquet("response.parquet", right)(place, done)
    return fault


def text_cases() -> list[Case]:
    """Sources of the text stage that come packed."""
    sets = b"Zinc repair\tR-HSA-100\tEGFR\tKRAS\tTP53\tBRAF\tMYC\n" * 3

    def built(data: Callable[[], bytes]) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            place.put("r.gmt.zip", data())
            return place.world.text_build(reactome_gmt="r.gmt.zip")

        return act

    packed = {
        "unknown compression": UNKNOWN,
        "encrypted": ENCRYPTED,
        "wanted version 9.9": NEWER,
        "name not UTF-8": name_not_utf8,
        **{kind: WHOLE[kind] for kind in ("empty", "half", "random", "text", "HTML")},
    }
    made = [
        Case(
            "C12",
            f"text r.gmt.zip {name}",
            built(lambda change=change: change(zip_of({"R.gmt": sets}))),
            ("r.gmt.zip",),
            stages=("tables",),
        )
        for name, change in packed.items()
    ]
    damaged = lambda: _inside(zip_of({"R.gmt": sets * 500}, zipfile.ZIP_BZIP2))  # noqa: E731
    made.append(Case("C12", "text r.gmt.zip bzip2, damaged", built(damaged), ("r.gmt.zip",), stages=("tables",)))
    contents = {
        "UTF-16 inside": sets.decode().encode("utf-16"),
        "random bytes inside": random.Random(1).randbytes(5_000),
        "a page inside": b"<html><body>busy</body></html>\n",
        "NULs inside": sets.replace(b"EGFR", b"EG\0R"),
    }
    made += [
        Case(
            "A14",
            f"text r.gmt.zip {name}",
            built(lambda data=data: zip_of({"R.gmt": data})),
            ("r.gmt.zip",),
            stages=("tables",),
        )
        for name, data in contents.items()
    ]
    made.append(
        Case(
            "B4",
            "text r.gmt.zip bomb: 400 MB of line ends",
            built(lambda: zip_of({"R.gmt": b"\n" * 400_000_000})),
            ("r.gmt.zip",),
            stages=("tables",),
        )
    )
    return [*made, *more_sources()]


def _inside(data: bytes) -> bytes:
    """Damage in the packed bytes of the only member."""
    return data[:60] + bytes(20) + data[80:]


def more_sources() -> list[Case]:
    """The other packed sources: NCIt's concepts (n.zip) and RefSeq's summaries (g.gz)."""

    def built(
        source: str, name: str, data: Callable[[], bytes], others: tuple[str, ...] = ()
    ) -> Callable[[Place], Act]:
        def act(place: Place) -> Act:
            import json

            place.put(name, data())
            more = {"gene_info": _gz(b"#tax_id\tGeneID\tSymbol\n9606\t1\tEGFR\n")} if source == "gene_summary" else {}
            inputs = [f"--input={key}={place.put(f'{key}.gz', value)}" for key, value in more.items()]
            settings = json.loads(place.world.settings("text"))
            chosen = "gene_summary" if source == "gene_summary" else "ncit"
            text = json.dumps({**settings, "sources": [*settings["sources"], chosen]})
            return [*place.world.text_build(settings=text), f"--input={source}={name}", *inputs]

        return act

    concept = b"C1\t<x#C1>\t\tGefitinib\tAn inhibitor.\tGefitinib\t\tPharmacologic Substance\t\n"
    packed: dict[str, Callable[[bytes], bytes]] = {
        "unknown compression": UNKNOWN,
        "encrypted": ENCRYPTED,
        "name not UTF-8": name_not_utf8,
        "half": WHOLE["half"],
        "text": WHOLE["text"],
    }
    made = [
        Case(
            "C12",
            f"text n.zip {name}",
            built("ncit_flat", "n.zip", lambda change=change: change(zip_of({"Thesaurus.txt": concept}))),
            ("n.zip",),
            stages=("tables",),
        )
        for name, change in packed.items()
    ]
    made.append(
        Case(
            "B4",
            "text n.zip bomb: 400 MB of line ends",
            built("ncit_flat", "n.zip", lambda: zip_of({"Thesaurus.txt": b"\n" * 400_000_000})),
            ("n.zip",),
            stages=("tables",),
        )
    )
    bomb = lambda: _gz(b"\n" * 10_000_000) * 150  # noqa: E731
    made.append(
        Case(
            "B4",
            "text g.gz bomb: 1.5 GB of line ends",
            built("gene_summary", "g.gz", bomb),
            ("g.gz",),
            stages=("tables",),
        )
    )
    for name in ("half", "text", "zeros"):
        data = lambda name=name: WHOLE[name](_gz(b"#tax_id\tGeneID\tSource\tSummary\n"))  # noqa: E731
        made.append(
            Case("C12", f"text g.gz {name}", built("gene_summary", "g.gz", data), ("g.gz",), stages=("tables",))
        )
    return made


def _gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def cases() -> list[Case]:
    return [*table_cases(), *text_cases()]
