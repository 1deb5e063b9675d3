"""What is planned for a target, and what an edit plans again."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import yaml

from tests.helpers.workflow_help import SMALL, Workspace

TABLE = "results/gdsc_cv.tsv"


def test_jobs_of_the_headline_table(workspace: Workspace) -> None:
    jobs = workspace.plan("--forceall", "--", TABLE)
    assert {name: jobs[name] for name in ("build_tables", "featurise_molecules", "split_folds", "build_graph")} == {
        "build_tables": 1,
        "featurise_molecules": 1,
        "split_folds": 1,
        "build_graph": 5,
    }
    assert (jobs["train"], jobs["evaluate"], jobs["collect"]) == (70, 70, 1)
    assert "figures" not in jobs


@pytest.mark.parametrize(
    "target", [["--configfile", "config/demo.yaml"], ["--", "results/ccle_cv.tsv"]], ids=["default", "ccle_cv"]
)
def test_both_snakefiles_plan_the_same(workspace: Workspace, target: list[str]) -> None:
    root = workspace.plan("--forceall", *target)
    assert root == workspace.plan("--forceall", "--snakefile", "workflow/Snakefile", *target)
    assert root["collect"] == 1


def test_runs_of_two_experiments_are_shared(workspace: Workspace) -> None:
    again = {"dataset": "gdsc", "split": "mixed", "models": ["drug_mean", "cell_mean"]}
    overlay = workspace.overlay({**SMALL, "experiments": {**SMALL["experiments"], "again": again}})
    jobs = workspace.plan("--configfile", overlay, "--", TABLE, "results/again.tsv")
    assert (jobs["train"], jobs["collect"]) == (2 * 4, 2)


def test_the_demo_plans_no_real_dataset(workspace: Workspace) -> None:
    jobs = workspace.plan("--configfile", "config/demo.yaml")
    assert (jobs["collect"], jobs["build_tables"]) == (1, 1)
    refused = workspace.snakemake("--dry-run", "--configfile", "config/demo.yaml", "--", TABLE)
    assert refused.returncode != 0
    assert not (workspace.folder / "results").exists()


def test_a_page_of_texts_is_planned_for_each_dataset_and_trains_nothing(workspace: Workspace) -> None:
    assert workspace.plan("--", "results/report/gdsc_texts.html", "results/report/ccle_texts.html")["text_page"] == 2
    assert workspace.plan("--configfile", "config/demo.yaml")["text_page"] == 1
    alone = workspace.plan("--", "results/report/ccle_texts.html")
    assert (alone["text_page"], alone["write_corpus"]) == (1, 1)
    assert {"train", "encode_text", "fetch_encoder"} & set(alone) == set()
    done = workspace.snakemake("--dry-run", "--printshellcmds", "--configfile", "config/demo.yaml")
    assert re.search(r"clmt text page --dataset demo .*--simulated --out results/report/demo_texts\.html", done.stdout)


def test_offline_overlay_needs_no_hub(workspace: Workspace) -> None:
    overlay = workspace.overlay({"experiments": {"gdsc_cv": {"folds": 1, "models": ["clmt"]}}})
    assert "fetch_encoder" not in workspace.plan("--configfile", "config/offline.yaml", overlay, "--", TABLE)
    assert workspace.plan("--configfile", overlay, "--", TABLE)["fetch_encoder"] == 1


def test_mirror_is_a_config_value(workspace: Workspace) -> None:
    small = ["--configfile", workspace.overlay(SMALL), "--config", "mirror=elsewhere/mirror"]
    done = workspace.snakemake("--dry-run", "--printshellcmds", *small, "--", TABLE)
    assert done.returncode == 0, done.stderr
    assert "--mirror=elsewhere/mirror" in done.stdout


def test_every_fold_is_told_its_number(workspace: Workspace) -> None:
    done = workspace.snakemake("--dry-run", "--forceall", "--printshellcmds", "--", TABLE)
    assert done.returncode == 0, done.stderr
    graphs = re.findall(r"clmt graph .*\"fold\":(\d+).* --out \S*/fold(\d+)/graph\.pt", done.stdout)
    assert sorted(graphs) == [(str(fold), str(fold)) for fold in range(5)]
    runs = re.findall(r"clmt train .*\"fold\":(\d+).* --graph \S*/fold(\d+)/graph\.pt", done.stdout)
    assert len(runs) == 70
    assert all(told == read for told, read in runs)
    # A network's training, and what it waits for, starts before the baselines that take seconds, lest it be the last.
    jobs = re.findall(r"^ *rule (\w+):\n(.*?)^$", done.stdout, re.MULTILINE | re.DOTALL)
    priority = {(rule, *re.findall(r"model=(\w+)", told)): re.findall(r"priority: (\d+)", told) for rule, told in jobs}
    first = {key for key, told in priority.items() if told == ["1"]}
    waited_for = {("featurise_molecules",), ("split_folds",), ("build_graph",), ("write_corpus",), ("encode_text",)}
    assert first == {("train", "clmt"), ("train", "mlp"), *waited_for}
    members = re.findall(
        r"clmt predict-held-out --settings .*\"fold\":(\d+).* --graph \S*/fold(\d+)/graph\.pt", done.stdout
    )
    assert len(members) == done.stdout.count("clmt predict-held-out") > 0
    assert all(told == read for told, read in members)


@pytest.mark.parametrize(
    ("target", "told"), [("results/gdsc_text_sources.tsv", ["drug_gp_text_all"]), (TABLE, [])], ids=["named", "none"]
)
def test_the_model_that_the_others_are_compared_with_is_told(
    workspace: Workspace, target: str, told: list[str]
) -> None:
    done = workspace.snakemake("--dry-run", "--printshellcmds", "--configfile", "config/offline.yaml", "--", target)
    assert done.returncode == 0, done.stderr
    commands = re.findall(r"clmt collect .*", done.stdout)
    assert len(commands) == 1
    assert re.findall(r"--reference (\S+)", commands[0]) == told


def test_planning_imports_no_heavy_library() -> None:
    script = (
        "import sys\n"
        "import clmt.planning.runs, clmt.planning.config, clmt.planning.digest, clmt.acquire.registry, clmt.cli\n"
        "clmt.cli.build_parser()\n"
        "heavy = {'torch', 'numpy', 'pandas', 'sklearn', 'rdkit', 'matplotlib', 'transformers', 'snakemake'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_edits_plan_just_what_they_concern(workspace: Workspace) -> None:
    workspace.copy_package()
    arguments = ["--configfile", workspace.overlay(SMALL), "--", TABLE]
    workspace.accept(*arguments)
    assert workspace.plan(*arguments) == {}

    # A comment and a docstring are not code.
    means = "clmt/models/baselines/means.py"
    workspace.edit(means, "class MeanEffects", "# A comment.\nclass MeanEffects")
    workspace.edit(means, '"""Predict ln IC50', '"""Edited: predict ln IC50')
    assert workspace.plan(*arguments) == {}

    # A new line in the table of architectures concerns no run that is there.
    workspace.edit(
        "clmt/planning/architectures.py",
        '    "drug_mean"',
        '    "another": Architecture("clmt.models.another:A"),\n    "drug_mean"',
    )
    assert workspace.plan(*arguments) == {}

    # A hyper-parameter concerns its own model and the table.
    workspace.edit("config/config.yaml", "rank: 48", "rank: 47")
    assert workspace.plan(*arguments) == {"train": 2, "evaluate": 2, "collect": 1}
    workspace.edit("config/config.yaml", "rank: 47", "rank: 48")

    # The code of the tables trains nothing.
    workspace.edit("clmt/evaluation/tables.py", "\n__all__", "\nEDITED = True\n__all__")
    assert workspace.plan(*arguments) == {"collect": 1}
    workspace.edit("clmt/evaluation/tables.py", "\nEDITED = True\n__all__", "\n__all__")

    # The code of one architecture concerns its runs and the table.
    workspace.edit("clmt/models/baselines/factorisation.py", "\n__all__", "\nEDITED = True\n__all__")
    assert workspace.plan(*arguments) == {"train": 2, "evaluate": 2, "collect": 1}


def test_an_edit_of_a_template_draws_its_page_again(workspace: Workspace) -> None:
    workspace.copy_package()
    pages = ["--configfile", "config/demo.yaml", "--", "results/report/demo_texts.html"]
    workspace.accept(*pages)
    workspace.edit("clmt/report/table.css", "table {", "table { color: #000;")
    assert workspace.plan(*pages) == {}
    workspace.edit("clmt/text/page/page.js", "const title", "const another = 1;\nconst title")
    assert workspace.plan(*pages) == {"text_page": 1}


def test_edits_of_clmt_and_of_sources_plan_just_what_they_concern(workspace: Workspace) -> None:
    workspace.copy_package()
    overlay = workspace.overlay({**SMALL, "experiments": {"gdsc_cv": {"models": ["clmt", "drug_mean"]}}})
    arguments = ["--configfile", "config/offline.yaml", overlay, "--", TABLE]
    workspace.accept(*arguments)
    assert workspace.plan(*arguments) == {}

    # Neither a comment nor a docstring of CLMT is code; a number is.
    clmt = "clmt/models/clmt/model.py"
    workspace.edit(clmt, "\n__all__", "\n# A comment.\n__all__")
    workspace.edit(clmt, '"""CLMT as a `Model`:', '"""Edited. CLMT as a `Model`:')
    workspace.edit(clmt, '"""Train on the fold', '"""Edited. Train on the fold')
    assert workspace.plan(*arguments) == {}
    workspace.edit(clmt, "max(scale, 1e-6)", "max(scale, 1e-7)")
    assert workspace.plan(*arguments) == {"train": 2, "evaluate": 2, "collect": 1}
    workspace.edit(clmt, "max(scale, 1e-7)", "max(scale, 1e-6)")

    # Nor is the form of a setting whose value is told to the job: its help, its range or its default.
    workspace.edit("clmt/planning/settings/clmt.py", "default=110, description=", "default=111, description=")
    assert workspace.plan(*arguments) == {}

    # A new checksum fetches its file again and plans what is made of it; no other file is fetched.
    registry = "config/sources.yaml"
    published = re.search(r"survey_gdsc:.*?sha256: (\w{64})", (workspace.folder / registry).read_text(), re.DOTALL)
    assert published
    workspace.edit(registry, published.group(1), "a" * 64)
    jobs = workspace.plan(*arguments)
    assert (jobs["fetch_source"], jobs["resolve_structures"], jobs["build_tables"]) == (1, 1, 1)
    workspace.edit(registry, "a" * 64, published.group(1))

    # The address of PubChem concerns the structures, and what is made of them.
    workspace.edit(registry, "url: https://pubchem.ncbi.nlm.nih.gov/rest/pug\n", "url: https://example.org/pug\n")
    jobs = workspace.plan(*arguments)
    assert (jobs["resolve_structures"], jobs["build_tables"]) == (1, 1)
    assert "fetch_source" not in jobs


@pytest.mark.parametrize(
    ("target", "jobs"),
    [
        ("tables_main", {"collect": 4, "train": 70 + 70 + 55 + 50, "index": 0}),
        ("ablation", {"collect": 1, "train": 30, "index": 0}),
        ("cases", {"collect": 3, "single_cases": 3, "index": 0}),
        ("releases", {"collect": 3, "train": 5 * (8 + 8 + 8), "index": 0}),
    ],
)
def test_jobs_of_a_part_of_the_paper(workspace: Workspace, target: str, jobs: dict[str, int]) -> None:
    planned = workspace.plan("--forceall", "--", target)
    assert {name: planned.get(name, 0) for name in jobs} == jobs
    assert planned["figures"] == jobs["collect"]


def test_the_paper_is_all_parts_and_trains_a_shared_run_once(workspace: Workspace) -> None:
    groups = yaml.safe_load((workspace.folder / "config" / "config.yaml").read_text())["groups"]
    overlay = workspace.overlay({**SMALL, "groups": {name: {"experiments": ["gdsc_cv"]} for name in groups}})
    jobs = workspace.plan("--configfile", overlay, "--", "paper")
    assert (jobs["train"], jobs["collect"], jobs["figures"], jobs["index"], jobs["text_page"]) == (6, 1, 1, 1, 1)
    assert jobs["rocrate"] == 1
    assert "single_cases" not in jobs  # no model of the part has an embedding


def test_cases_of_an_experiment_without_an_embedding_are_refused_in_one_line(workspace: Workspace) -> None:
    done = workspace.snakemake("--dry-run", "--", "results/report/gdsc_repeated_cases.html")
    assert done.returncode == 2
    refused = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(refused) == 1
    assert "experiments.gdsc_repeated has no model with an embedding" in refused[0]
