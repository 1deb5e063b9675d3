"""The wheel, built and installed into an environment that does not know the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Environment", "build_wheel", "make_environment"]

ROOT = Path(__file__).resolve().parents[2]
#: What a build reads, so that it writes nothing into the checkout.
BUILT_FROM = ("clmt", "workflow", "config", "profiles", "pyproject.toml", "setup.py", "README.md", "LICENSE")


@dataclass(frozen=True)
class Environment:
    """A virtual environment that shares every package of the running one but clmt."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.folder / "bin" / "python"

    def run(self, work: Path, *command: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in a folder; ``snakemake`` is one of them."""
        if command[0] == "snakemake":
            # Not "-m snakemake", which would look for clmt in the working directory.
            starter = "from snakemake.cli import main; main()"
            command = (str(self.python), "-P", "-c", starter, *command[1:])
        else:
            command = (str(self.folder / "bin" / command[0]), *command[1:])
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment.update(XDG_CACHE_HOME=str(work / ".cache"), OMP_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
        environment["PATH"] = f"{self.folder / 'bin'}{os.pathsep}{_path_without_clmt()}"
        return subprocess.run(
            command, cwd=work, env=environment, capture_output=True, text=True, timeout=timeout, check=False
        )


def build_wheel(folder: Path) -> Path:
    """Build the wheel from a copy of the checkout, without the network."""
    source = folder / "source"
    source.mkdir(parents=True)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in BUILT_FROM:
        path = ROOT / name
        shutil.copytree(path, source / name, ignore=ignored) if path.is_dir() else shutil.copy(path, source)
    (source / "resources").mkdir()
    for path in (ROOT / "resources").glob("*.tsv"):
        shutil.copy(path, source / "resources")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    _check([*pip, "--wheel-dir", str(folder), str(source)])
    (wheel,) = folder.glob("clmt-*.whl")
    return wheel


def make_environment(folder: Path, wheel: Path | None) -> Environment:
    """Make an environment with the wheel, or with no clmt at all."""
    venv.create(folder, symlinks=True, with_pip=False)
    made = Environment(folder)
    (site,) = folder.glob("lib/python*/site-packages")
    # A folder named in a .pth file is searched, but its own .pth files, the checkout's among them, are not read.
    (site / "shared.pth").write_text("".join(f"{path}\n" for path in _shared_packages()), encoding="utf-8")
    if wheel is not None:
        pip = [sys.executable, "-m", "pip", "--python", str(made.python), "install", "--quiet", "--no-deps"]
        _check([*pip, "--no-index", str(wheel)])
    return made


def _shared_packages() -> list[str]:
    return [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]


def _path_without_clmt() -> str:
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not Path(folder, "clmt").exists())


def _check(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
