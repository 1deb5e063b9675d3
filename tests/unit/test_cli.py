"""The command line: help, version, and how a refusal looks."""

from __future__ import annotations

import argparse
import os
import pkgutil
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
import torch

from clmt import __version__, cli, commands
from clmt.errors import ClmtError
from clmt.files import atomic_path

RULE_COMMANDS = ("fetch", "pubchem", "tables", "text", "molecules", "folds", "graph", "train", "evaluate", "collect")


def install_command(monkeypatch: pytest.MonkeyPatch, run: object) -> None:
    """Make the parser know one command only, ``go``."""

    def parser() -> argparse.ArgumentParser:
        made = argparse.ArgumentParser()
        made.add_argument("--log-level", default="info")
        made.add_argument("command")
        made.set_defaults(run=run)
        return made

    monkeypatch.setattr(cli, "build_parser", parser)


@pytest.mark.parametrize("command", [*RULE_COMMANDS, "figures", "demo", "mirror", "where", "check-sources"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main([command, "--help"])
    assert stop.value.code == 0
    assert f"usage: clmt {command}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"clmt {__version__}\n"


def test_no_command_is_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main([])
    assert stop.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_a_refusal_is_one_line_and_code_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(args: argparse.Namespace) -> None:
        raise ClmtError("no such drug! got: 'Asprin', expected one of: Aspirin")

    install_command(monkeypatch, run)
    assert cli.main(["go"]) == 2
    assert capsys.readouterr().err == "error: no such drug! got: 'Asprin', expected one of: Aspirin\n"


def test_a_path_that_cannot_be_written_is_one_line_and_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert cli.main(["demo", "--out", str(tmp_path / "file" / "mirror")]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith(f"error: {tmp_path / 'file'}")
    assert "! Give a path that can be read, or written" in error


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (
            PermissionError(13, "Permission denied", "/out/t"),
            "error: /out/t: Permission denied! Give a path that can be",
        ),
        (OSError(28, "No space left on device"), "error: clmt go: No space left on device, on standard output or"),
        (
            OSError(28, "No space left on device", "/mirror/t", None, "/out/t"),
            "error: /out/t: No space left on device!",
        ),
        (OSError("two\nlines"), "error: clmt go: two lines\n"),
        (OSError(), "error: clmt go: OSError\n"),
        (MemoryError("Unable to allocate 8 GiB"), "error: clmt go: memory is not enough! Unable to allocate 8 GiB."),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "error: clmt go: memory is not enough! Default"),
        (torch.OutOfMemoryError("CUDA out of memory."), "error: clmt go: memory is not enough! CUDA out of memory."),
    ],
    ids=["permission", "full disk", "copy", "lines", "empty", "memory", "memory of torch", "memory of a GPU"],
)
def test_a_fault_of_the_machine_is_one_line_and_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Exception, line: str
) -> None:
    def run(args: argparse.Namespace) -> None:
        raise fault

    install_command(monkeypatch, run)
    assert cli.main(["go"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(line)
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ("graph --response r --expression e --mutation m --copy-number n --cell-lines c --drugs d --molecules o"
         " --folds f --out r", "r: one file is given twice, with --response and --out! Name another"),
        ("evaluate --model m --graph g --molecules o --response r --predictions p --metrics ./p",
         "p: one file is given twice, with --predictions and --metrics!"),
        ("collect --experiment e --models a --metrics m m --predictions p --table t --summary s",
         "m: one file is given twice, with --metrics and --metrics!"),
    ],
)  # fmt: skip
def test_a_file_under_two_names_is_refused_before_anything_is_replaced(
    argv: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "rp":
        (tmp_path / name).write_text("mine")
    assert cli.main([*argv.split(), *(["--settings", "{}"] if argv[0] != "c" else [])]) == 2
    assert words in capsys.readouterr().err
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"r": "mine", "p": "mine"}


def test_an_interruption_is_code_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(args: argparse.Namespace) -> None:
        raise KeyboardInterrupt

    install_command(monkeypatch, run)
    assert cli.main(["go"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_fault_of_the_program_is_one_line_and_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: argparse.Namespace) -> None:
        raise ZeroDivisionError("division\nby zero")

    install_command(monkeypatch, run)
    assert cli.main(["go"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: clmt go: ZeroDivisionError: division by zero. ")
    assert error.count("\n") == 1
    monkeypatch.setenv("CLMT_TRACEBACK", "1")
    assert cli.main(["go"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_has_enough_is_no_error() -> None:
    script = (
        "import argparse, sys\nfrom clmt import cli\nmade = argparse.ArgumentParser()\n"
        "made.set_defaults(log_level='info', command='go', run=lambda args: print('line\\n' * 100000))\n"
        "cli.build_parser = lambda: made\nsys.exit(cli.main([]))\n"
    )
    done = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" | head -1; exit ${PIPESTATUS[0]}', sys.executable, script],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "line\n", "")


def run_printing(what: str, redirection: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command that prints one text, its output redirected by the shell."""
    script = (
        "import argparse, sys\nfrom clmt import cli\nmade = argparse.ArgumentParser()\n"
        f"made.set_defaults(log_level='info', command='go', run=lambda args: print({what}))\n"
        "cli.build_parser = lambda: made\nsys.exit(cli.main([]))\n"
    )
    return subprocess.run(
        ["bash", "-c", f'"$0" -c "$1" {redirection}', sys.executable, script],
        capture_output=True, text=True, check=False, env=os.environ | environment,
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("count", [1, 1_000_000], ids=["at the end", "in between"])
def test_a_full_disk_behind_the_output_is_told(count: int) -> None:
    done = run_printing(f"'x' * {count}", "> /dev/full")
    assert done.returncode == 2
    assert done.stderr == (
        "error: clmt go: No space left on device, on standard output or the disk of temporary files\n"
    )


def test_a_terminal_that_lacks_a_letter_and_a_closed_output_are_no_errors() -> None:
    done = run_printing("'5 \u00b5M'", "", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout, done.stderr) == (0, "5 ?M\n", "")
    done = run_printing("'text'", ">&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_refusal_cannot_command_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: argparse.Namespace) -> None:
        raise ClmtError("no drug 'a\x1b[2Jb\nc\u2028'!")

    install_command(monkeypatch, run)
    assert cli.main(["go"]) == 2
    assert capsys.readouterr().err == "error: no drug 'a\ufffd[2Jb\ufffdc\ufffd'!\n"


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--seed", "-1", "got: '-1', expected: a whole number from 0 to 2147483647"),
        ("--seed", "1" * 5000, "1...', expected: a whole number"),
        ("--seed", "1_0", "got: '1_0'"),
        ("--seed", "3.0", "got: '3.0'"),
        ("--replicates", "0", "from 10 to 100000"),
        ("--replicates", "1000000000", "got: '1000000000'"),
        ("--replicate", "", "got: ''"),
    ],
)
def test_a_number_out_of_range_is_one_line(
    option: str, value: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["collect", "--experiment", "e", "--metrics", "m", "--predictions", "p", f"{option}={value}"])
    error = capsys.readouterr().err
    assert stop.value.code == 2
    assert error.startswith(f"error: clmt collect: argument {option}")
    assert words in error
    assert error.count("\n") == 1
    assert len(error) < 300


def test_a_terminated_command_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(args: argparse.Namespace) -> None:
        with atomic_path(tmp_path / "table.tsv") as temporary:
            temporary.write_text("half")
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)

    install_command(monkeypatch, run)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as stop:
        cli.main(["go"])
    assert stop.value.code == 143
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) == before


def test_every_stage_registers_commands() -> None:
    names = [module.name for module in pkgutil.iter_modules(commands.__path__)]
    assert "experiment" in names
    for name in names:
        assert callable(import_module(f"clmt.commands.{name}").register)


def test_help_answers_at_once_without_heavy_libraries() -> None:
    script = (
        "import sys\nfrom clmt.cli import build_parser\nbuild_parser().format_help()\n"
        "print(sorted({'torch', 'numpy', 'pandas', 'pyarrow', 'sklearn', 'rdkit'} & set(sys.modules)))\n"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert time.perf_counter() - start < 5  # half a second on an idle machine
