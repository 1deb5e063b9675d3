"""What is asked again of look-up services: what an edit concerns, and nothing else."""

from __future__ import annotations

import re

from tests.helpers.workflow_help import Workspace

SERVICES = ("uniprot", "pubchem", "chembl")
RECORDS = [f"results/gdsc/text/records/{service}.json" for service in SERVICES]


def planned(workspace: Workspace) -> list[str]:
    """Services that would be asked again."""
    done = workspace.snakemake("--dry-run", "--allowed-rules", "look_up_records", "--", *RECORDS)
    assert done.returncode == 0, done.stderr[-2000:]
    asked = re.findall(r"^rule look_up_records:\n(?: .*\n)*? +wildcards: .*service=(\w+)$", done.stdout, re.MULTILINE)
    return [service for service in SERVICES if service in asked]


def test_an_edit_of_an_address_or_of_the_own_tables_asks_again(workspace: Workspace) -> None:
    workspace.copy_package()
    workspace.accept("--", *RECORDS)
    assert planned(workspace) == []
    registry = "config/sources.yaml"
    workspace.edit(registry, "/rest/pug_view", "/rest/view2")
    assert planned(workspace) == ["pubchem"]
    workspace.edit(registry, "/rest/view2", "/rest/pug_view")
    assert planned(workspace) == []
    # The symbols that UniProt is asked for come from the table of aliases.
    aliases = workspace.folder / "resources" / "target_aliases.tsv"
    aliases.write_text(aliases.read_text(encoding="utf-8") + "Made-up alias\tKIT\n", encoding="utf-8")
    assert "uniprot" in planned(workspace)
