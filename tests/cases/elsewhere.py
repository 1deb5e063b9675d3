"""Listed problems that need more than one bad input: which test runs each again, and the target that runs the test."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.helpers.workflow_help import ROOT


class Elsewhere(NamedTuple):
    """What was reported, the target of the Makefile, and the file and name of the test, "" where nothing can run it."""

    what: str
    target: str
    file: str
    test: str

    @property
    def there(self) -> bool:
        """Whether there is such a test."""
        path = ROOT / "tests" / self.file
        found = path.is_file() and re.search(rf"^def {self.test}\(", path.read_text(encoding="utf-8"), re.MULTILINE)
        return bool(found)


ELSEWHERE = [
    Elsewhere(*row)
    for row in (
        # Reported by users of similar tools.
        ("weights of an encoder that do not load", "test", "unit/vectors/test_encoders.py",
         "test_weights_that_are_not_in_the_folder_are_refused"),
        (".gz with Content-Encoding: x-gzip", "test", "unit/acquire/test_fetch.py",
         "test_a_content_encoding_does_not_unpack_the_file"),
        ("file system without flock", "test", "unit/acquire/test_pubchem.py",
         "test_a_file_system_without_locks_keeps_the_pace_in_the_process"),
        ("text of a radiolabelled tracer for its drug", "test", "unit/reading/test_names.py",
         "test_an_isotope_in_brackets_is_part_of_the_name"),
        ("a donor on both sides of a blind split", "test", "integrity/test_fold_leaks.py",
         "test_cell_lines_of_a_donor_are_held_out_together"),
        ("counter-ion larger than the drug", "test", "unit/tables/test_drugs.py", "test_two_pamoates_are_two_drugs"),
        ("a 404 that PubChem did not write", "test", "unit/acquire/test_pubchem.py",
         "test_moved_service_does_not_make_every_drug_unknown"),
        ("installed as a package", "test", "package/test_wheel.py", "test_it_plans_from_an_empty_folder"),
        ("units and censoring", "test", "unit/tables/test_units.py", "test_other_units_are_refused"),
        ("slash in a name", "test-live", "live/test_look_ups.py",
         "test_a_name_with_a_slash_is_posted_where_an_argument_is_not_taken"),
        ("spellings of cell lines in the leak screen", "test", "unit/text/test_leakage.py",
         "test_cell_lines_are_found_as_papers_write_them"),
        ("a gene twice", "test", "unit/tables/test_build_tables.py",
         "test_a_gene_that_stands_twice_is_dropped_and_audited"),
        ("second array of a cell line", "test", "unit/tables/test_build_tables.py",
         "test_a_second_array_of_a_cell_line_is_dropped_and_audited"),
        ("normalized Pearson of a constant", "test", "unit/evaluation/test_metrics.py",
         "test_constant_predictions_score_zero_and_constant_responses_score_nothing"),
        # Reliability: clusters, kills, disks.
        ("checkpoint of an orphaned training", "test", "unit/runs/test_runs_of_a_fold.py",
         "test_a_checkpoint_of_other_settings_is_refused"),
        ("Slurm with and without accounting, jobs grouped", "test-slurm", "cluster/test_slurm.py",
         "test_demo_on_slurm_equals_a_local_run"),
        ("jobs that fail on Slurm, memory and time grow", "test-slurm", "cluster/test_slurm.py",
         "test_failed_jobs_are_noticed_and_ask_for_more"),
        ("a lock that a kill leaves", "test-kills", "kills/test_kills.py", "test_a_lock_that_was_left_is_explained"),
        ("kills of a run at random moments", "test-kills", "kills/test_kills.py", "test_twenty_kills_change_nothing"),
        ("a killed training starts over", "test", "unit/runs/test_training_file.py",
         "test_two_kills_of_the_process_change_nothing"),
        ("which models get a GPU", "test", "unit/planning/test_runs_of_config.py",
         "test_only_stepwise_training_asks_for_a_gpu"),
        ("leavings of killed commands", "test", "unit/test_scratch.py",
         "test_the_leavings_of_a_killed_process_are_removed"),
        ("a download that broke off", "test-live", "live/test_files.py", "test_a_file_that_broke_off_is_continued"),
        ("equal bytes of .pt files", "test", "unit/graph/test_fold_graph.py", "test_equal_graphs_give_equal_bytes"),
        ("a full disk names its file", "test", "unit/test_files.py", "test_a_full_disk_names_the_output"),
        ("days in the log", "test", "unit/test_logs.py",
         "test_a_record_says_its_day_and_cannot_command_the_terminal"),
        ("all hosts, each fault once", "test-live", "live/test_whole_run.py",
         "test_a_live_run_with_faults_gives_what_the_mirror_gives"),
    )
]  # fmt: skip


def table() -> str:
    """The list as lines of text."""
    rows = [f"{each.what}\tmake {each.target}\ttests/{each.file}::{each.test}" for each in ELSEWHERE]
    return "\n".join(["run elsewhere\ttarget\ttest", *rows])
