"""How names of drugs are matched."""

from __future__ import annotations

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
