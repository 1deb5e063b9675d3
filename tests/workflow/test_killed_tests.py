"""A test that is killed takes its Snakemake and the jobs of it along."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.helpers.workflow_help import ROOT

#: Stands for Snakemake: starts a job and waits for it.
SCRIPT = """
import subprocess, sys, types
from pathlib import Path
from tests.helpers.forked_snakemake import fork_snakemake

def main(arguments):
    job = subprocess.Popen(["sleep", "120"])
    Path(arguments[0]).write_text(f"{__import__('os').getpid()} {job.pid} ")
    job.wait()

sys.modules["snakemake.cli"] = types.SimpleNamespace(main=main, get_argument_parser=lambda: None)
fork_snakemake(Path("."), (sys.argv[1],), {}, 100.0)
"""


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def waited(until: object, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def test_a_killed_test_leaves_no_snakemake_and_no_job(tmp_path: Path) -> None:
    note = tmp_path / "processes"
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    test = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(note)], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}
    )
    try:
        assert waited(lambda: note.is_file() and note.read_text().endswith(" "))
        processes = [int(word) for word in note.read_text().split()]
        assert all(map(is_running, processes))
    finally:
        test.send_signal(signal.SIGKILL)
        test.wait()
    assert waited(lambda: not any(map(is_running, processes)))
