"""What killed processes left is removed, and nothing else ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clmt import scratch
from clmt.files import atomic_path, write_text
from clmt.scratch import scratch_file, scratch_folder

WRITES = (
    "import sys, time; from pathlib import Path; from clmt.files import atomic_path\n"
    "from clmt.scratch import scratch_folder\n"
    "with atomic_path(Path(sys.argv[1])) as temporary, scratch_folder(Path(sys.argv[1])) as folder:\n"
    "    temporary.write_text('half'); (folder / 'a').write_text('half'); print('there', flush=True); time.sleep(600)\n"
)


def start(target: Path) -> subprocess.Popen[str]:
    """A process that is in the middle of writing ``target``."""
    process = subprocess.Popen([sys.executable, "-c", WRITES, str(target)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    return process


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_leavings_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    process = start(tmp_path / "model.pt")
    assert len(names(tmp_path)) == 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    write_text(tmp_path / "history.csv", "x")  # any other target in the folder will do
    assert names(tmp_path) == ["history.csv"]


def test_a_process_that_is_writing_keeps_its_files(tmp_path: Path) -> None:
    process = start(tmp_path / "model.pt")
    try:
        write_text(tmp_path / "model.pt", "whole")
        assert len(names(tmp_path)) == 3
    finally:
        process.kill()
        process.wait()


def own_name(process: int, machine: str | None = None) -> str:
    return f".model.pt.clmt-{machine or scratch._machine()}-{process}-0123abcd.pt"


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    "name",
    [
        ".model.pt.8h4btm_5.pt",
        ".model.pt.clmt-notes",
        "model.pt.clmt-{machine}-{dead}-0123abcd.pt",
        ".model.pt.clmt-{machine}-{dead}-0123abcd.pt.bak",
        ".model.pt.clmt-{machine}-{dead}-0123abcd.pt\n",
        ".model.pt.{dead}.part",
        "training.pt",
    ],
)
def test_what_is_not_named_so_is_the_users(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name.format(machine=scratch._machine(), dead=dead_process())
    mine.write_text("mine")
    os.utime(mine, (0, 0))
    write_text(tmp_path / "model.pt", "whole")
    assert mine.read_text() == "mine"


def test_a_link_is_removed_and_not_what_it_points_to(tmp_path: Path) -> None:
    thesis = tmp_path / "home" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("mine")
    (tmp_path / own_name(dead_process())).symlink_to(thesis.parent)
    write_text(tmp_path / "model.pt", "whole")
    assert names(tmp_path) == ["home", "model.pt"]
    assert thesis.read_text() == "mine"


def test_another_machine_is_given_a_day(tmp_path: Path) -> None:
    fresh, old = (tmp_path / own_name(process, "00000000") for process in (7, 8))
    fresh.touch()
    old.touch()
    os.utime(old, (time.time() - 90_000,) * 2)
    write_text(tmp_path / "model.pt", "whole")
    assert names(tmp_path) == [fresh.name, "model.pt"]


def test_an_earlier_process_of_the_same_number_is_over(tmp_path: Path) -> None:
    """In a container the same command has the same number each time."""
    old = tmp_path / own_name(os.getpid())
    old.touch()
    os.utime(old, (scratch._STARTED - 10,) * 2)
    write_text(tmp_path / "model.pt", "whole")
    assert names(tmp_path) == ["model.pt"]


def at_once(write: Callable[[int], None], count: int = 8) -> None:
    threads = [threading.Thread(target=write, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_that_write_one_target_at_once_leave_one_of_the_two(tmp_path: Path) -> None:
    target, barrier = tmp_path / "model.pt", threading.Barrier(8)

    def write(number: int) -> None:
        with atomic_path(target) as temporary, temporary.open("w") as handle:
            handle.write(f"{number}\n" * 1000)
            barrier.wait(10)  # all are in the middle
            handle.write(f"{number}\n" * 1000)

    at_once(write)
    lines = target.read_text().splitlines()
    assert (len(lines), len(set(lines))) == (2000, 1)
    assert names(tmp_path) == ["model.pt"]


def test_one_name_for_all_would_mix_them(tmp_path: Path) -> None:
    """The wrong variant of the test above: a fixed temporary name."""
    fixed, barrier = tmp_path / ".model.pt.part", threading.Barrier(8)
    contents = []

    def write(number: int) -> None:
        with fixed.open("w") as handle:
            handle.write(f"{number}\n" * 1000)
            handle.flush()
            barrier.wait(10)
            handle.write(f"{number}\n" * 1000)
        contents.append(fixed.read_text())

    at_once(write)
    assert any(len(set(content.splitlines())) > 1 for content in contents)


@pytest.mark.parametrize("name", ["a" * 250, "µ" * 125, f"a.{'b' * 240}"])
def test_a_long_name_is_written(tmp_path: Path, name: str) -> None:
    write_text(tmp_path / name, "x")
    assert names(tmp_path) == [name]


def test_a_failure_removes_them(tmp_path: Path) -> None:
    def write_half() -> None:
        with scratch_file(tmp_path / "a.tsv") as file, scratch_folder(tmp_path / "b") as folder:
            for path in (file, folder / "c.tsv"):
                path.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert names(tmp_path) == []
