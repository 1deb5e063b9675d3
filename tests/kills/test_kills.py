"""The demo, killed at twenty random moments and started again each time, ends as one that was left alone.

`make test-kills`; not among the tests that run by default: it takes some fifteen minutes on two cores. Trainings of
CLMT last minutes here, so that some kills come after a save.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from clmt.planning.lock import LOCKS
from tests.helpers.e2e_help import Workplace, furnish
from tests.helpers.results import differences
from tests.helpers.workflow_help import ROOT

pytestmark = pytest.mark.kills

SEED = 20
#: Seconds from a start to its kill: most of them hit jobs of seconds, the others a training that was saved.
DELAYS = [(3.0, 20.0)] * 13 + [(70.0, 95.0)] * 7
TABLES = ("demo_cv.tsv", "demo_cv_summary.tsv")
#: Two folds, and 150 epochs to the end.
LONG = {
    "splits": {"demo_mixed": {"folds": 2}},
    "models": {"clmt": {"epochs": 150, "patience": 150}, "mlp": {"epochs": 60}},
}


@dataclass
class Kill:
    """What a kill met."""

    delay: float
    running: list[str]
    lost: float
    locked: bool


def command(place: Workplace, *arguments: str) -> list[str]:
    here = ["--snakefile", str(ROOT / "Snakefile"), "--cores", "2", "--directory", str(place.folder)]
    asked = ["--configfile", "config/demo.yaml", "long.yaml", "--", "results/demo_cv.tsv"]
    return [sys.executable, "-m", "snakemake", *here, "--rerun-incomplete", *arguments, *asked]


def make_place(folder: Path) -> Workplace:
    place = furnish(folder)
    place.path("long.yaml").write_text(yaml.safe_dump(LONG), encoding="utf-8")
    return place


def environment(place: Workplace) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"PATH": path, "XDG_CACHE_HOME": str(place.path(".cache")), "OMP_NUM_THREADS": "1"}


def start(place: Workplace, *arguments: str) -> subprocess.Popen[bytes]:
    """Start Snakemake in a session of its own, its words into a file."""
    with place.path("said.log").open("ab") as said:
        return subprocess.Popen(
            command(place, *arguments),
            cwd=place.folder,
            env=environment(place),
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def session(process: subprocess.Popen[bytes]) -> dict[int, tuple[str, float]]:
    """Living processes of the session that was started: command line and seconds since its start."""
    asked = ["ps", "-ww", "-o", "pid=,stat=,etimes=,args=", "-s", str(process.pid)]
    shown = subprocess.run(asked, capture_output=True, text=True, check=False)
    rows = (line.split(None, 3) for line in shown.stdout.splitlines())
    return {int(pid): (words, float(age)) for pid, state, age, words in rows if not state.startswith("Z")}


def kill(place: Workplace, process: subprocess.Popen[bytes], delay: float) -> Kill:
    """SIGKILL to every process of the session; then the lock is cleared."""
    members = session(process)
    trainings = {words.split("--model ")[1].split()[0]: age for words, age in members.values() if "clmt train" in words}
    now = time.time()
    lost = [_lost(place.path(model).with_name("training.pt"), age, now) for model, age in trainings.items()]
    for number in members:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    process.wait()
    while session(process):
        time.sleep(0.05)
    locked = any(place.path(str(LOCKS)).glob("*.lock"))
    if locked:
        assert start(place, "--unlock").wait() == 0
    return Kill(delay, sorted(trainings), max(lost, default=0.0), locked)


def _lost(kept: Path, age: float, now: float) -> float:
    """Seconds of a training that a kill loses: since its last save, or since its start."""
    return min(age, now - kept.stat().st_mtime) if kept.exists() else age


def finish(place: Workplace) -> str:
    """Run to the end; returns everything that Snakemake said in all starts."""
    code = start(place).wait()
    said = place.path("said.log").read_text(encoding="utf-8")
    assert code == 0, said[-4000:]
    return said


def run_or_kill(place: Workplace, delay: float) -> Kill | None:
    """Run for so many seconds and kill what is left; None where the run came to its end before."""
    process = start(place)
    try:
        code = process.wait(delay)
    except subprocess.TimeoutExpired:
        return kill(place, process, delay)
    assert code == 0, place.path("said.log").read_text(encoding="utf-8")[-4000:]
    return None


def test_twenty_kills_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, places = make_place(tmp_path / "whole"), [make_place(tmp_path / "killed0")]
    dice = random.Random(SEED)
    kills: list[Kill] = []
    for delay in (dice.uniform(*bounds) for bounds in DELAYS):
        met = run_or_kill(places[-1], delay)
        if met is None:  # a quick machine gets to the end between kills, and begins once more
            places.append(make_place(tmp_path / f"killed{len(places)}"))
            met = run_or_kill(places[-1], delay)
            assert met is not None, f"the whole run takes less than {delay:.0f} s: give LONG more epochs"
        kills.append(met)
        with capsys.disabled():
            print(len(kills), met, flush=True)
    for place in (*places, whole):
        finish(place)
    with capsys.disabled():
        locks, lost = sum(each.locked for each in kills), max(each.lost for each in kills)
        counts = f"{len(kills)} kills of {len(places)} runs, {locks} locks"
        print(f"{counts}, at most {lost:.0f} s of a training lost", flush=True)
    for place in places:
        assert differences(whole.path("results"), place.path("results"), TABLES, checkpoints=True) == []
        files = place.path("results").rglob("*")
        assert [path for path in files if ".clmt-" in path.name or path.name == "training.pt"] == []
    assert max(each.lost for each in kills) < 60  # `SAVE_SECONDS`, an epoch and a save of two trainings on two cores


def test_a_lock_that_was_left_is_explained(tmp_path: Path) -> None:
    place = make_place(tmp_path)
    process = start(place)
    while not any(place.path(str(LOCKS)).glob("*.lock")):
        assert process.poll() is None
        time.sleep(0.1)
    for number in session(process):
        os.kill(number, signal.SIGKILL)
    process.wait()
    assert start(place).wait() == 1
    said = place.path("said.log").read_text(encoding="utf-8")
    assert said.count("note: .snakemake/locks is locked") == said.count("Directory cannot be locked") == 1
