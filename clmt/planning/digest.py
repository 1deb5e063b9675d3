"""A digest of the code that a job runs, so that an edit reruns the jobs it concerns and no others.

Snakemake does not see edits of an installed package. A rule therefore carries the digest of the modules it calls among
its parameters: the syntax tree of each module and of every clmt module that it imports, with comments, docstrings and
other strings that nothing reads left out, and the templates, styles, scripts and tables that lie beside these modules.
Source files are only parsed; nothing is imported.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from clmt.errors import ClmtError

__all__ = ["code_digest", "imported_modules", "module_path"]

PACKAGE = "clmt"
ROOT = Path(__file__).resolve().parents[1]
DATA_SUFFIXES = (".css", ".j2", ".js", ".tsv")

#: Modules that decide what is said, never what is computed: the version, the text of errors, the form of log lines;
#: tables of names, of which a job uses one entry that stands in its parameters; and the forms of settings, whose values
#: stand there too.
SILENT = frozenset(
    f"{PACKAGE}{name}"
    for name in (
        "",
        ".errors",
        ".logs",
        ".planning",
        ".planning.architectures",
        ".planning.config",
        ".planning.digest",
        ".planning.encoders",
        ".planning.experiments",
        ".planning.layouts",
        ".planning.protocols",
        ".planning.runs",
        ".planning.text_sources",
    )
)
SILENT_FOLDER = f"{PACKAGE}.planning.settings"


def code_digest(*modules: str) -> str:
    """Digest the syntax trees of modules and of every clmt module they import, directly or not.

    Parameters
    ----------
    *modules
        Dotted names, such as ``clmt.folds.make``. A module that is found by a name in a table (architectures) is
        not an import: name it here too.

    Returns
    -------
    str
        16 hexadecimal digits. Comments, docstrings, blank space and imports for type checking only do not change it;
        a data file does with every byte, for each module of its folder.

    Raises
    ------
    ClmtError
        Where a module has no source file in the package, or its source does not parse.
    """
    seen: set[str] = set()
    queue = [ancestor for name in modules for ancestor in (name, *_with_parents(name))]
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            queue.extend(found for found in imported_modules(name) - seen if not _is_silent(found))
    digest = hashlib.sha256()
    for name in sorted(name for name in seen if not _is_silent(name)):
        digest.update(f"{name}\0{_tree_digest(_tree(_existing_path(name)))}\n".encode())
    for path in _data_files(_existing_path(name) for name in seen if not _is_silent(name)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()[:16]


def _data_files(sources: Iterable[Path]) -> list[Path]:
    """Data files beside sources: a module does not import them, so a folder's all count with each of its modules."""
    beside = (path for folder in {source.parent for source in sources} for path in folder.iterdir())
    return sorted(path for path in beside if path.suffix in DATA_SUFFIXES)


def _is_silent(name: str) -> bool:
    return name in SILENT or f"{name}.".startswith(f"{SILENT_FOLDER}.")


def module_path(name: str) -> Path | None:
    """Source file of a module of the package, or None where there is no such module."""
    head, *rest = name.split(".")
    if head != PACKAGE:
        return None
    folder = ROOT.joinpath(*rest)
    candidates = (folder / "__init__.py", folder.with_suffix(".py")) if rest else (folder / "__init__.py",)
    return next((path for path in candidates if path.is_file()), None)


def imported_modules(name: str) -> set[str]:
    """Names of the clmt modules that a module imports, at its top or inside its functions."""
    path = _existing_path(name)
    return set(_imports(_tree(path), name, path.name == "__init__.py"))


def _existing_path(name: str) -> Path:
    path = module_path(name)
    if path is None:
        raise ClmtError(f"no source of module {name!r} under {ROOT}. Correct the name in the rule or in the import")
    return path


# Keyed by time and size as well, so that a long-lived process (a test) sees an edit.
def _tree(path: Path) -> ast.Module:
    stat = path.stat()
    return _parsed(path, stat.st_mtime_ns, stat.st_size)


@cache
def _parsed(path: Path, mtime_ns: int, size: int) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise ClmtError(f"{path}, line {error.lineno}: not Python! got: {error.msg}") from error


@cache
def _tree_digest(tree: ast.Module) -> str:
    text: list[str] = []
    _write(tree, text)
    return hashlib.sha256("".join(text).encode()).hexdigest()


def _write(node: object, out: list[str]) -> None:
    """Append a syntax tree as text, without docstrings and empty fields (which differ between Python versions)."""
    if isinstance(node, ast.AST):
        out.append(f"({type(node).__name__}")
        for field in node._fields:
            value = getattr(node, field, None)
            if value is not None and value != []:
                out.append(f" {field}=")
                _write(value, out)
        out.append(")")
    elif isinstance(node, list):
        out.append("[")
        for item in node:
            if not _is_remark(item):
                _write(item, out)
        out.append("]")
    else:
        out.append(f"{type(node).__name__}:{node!r}")


def _is_remark(node: object) -> bool:
    """Tell a statement that is a string and no more: the docstring of a function, or of the constant above it."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


# A plan asks for the digest of each of hundreds of jobs; a tree is the same object until its file is edited.
@cache
def _imports(tree: ast.Module, name: str, is_package: bool) -> frozenset[str]:
    package = name if is_package else name.rpartition(".")[0]
    found: set[str] = set()
    for node in _executed(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.update(_with_parents(alias.name))
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            found.update(_with_parents(base))
            found.update(
                f"{base}.{alias.name}" for alias in node.names if module_path(f"{base}.{alias.name}") is not None
            )
    return frozenset(found)


def _executed(node: ast.AST) -> Iterator[ast.stmt]:
    """Walk the statements of a tree and pass over ``if TYPE_CHECKING:``, whose imports never run."""
    only_checked = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    for block in ("orelse",) if only_checked else ("body", "orelse", "finalbody", "handlers", "cases"):
        parts = getattr(node, block, ())
        for part in parts if isinstance(parts, list) else ():  # the body of a lambda is no list
            if isinstance(part, ast.stmt):
                yield part
            yield from _executed(part)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if node.level == 0:
        return node.module or ""
    parents = package.split(".")
    kept = parents[: len(parents) - (node.level - 1)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _with_parents(name: str) -> Iterator[str]:
    """Yield a clmt module and the packages that hold it; importing it runs all of them."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        ancestor = ".".join(parts[:end])
        if module_path(ancestor) is not None:
            yield ancestor
