"""The digest of code: what changes it and what does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clmt.errors import ClmtError
from clmt.planning import digest as provenance
from clmt.planning.digest import code_digest, imported_modules

SOURCES = {
    "__init__.py": '__version__ = "1"\n',
    "errors.py": "class ClmtError(Exception):\n    pass\n",
    "job.py": (
        '"""Docstring."""\n'
        "from typing import TYPE_CHECKING\n"
        "from clmt.errors import ClmtError\n"
        "from clmt.shared import tools\n"
        "if TYPE_CHECKING:\n"
        "    from clmt.types_only import Thing\n"
        "def run(x: int) -> int:\n"
        '    """Run."""\n'
        "    from clmt.inner import late\n"
        "    return late(x) + tools.ONE\n"
    ),
    "inner.py": "import numpy\nfrom .shared.deep import DEEP\ndef late(x):\n    return x * DEEP\n",
    "types_only.py": "class Thing:\n    pass\n",
    "other.py": "VALUE = 1\n",
    "shared/__init__.py": "",
    "shared/tools.py": "ONE = 1\n",
    "shared/deep.py": "DEEP = 2\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package in place of clmt; nothing of it can be imported, as numpy there is not."""
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there; the time of change differs even on a coarse clock."""
    text = path.read_text()
    assert old in text
    before = path.stat().st_mtime_ns
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_imports_are_followed_but_for_type_checking(package: Path) -> None:
    assert imported_modules("clmt.job") == {
        "clmt",
        "clmt.errors",
        "clmt.shared",
        "clmt.shared.tools",
        "clmt.inner",
    }
    assert imported_modules("clmt.inner") == {"clmt", "clmt.shared", "clmt.shared.deep"}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("job.py", '"""Docstring."""', '"""Another."""\n# A comment.\n\n'),
        ("job.py", '    """Run."""\n', ""),
        ("job.py", "return late(x)", "return  late( x )"),
        ("types_only.py", "pass", "x = 1"),
        ("other.py", "1", "2"),
        ("errors.py", "pass", "x = 1"),
        ("__init__.py", '"1"', '"2"'),
    ],
    ids=["comment", "docstring", "blanks", "types", "other module", "wording", "version"],
)
def test_what_does_not_change_it(package: Path, name: str, old: str, new: str) -> None:
    before = code_digest("clmt.job")
    edit(package / name, old, new)
    assert code_digest("clmt.job") == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("job.py", "+ tools", "- tools"),
        ("inner.py", "x * DEEP", "x + DEEP"),
        ("shared/deep.py", "2", "3"),
        ("shared/tools.py", "1", "1.0"),
        ("job.py", "(x: int)", "(y: int)"),
        ("job.py", "    return late", "    late = late\n    return late"),
    ],
    ids=["operator", "inside a function", "two steps away", "type of a number", "argument", "statement"],
)
def test_what_changes_it(package: Path, name: str, old: str, new: str) -> None:
    before = code_digest("clmt.job")
    edit(package / name, old, new)
    assert code_digest("clmt.job") != before


@pytest.mark.parametrize("name", ["inner.html.j2", "shared/layout.css", "shared/table.tsv", "shared/sort.js"])
def test_a_template_or_table_beside_a_module_changes_it(package: Path, name: str) -> None:
    without = code_digest("clmt.job")
    (package / name).write_text("one")
    before = code_digest("clmt.job")
    assert before != without
    edit(package / name, "one", "two")
    assert code_digest("clmt.job") != before


def test_files_elsewhere_and_of_other_kinds_do_not_change_it(package: Path) -> None:
    before = code_digest("clmt.job")
    (package / "unrelated").mkdir()
    for name in ("unrelated/page.html.j2", "shared/notes.txt", "shared/tools.pyc"):
        (package / name).write_text("anything")
    assert code_digest("clmt.job") == before


def test_modules_found_by_name_are_passed_too(package: Path) -> None:
    before = code_digest("clmt.job", "clmt.other")
    assert before != code_digest("clmt.job")
    assert before == code_digest("clmt.other", "clmt.job", "clmt.job")
    edit(package / "other.py", "1", "2")
    assert code_digest("clmt.job", "clmt.other") != before


@pytest.mark.parametrize("name", ["clmt.jbo", "numpy", "clmt.shared.none"])
def test_an_unknown_module_is_named(package: Path, name: str) -> None:
    with pytest.raises(ClmtError, match=f"'{name}'"):
        code_digest(name)


def test_broken_source_is_named_with_its_line(package: Path) -> None:
    edit(package / "inner.py", "def late(x):", "def late(x:")
    with pytest.raises(ClmtError, match=r"inner\.py, line 3: not Python"):
        code_digest("clmt.job")


def test_the_real_package_is_covered() -> None:
    found = imported_modules("clmt.runs.train")
    assert {"clmt.graph.fold_data", "clmt.runs.checkpoint", "clmt.models.create"} <= found
    assert len(code_digest("clmt.runs.train", "clmt.models.clmt.model")) == 16


BLOCKS = {
    "if": "if x:\n    {}\n",
    "else": "if x:\n    pass\nelse:\n    {}\n",
    "else of type checking": "if TYPE_CHECKING:\n    pass\nelse:\n    {}\n",
    "elif": "if x:\n    pass\nelif y:\n    {}\n",
    "else of a loop": "for x in y:\n    pass\nelse:\n    {}\n",
    "try": "try:\n    {}\nfinally:\n    pass\n",
    "except": "try:\n    pass\nexcept ImportError:\n    {}\n",
    "finally": "try:\n    pass\nfinally:\n    {}\n",
    "with": "with x:\n    {}\n",
    "case": "match x:\n    case 1:\n        {}\n",
    "method": "class A:\n    def f(self):\n        {}\n",
}


@pytest.mark.parametrize("block", BLOCKS)
def test_an_import_is_found_in_every_block(package: Path, block: str) -> None:
    (package / "other.py").write_text(BLOCKS[block].format("import clmt.inner"))
    assert "clmt.inner" in imported_modules("clmt.other")
