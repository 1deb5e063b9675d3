"""What is planned for the experiments on the worth of text, and what an edit of texts or of an encoder plans again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.helpers.workflow_help import Workspace

TABLE = "results/gdsc_text.tsv"
#: Four models on two folds: the texts as they are, two variants of the vectors, one of the texts.
FEW: dict[str, Any] = {
    "experiments": {
        "gdsc_text": {"folds": 2, "models": ["clmt", "clmt_text_shuffled", "clmt_text_random", "clmt_text_no_names"]}
    }
}
ALL = {"train": 8, "evaluate": 8, "collect": 1}


def test_variants_are_made_of_one_encoding(workspace: Workspace) -> None:
    jobs = workspace.plan("--forceall", "--", TABLE)
    counts = {
        name: jobs[name] for name in ("encode_text", "vary_text_vectors", "fetch_encoder", "build_graph", "train")
    }
    # Read anew: the texts as they are, without names, cut; made of vectors: shuffled, random, one kind or the other.
    assert counts == {
        "encode_text": 3,
        "vary_text_vectors": 4,
        "fetch_encoder": 1,
        "build_graph": 5,
        "train": 8 * 5,
    }


def test_every_job_is_told_its_base(workspace: Workspace) -> None:
    arguments = ["--dry-run", "--forceall", "--printshellcmds", "--configfile"]
    done = workspace.snakemake(*arguments, "config/offline.yaml", workspace.overlay(FEW), "--", TABLE)
    assert done.returncode == 0, done.stderr
    varied = re.findall(r"clmt text vary .*\"encoder\":\"(\w+)\".* --vectors (\S+) --out (\S+)", done.stdout)
    folder = "results/gdsc/features"
    assert sorted(varied) == [
        (name, f"{folder}/text_lsa.parquet", f"{folder}/text_{name}.parquet")
        for name in ("text_random", "text_shuffled")
    ]
    read = re.findall(r"clmt text encode .*\"encoder\":\"(\w+)\".*\"kind\":\"(\w+)\".* --out (\S+)", done.stdout)
    assert sorted(read) == [(name, "lsa", f"{folder}/text_{name}.parquet") for name in ("lsa", "text_no_names")]
    trained = re.findall(r"clmt train .*\"model\":\"(\w+)\".* --text=\S*/text_(\w+)\.parquet", done.stdout)
    encoder = {"clmt": "lsa", **{f"clmt_{name}": name for name in ("text_shuffled", "text_random", "text_no_names")}}
    assert sorted(set(trained)) == sorted(encoder.items())
    base = workspace.snakemake(*arguments[:3], "--", TABLE).stdout
    assert base.count("--folder=resources/models/pubmedbert") == 3


@pytest.mark.parametrize(("overlay", "threads"), [("config/offline.yaml", []), ("", ["4"])], ids=["lsa", "transformer"])
def test_only_a_transformer_waits_for_four_cores(workspace: Workspace, overlay: str, threads: list[str]) -> None:
    # On two cores a job of four gets both, once both are idle: never, while a training is always ready for the one.
    read = ["--configfile", *filter(None, [overlay]), workspace.overlay(FEW)]
    done = workspace.snakemake("--dry-run", "--printshellcmds", "--cores", "8", *read, "--", TABLE)
    assert done.returncode == 0, done.stderr
    jobs = re.findall(r"^ *rule encode_text:\n(.*?)^$", done.stdout, re.MULTILINE | re.DOTALL)
    assert [re.findall(r"threads: (\d+)", told) for told in jobs] == [threads, threads]


def test_the_first_folds_of_a_split_are_run(workspace: Workspace) -> None:
    jobs = workspace.plan("--forceall", "--configfile", workspace.overlay(FEW), "--", TABLE)
    assert {name: jobs[name] for name in ALL} == ALL
    assert jobs["build_graph"] == 2


@pytest.mark.parametrize("offline", [[], ["config/offline.yaml"]], ids=["hub", "offline"])
def test_the_overlay_of_light_runs(workspace: Workspace, offline: list[str]) -> None:
    tables = ["results/gdsc_text_light.tsv", "results/gdsc_text_light_cell_blind.tsv"]
    jobs = workspace.plan("--configfile", *offline, "config/light.yaml", "--", *tables)
    assert (jobs["train"], jobs["collect"], jobs["encode_text"], jobs["vary_text_vectors"]) == (28, 2, 2, 4)
    assert ("fetch_encoder" in jobs) == (not offline)


def test_the_overlay_of_light_runs_measures_the_faults(workspace: Workspace) -> None:
    jobs = workspace.plan("--configfile", "config/offline.yaml", "config/light.yaml", "--", "fidelity")
    # Graphs of two folds: the sound one and six with faults.
    counts = {name: jobs[name] for name in ("train", "evaluate", "build_graph", "collect", "encode_text")}
    assert counts == {"train": 20, "evaluate": 20, "build_graph": 14, "collect": 1, "encode_text": 2}


def test_the_sentence_transformer_has_controls_of_its_own(workspace: Workspace) -> None:
    overlay = "config/light.yaml"
    arguments = ["--dry-run", "--forceall", "--printshellcmds", "--configfile", overlay, "--"]
    done = workspace.snakemake(*arguments, "results/gdsc_text_light.tsv")
    assert done.returncode == 0, done.stderr
    varied = re.findall(
        r"clmt text vary .* --vectors \S+/text_(\w+)\.parquet --out \S+/text_(\w+)\.parquet", done.stdout
    )
    assert {("sentence", "sentence_shuffled"), ("sentence", "sentence_random")} <= set(varied)
    trained = re.findall(r"clmt train .*\"model\":\"(\w+)\".* --text[= ]\S*/text_(\w+)\.parquet", done.stdout)
    own = {(f"light_{name}", name) for name in ("sentence", "sentence_shuffled", "sentence_random")}
    assert own <= set(trained)


def test_edits_of_texts_and_encoders_plan_what_reads_them(workspace: Workspace) -> None:
    arguments = ["--configfile", workspace.overlay(FEW), "--", TABLE]
    workspace.accept(*arguments)
    assert workspace.plan(*arguments) == {}

    # A setting of one variant: its vectors, the runs of its model and the table.
    shuffled, again = "{of: default, shuffle: true}", "{of: default, shuffle: true, seed: 1}"
    workspace.edit("config/config.yaml", shuffled, again)
    assert workspace.plan(*arguments) == {"vary_text_vectors": 1, "train": 2, "evaluate": 2, "collect": 1}
    workspace.edit("config/config.yaml", again, shuffled)

    # One that reads the texts anew.
    nameless, cut = "{of: default, hide_names: true}", "{of: default, hide_names: true, skip_characters: 9}"
    workspace.edit("config/config.yaml", nameless, cut)
    assert workspace.plan(*arguments) == {"encode_text": 1, "train": 2, "evaluate": 2, "collect": 1}
    workspace.edit("config/config.yaml", cut, nameless)

    # The base: its vectors and those of all its variants.
    workspace.edit("config/config.yaml", "max_tokens: 512", "max_tokens: 256")
    assert workspace.plan(*arguments) == {"encode_text": 2, "vary_text_vectors": 2, **ALL}
    workspace.edit("config/config.yaml", "max_tokens: 256", "max_tokens: 512")

    # A source of text: the corpus and all that reads it.
    workspace.edit("config/config.yaml", ", gene_summary]", "]")
    jobs = workspace.plan(*arguments)
    assert {name: jobs[name] for name in ("write_corpus", "encode_text", "vary_text_vectors", *ALL)} == {
        "write_corpus": 1,
        "encode_text": 2,
        "vary_text_vectors": 2,
        **ALL,
    }
    assert "build_graph" not in jobs
