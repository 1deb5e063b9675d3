"""The configuration with overlays, merged as Snakemake does; the example of own data is one."""

from __future__ import annotations

import pytest

from clmt.errors import ClmtError
from clmt.paths import here_or_packaged
from clmt.planning.config import check_form, form_faults
from clmt.planning.names import check_names
from clmt.planning.overlays import read_config

EXAMPLE = here_or_packaged("config/own_data.example.yaml")


def test_mappings_are_merged_and_lists_replaced(tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("seed: 1\ndatasets: {gdsc: {exclude_drugs: [Cisplatin]}}\n")
    second.write_text("seed: 2\n")
    merged = read_config([first, second])
    assert merged["seed"] == 2
    assert merged["datasets"]["gdsc"]["exclude_drugs"] == ["Cisplatin"]
    assert merged["datasets"]["gdsc"]["layout"] == "survey_gdsc"


def test_the_example_of_own_data_is_a_configuration():
    config = read_config([EXAMPLE])
    check_form(config)
    check_names(config)
    assert config["datasets"]["own"]["unit"] == "um"
    assert config["models"]["clmt"]["arch"] == "clmt"


def test_every_fault_of_form_is_listed(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("seed: x\ndatasets: {own: {labl: a, layout: tables, archive: d}}\n")
    found = [str(fault) for fault in form_faults(read_config([path]))]
    assert len(found) == 2
    assert any("seed is no whole number" in fault for fault in found)
    assert any("datasets.own: unknown key! got: 'labl'" in fault for fault in found)
    assert form_faults(read_config([EXAMPLE])) == []


@pytest.mark.parametrize(
    ("text", "words"), [("- a\n", "got: list"), ("# a\n", "no configuration! got: nothing"), ("a: [", "not valid YAML")]
)
def test_what_is_no_configuration_is_named(tmp_path, text, words):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(ClmtError, match=words):
        read_config([path])
