"""The workflow's own form: lint, format, and rules that keep to the house."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.workflow_help import ROOT, Workspace

RULE_FILES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
RULE = re.compile(r"^rule (\w+):\n((?:    .*\n|\n)+)", re.MULTILINE)
RULES = [(path.name, *found.groups()) for path in RULE_FILES for found in RULE.finditer(path.read_text())]
#: Those that do something; a rule without a command only names files that others make.
RULES = [rule for rule in RULES if "    shell:\n" in rule[2]]


def test_lint_is_clean(workspace: Workspace) -> None:
    done = workspace.snakemake("--lint")
    assert done.returncode == 0, done.stdout + done.stderr


def test_format_is_clean() -> None:
    snakefmt = shutil.which("snakefmt", path=str(Path(sys.executable).parent)) or pytest.skip("snakefmt is absent")
    done = subprocess.run(
        [snakefmt, "--check", "Snakefile", "workflow"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_rules_were_found() -> None:
    assert {name for _, name, _ in RULES} >= {"fetch_source", "build_tables", "train", "evaluate", "collect", "figures"}


@pytest.mark.parametrize(("file", "name", "body"), RULES, ids=[name for _, name, _ in RULES])
def test_a_rule_is_one_command_with_a_log(file: str, name: str, body: str) -> None:
    command = body.split("shell:")[1]
    assert len(re.findall(r"\bclmt [a-z]", command)) == 1, f"{file}: {name}"
    assert "2> {log" in command
    assert "    log:" in body
    if "localrule: True" not in body:
        assert "mem_mb=" in body
        assert "runtime=" in body
        assert "code=" in body


def test_what_fails_for_good_is_fetched_once() -> None:
    fetching = {name: body for file, name, body in RULES if file == "acquire.smk"}
    assert set(fetching) == {"fetch_source", "resolve_structures", "fetch_encoder"}
    assert all("    retries: 0\n" in body for body in fetching.values())


def test_entry_files_stay_short() -> None:
    assert len((ROOT / "workflow" / "Snakefile").read_text().splitlines()) <= 60
    assert len((ROOT / "workflow" / "rules" / "common.smk").read_text().splitlines()) <= 125
