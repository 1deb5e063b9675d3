"""Bad sources on their way through the rules: one line that names the fault, and no half-written output.

What readers refuse is in tests/unit and tests/cases; here stands one of each rule that meets it.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.e2e_help import Workplace, explain

pytestmark = pytest.mark.e2e

MIRROR = "resources/demo/mirror"
ARCHIVE = f"{MIRROR}/media.githubusercontent.com/media/Jinyu2019/Suppl-data-BBpaper/master/GDSC_DATASET_S1-S12.zip"
TABLES = "results/demo/tables/response.parquet"


def replace_file(place: Workplace, name: str, content: bytes) -> None:
    """Change one file of the mirror and its checksum."""
    path, sums = place.path(name), place.path(f"{MIRROR}/SHA256SUMS")
    old, new = (hashlib.sha256(data).hexdigest() for data in (path.read_bytes(), content))
    assert old in sums.read_text()
    sums.write_text(sums.read_text().replace(old, new))
    path.write_bytes(content)


def edit_table(place: Workplace, start: str, edit: Callable[[str], str]) -> None:
    """Rewrite one table of the simulated archive."""
    buffer = io.BytesIO()
    changed = 0
    with zipfile.ZipFile(place.path(ARCHIVE)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            edited = edit(text) if Path(name).name.startswith(start) else text
            changed += edited != text
            new.writestr(name, edited)
    assert changed == 1
    replace_file(place, ARCHIVE, buffer.getvalue())


def make_tables(place: Workplace):
    return place.snakemake("--configfile", "config/demo.yaml", "--retries", "0", "--", TABLES)


def assert_refused(place: Workplace, done, *words: str) -> None:
    """The rule failed with one ``error:`` line that holds every word, no traceback, and left no table behind."""
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    lines = set(re.findall(r"^\s*error: .*$", said, re.MULTILINE))
    assert len(lines) == 1, explain(done)
    for word in words:
        assert word in lines.copy().pop(), lines
    assert "Traceback" not in said
    folder = place.path("results/demo/tables")
    left = [path.name for path in folder.glob("*")] if folder.exists() else []
    assert [name for name in left if name != "structures.parquet"] == []


def set_value(text: str, row: int, column: int, value: str) -> str:
    lines = [line.split(",") for line in text.splitlines()]
    lines[row][column] = value
    return "\n".join(",".join(line) for line in lines) + "\n"


def test_impossible_response_names_cell_line_and_drug(workplace):
    edit_table(workplace, "Table_S6_", lambda text: set_value(text, 3, 2, "250.5"))
    done = make_tables(workplace)
    assert_refused(workplace, done, "Table_S6_", "9900003", "Gefitinib", "got: 250.5")


def test_damaged_mirror_is_refused(workplace):
    path = workplace.path(ARCHIVE)
    path.write_bytes(path.read_bytes()[:-100])
    done = make_tables(workplace)
    assert_refused(workplace, done, "GDSC_DATASET_S1-S12.zip", "SHA256" if "SHA256" in done.stderr else "sha256")
    assert not list(workplace.path("results/demo").rglob("*.zip*"))


def test_simulated_bytes_are_refused_as_real_data(workplace):
    """A mirror of the demo in a configuration of real data would make simulated results look measured."""
    done = workplace.snakemake(
        "--config", f"mirror={MIRROR}", "--retries", "0", "--", "results/gdsc/tables/response.parquet"
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert re.search(r"^\s*error: .*simulated", said, re.MULTILINE), explain(done)
    assert not list(workplace.path("resources").glob("downloads/**/*.zip"))
    assert not workplace.path("results/gdsc/tables/response.parquet").exists()
