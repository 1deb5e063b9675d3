"""Puts the workflow, its configuration and its tables into the package, where an installed clmt looks for them.

Everything else about the build is in pyproject.toml.
"""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
#: Files that a wheel holds below clmt/, as clmt/paths.py looks for them.
PATTERNS = ("workflow/*", "workflow/*/*", "workflow/profiles/*/*", "config/*.yaml", "resources/*.tsv")


def workflow_files() -> list[str]:
    """Paths of the files from the root of the repository."""
    found = (path for pattern in PATTERNS for path in ROOT.glob(pattern) if path.is_file())
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


class BuildPy(build_py):
    """Builds the package with the files beside it; an editable install reads them where they lie."""

    def run(self) -> None:
        """Build as ever, then copy."""
        super().run()
        if self.editable_mode:
            return
        for name in workflow_files():
            target = Path(self.build_lib, "clmt", name)
            self.mkpath(str(target.parent))
            self.copy_file(name, str(target))

    def get_source_files(self) -> list[str]:
        """Name the files to a source distribution too."""
        return [*super().get_source_files(), *workflow_files()]


setup(cmdclass={"build_py": BuildPy})
