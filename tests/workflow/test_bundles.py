"""What a bundle and a table of coverage plan."""

from __future__ import annotations

from tests.helpers.workflow_help import Workspace

BUNDLE = "results/gdsc/bundles/{model}.clmt"


def test_a_bundle_trains_its_seeds_on_one_fold_of_the_final_split(workspace: Workspace) -> None:
    jobs = workspace.plan("--", BUNDLE.format(model="clmt"))
    assert {name: jobs[name] for name in ("split_folds", "build_graph", "train", "evaluate", "pack_bundle")} == {
        "split_folds": 1,
        "build_graph": 1,
        "train": 3,
        "evaluate": 3,
        "pack_bundle": 1,
    }
    assert workspace.plan("--", BUNDLE.format(model="clmt_no_text"))["train"] == 1


def test_corrected_terms_are_written_again(workspace: Workspace) -> None:
    target = ["--configfile", "config/offline.yaml", "--", BUNDLE.format(model="clmt_no_text")]
    workspace.accept(*target)
    assert workspace.plan(*target) == {}
    registry = "config/sources.yaml"
    again = dict.fromkeys(("write_corpus", "encode_text", "train", "evaluate", "pack_bundle"), 1)
    for stated, corrected, jobs in (
        ("none stated; the values are GDSC's", "GDSC's", again),
        ("date: 2020\n", "date: 2021\n", again),
        ("none stated; the values are CCLE's", "CCLE's", {}),
    ):
        workspace.edit(registry, stated, corrected)
        assert workspace.plan(*target) == jobs
        workspace.edit(registry, corrected, stated)


def test_a_bundle_is_packed_again_for_other_responses(workspace: Workspace) -> None:
    done = workspace.snakemake("--dry-run", "--", BUNDLE.format(model="clmt_no_text"))
    packed = done.stdout.partition("rule pack_bundle:")[2].partition("output:")[0]
    assert "results/gdsc/tables/response.parquet" in packed


def test_a_model_that_makes_no_bundle_is_refused_in_one_line(workspace: Workspace) -> None:
    refused = workspace.snakemake("--dry-run", "--", BUNDLE.format(model="drug_mean"))
    assert refused.returncode != 0
    assert "error: config: models.drug_mean makes no bundle! got: arch drug_mean" in refused.stderr


def test_coverage_reads_the_graphs_of_new_entities_only(workspace: Workspace) -> None:
    done = workspace.snakemake("--dry-run", "--printshellcmds", "--", "results/report/gdsc_drug_blind_coverage.tsv")
    assert "--kind 'new drug'" in done.stdout
    assert "--graphs results/gdsc/drug_blind/fold0/graph.pt results/gdsc/drug_blind/fold1/graph.pt" in done.stdout
    mixed = workspace.snakemake("--dry-run", "--printshellcmds", "--", "results/report/gdsc_cv_coverage.tsv")
    assert "--graphs --out" in " ".join(mixed.stdout.split())
