"""How names of drugs are matched."""

from __future__ import annotations

import pytest

from clmt.reading.names import Match, Named, NameIndex, name_key, name_keys, split_names


def test_names_are_letters_and_digits_with_salts_and_brackets_stripped():
    assert name_key("PF-2341066 (β)") == "pf2341066beta"
    assert name_keys("Obatoclax Mesylate") == ["obatoclaxmesylate", "obatoclax"]
    assert name_keys("Bleomycin (50 uM)") == ["bleomycin50um", "bleomycin"]
    assert name_keys("(5Z)-7-Oxozeaenol") == ["5z7oxozeaenol"]
    assert name_keys("AR") == []
    assert name_keys("1234") == []
    assert split_names("Alpha, 1,2-beta;gamma|none") == ["Alpha", "1,2-beta", "gamma"]


def test_the_stricter_agreement_decides():
    index = NameIndex.of([Named("1", "Alphanib", ("Betamide",)), Named("2", "Betamide"), Named("3", "Betamide sodium")])
    assert index.find("betamide") == Match("2", (), "name")
    assert index.find("Betamide (10 uM)") == Match("2", (), "name")
    assert index.find("Betamide Sodium").record_id == "3"
    assert index.find("unknown", title="Alphanib") == Match("1", (), "title")
    assert index.find("unknown", ["ALPHA-NIB"]) == Match("1", (), "synonym of the drug")
    assert index.find("unknown") == Match()


@pytest.mark.parametrize(
    "name",
    [
        "5-[18F]fluorouracil",
        "17-[3H]AAG",
        "Alpha (131I)",
        "Alpha [F-18]",
        "Alpha [I 124]",
        "Alpha [14 C]",
        "Alpha (99mTc)",
        "Alpha [11CH3]",
        "Alpha [U-13C]",
        "Alpha (68Ga-DOTA)",
        "Alpha [D10]",
        "Alpha (tritiated)",
        "Alpha [14C]-radiolabeled",
        "Alpha (radiolabelled)",
        "Alpha [Lu-177]",
    ],
)
def test_an_isotope_in_brackets_is_part_of_the_name(name):
    assert name_keys(name) == [name_key(name)]


@pytest.mark.parametrize("bracket", ["(50 uM)", "(2S)", "(1R)", "(2Z)", "(D609)", "(S006)", "[6R]", "(-)", "(10 mg)"])
def test_doses_and_stereo_descriptors_are_no_isotopes(bracket):
    assert name_keys(f"Alphanib {bracket}")[-1] == "alphanib"


def test_a_synonym_as_written_is_stricter_than_a_main_name_without_its_brackets():
    drug, tracer = Named("C505", "Fluorouracil", ("5-FU", "5-Fluorouracil")), Named("C78203", "5-[18F]Fluorouracil")
    assert NameIndex.of([tracer, drug]).find("5-Fluorouracil") == Match("C505", (), "synonym of the record")
    form = Named("2", "17-AAG (liposomal)")
    assert NameIndex.of([form, Named("1", "Tanespimycin", ("17-AAG",))]).find("17-AAG").record_id == "1"
    assert NameIndex.of([form]).find("17-AAG").record_id == "2"
    assert NameIndex.of([tracer]).find("5-Fluorouracil") == Match()
