"""What sources need, and how their services are asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from clmt.errors import ClmtError
from clmt.planning.settings.text import TextSettings
from clmt.planning.text_sources import SOURCE_CHOICES
from clmt.text.build import build_corpus
from clmt.text.facts import listed, look_up, required_files, required_services
from tests.helpers.service_answers import (
    PUG,
    Answers,
)


def test_lists_read_as_prose():
    assert [listed(list("ab")[:n]) for n in (1, 2)] == ["a", "a and b"]
    assert listed(list("abcd"), 2) == "a, b and 2 more"


def test_only_what_is_configured_is_an_input(world, tmp_path):
    settings = TextSettings(sources=("repurposing_hub", "uniprot"))
    assert required_files(settings) == ["repurposing_hub", "gdsc_compounds"]
    assert required_services(settings) == ["uniprot"]
    tables, inputs, registry = world
    few = {name: inputs[name] for name in ("repurposing_hub", "gdsc_compounds")}
    with pytest.raises(ClmtError, match="'uniprot' is configured without its file"):
        build_corpus(settings, tables, few, registry, tmp_path / "text")
    with pytest.raises(ClmtError, match=r"expected one of: .*uniprot"):
        build_corpus(settings, tables, {**few, "unipro": inputs["uniprot"]}, registry, tmp_path / "text")
    assert not (tmp_path / "text").exists()


def test_the_documentation_names_every_source_and_which_are_default():
    folder = Path(__file__).resolve().parents[3] / "config"
    default = yaml.safe_load((folder / "config.yaml").read_text())["text"]["sources"]
    rows = re.findall(r"^\| `(\w+)` \|.*\| (yes|no) \|$", (folder / "README.md").read_text(), re.MULTILINE)
    assert dict(rows) == {source: "yes" if source in default else "no" for source in SOURCE_CHOICES}


def test_an_unknown_service_is_refused_with_the_choices(services):
    registry, drugs, files, out = services
    with pytest.raises(ClmtError, match="got: 'drugbank', expected one of: chembl"):
        look_up("drugbank", Answers({}), registry, drugs, files, out)


def test_a_service_whose_every_answer_is_odd_is_named(services):
    registry, drugs, files, out = services
    # Drugs without the identifier are not asked about, so they do not hide that all the others failed.
    answers = {f"{PUG}_view/data/compound/{cid}/JSON?heading=Mechanism+of+Action": ["x"] for cid in (11, 12, 14)}
    with pytest.raises(ClmtError, match=r"PubChem: each look-up failed, so its layout has changed .* got: 3 failures"):
        look_up("pubchem", Answers(answers), registry, drugs, files, out)
    assert not out.exists()
