"""profiles/slurm as shipped on a real Slurm: the demo's tables equal a local run's; make test-slurm.

Not among the tests that run by default: it starts daemons as root and takes some ten minutes on two cores.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.cluster.local_slurm import LocalSlurm, missing
from tests.helpers.e2e_help import Workplace, explain, furnish
from tests.helpers.results import differences
from tests.helpers.workflow_help import ROOT, run_snakemake

pytestmark = pytest.mark.slurm

TABLES = ("results/demo_cv.tsv", "results/demo_cv_summary.tsv")
#: Two epochs: whether tables are equal does not depend on how good they are.
SHORT = {"mlp": {"epochs": 2}, "clmt": {"epochs": 2}}
FEW_MODELS = ["global_mean", "mean_effects", "mlp"]


def make_place(folder: Path, models: list[str] | None = None) -> Workplace:
    """Furnish a folder with the demo's mirror and an overlay of two epochs, and of some of the models if given."""
    place = furnish(folder)
    overlay: dict[str, object] = {"models": SHORT}
    if models:
        overlay["experiments"] = {"demo_cv": {"models": models}}
    place.path("short.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    return place


def demo_arguments() -> list[str]:
    return ["--configfile", "config/demo.yaml", "short.yaml", "--", TABLES[0]]


def submit(place: Workplace, *arguments: str) -> str:
    """Run Snakemake through the profile, without a word more than a user needs; returns what it said."""
    profile = ("--workflow-profile", str(ROOT / "profiles" / "slurm"))
    done = run_snakemake(place.folder, *profile, *arguments, timeout=3000, OMP_NUM_THREADS="1")
    assert done.returncode == 0, explain(done)
    return done.stdout + done.stderr


def submitted(said: str) -> list[str]:
    """Numbers of the jobs that Slurm was given."""
    return re.findall(r"has been submitted with SLURM jobid (\d+)", said)


@pytest.fixture(params=[False, True], ids=["without_accounting", "with_accounting"])
def slurm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSlurm]:
    lacks = missing(accounting=request.param)
    if lacks:
        pytest.skip(f"no Slurm can be started here: {', '.join(lacks)} missing")
    with LocalSlurm(tmp_path_factory.mktemp("slurm"), accounting=request.param) as slurm:
        yield slurm


def test_demo_on_slurm_equals_a_local_run(slurm, tmp_path, capsys):
    models = FEW_MODELS if slurm.accounting else None
    local, cluster = (make_place(tmp_path / name, models) for name in ("local", "cluster"))
    done = local.snakemake(*demo_arguments(), timeout=3000)
    assert done.returncode == 0, explain(done)
    started = time.monotonic()
    said = submit(cluster, "--snakefile", str(ROOT / "Snakefile"), *demo_arguments())
    seconds = time.monotonic() - started
    jobs = submitted(said)
    steps = int(re.findall(r"of (\d+) steps \(100%\) done", said)[-1])
    with capsys.disabled():
        print(f"\n{steps} steps in {len(jobs)} submissions and {seconds:.0f} s")
    assert differences(local.folder, cluster.folder, TABLES) == []
    # 18 trainings of baselines with their evaluation in two jobs, 6 trainings that ask for a GPU, and 6 or 7 others.
    assert len(jobs) <= (10 if slurm.accounting else 15)
    # From what the plugin says: ended jobs leave the queue after five minutes.
    partitions = re.findall(r"Auto-selected partition '(\w+)' for job (\S+)", said)
    assert len(partitions) == len(jobs)
    assert [job for partition, job in partitions if partition == "gpu"] == ["train"] * (3 if slurm.accounting else 6)
    assert {partition for partition, job in partitions if job != "train"} == {"cpu"}
    if slurm.accounting:
        states = slurm.says("sacct", "-X", "--noheader", "--parsable2", "--format=State,Account").split()
        assert set(states) == {"COMPLETED|lab"}


def test_one_changed_prediction_is_seen(tmp_path):
    one, other = Workplace(tmp_path / "one"), Workplace(tmp_path / "other")
    for place, value in ((one, 1.0), (other, 1.0 + 1e-12)):
        place.path("results/model").mkdir(parents=True)
        pd.DataFrame({"predicted": [value]}).to_parquet(place.path("results/model/predictions.parquet"))
        for name in TABLES:
            place.path(name).write_text(f"rmse\tseconds\n0.5\t{value}\n", encoding="utf-8")
    assert differences(one.folder, other.folder, TABLES) == ["results/model/predictions.parquet"]


#: Jobs named as ours that fail at their first try; a group of two parts and a single job.
FAILING = """
rule all:
    input: "single", "evaluated_first", "evaluated_second"

rule train:
    output: "trained_{model}"
    group: "baselines"
    resources: runtime=lambda wildcards, attempt: 15 * attempt
    shell: "touch {output}"

rule evaluate:
    input: "trained_{model}"
    output: "evaluated_{model}"
    group: "baselines"
    resources: runtime=lambda wildcards, attempt: 10 * attempt
    shell: "[ -e again_{wildcards.model} ] && touch {output} || (touch again_{wildcards.model}; exit 1)"

rule build_graph:
    output: "single"
    shell: "[ -e again ] && touch {output} || (touch again; exit 1)"
"""


def test_failed_jobs_are_noticed_and_ask_for_more(slurm, tmp_path):
    place = Workplace(tmp_path)
    place.path("Snakefile").write_text(FAILING, encoding="utf-8")
    submit(place, "--snakefile", "Snakefile")
    queue = slurm.says("squeue", "--states=all", "--noheader", "--sort=i", "--format=%T %m %l %k").splitlines()
    singles = [line.split()[:2] for line in queue if "build_graph" in line]
    assert singles == [["FAILED", "4000M"], ["COMPLETED", "8000M"]]
    groups = [line.split()[:3] for line in queue if "baselines" in line]
    # Two parts one after the other, 25 minutes each; the second part fails once for itself.
    assert groups[0] == ["FAILED", "8000M", "50:00"]
    assert groups[1][1:] == ["16000M", "1:40:00"]
    assert groups[-1][0] == "COMPLETED"
