"""Lists of compounds with rows that are not what the header promises: counted by line, or refused by file and line."""

from __future__ import annotations

import pytest

from clmt.errors import ClmtError
from clmt.reading.compounds import read_ccle_profiling, read_gdsc_compounds, read_repurposing_hub
from clmt.reading.delimited import OddRows
from tests.helpers.text_sources import write_sources


@pytest.fixture
def files(tmp_path):
    return write_sources(tmp_path)


@pytest.mark.parametrize(
    ("reader", "name"),
    [(read_gdsc_compounds, "gdsc_compounds"), (read_ccle_profiling, "ccle_profiling")],
)
@pytest.mark.parametrize("rest", ['"AB-001,ALK5,RTK', '"never closed' + "x" * 200_000, '"a"b",c'])
def test_a_quote_that_is_not_closed_is_named_by_file_and_line(files, reader, name, rest):
    lines = files[name].read_bytes().decode("cp1252").splitlines()
    lines[1:1] = ["", f"5,MGH,{rest}"]
    files[name].write_text("\n".join(lines))
    with pytest.raises(ClmtError, match=rf"{files[name].name}, line 3: got: '5,MGH,.*expected: a row whose quotes"):
        reader(files[name])


def test_rows_of_another_length_or_without_a_name_are_counted_by_line(files, caplog):
    hub = files["repurposing_hub"]
    hub.write_bytes(hub.read_bytes() + b"\r\nzetanib\tPhase 1\r\n\tPhase 2\ta\tb\tc\td\r\netanib\t1\t2\t3\t4\t5\t6\r\n")
    odd = OddRows()
    names = [c.name for c in read_repurposing_hub(hub, odd)]
    assert names == ["alphanib", "betamide", "epsilonate", "zetanib", "etanib"]
    assert odd == OddRows(cells=[8, 10], nameless=[9])  # two comment lines, a header, three rows, an empty line
    assert f"{hub}: 2 rows have not 6 cells; lines 8, 10" in caplog.text
    assert f"{hub}: 1 rows have no 'pert_iname'; lines 9" in caplog.text
    gdsc = files["gdsc_compounds"]
    gdsc.write_text(gdsc.read_text(encoding="utf-8") + '1,MGH,,"A, B",C,D\n', encoding="utf-8")
    odd = OddRows()
    assert len(read_gdsc_compounds(gdsc, odd)) == 2
    assert odd == OddRows(nameless=[5])


@pytest.mark.parametrize(("old", "new"), [("SCREENING_SITE,", ""), ("SCREENING_SITE,", "SCREENING_SITE,SITE,")])
def test_a_list_whose_header_lost_or_won_a_name_is_refused(files, old, new):
    gdsc = files["gdsc_compounds"]
    gdsc.write_text(gdsc.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ClmtError, match=r"the rows have another number of cells than the header! got: [57] names"):
        read_gdsc_compounds(gdsc)


def test_separators_at_the_ends_of_all_rows_are_no_lost_name(files):
    gdsc = files["gdsc_compounds"]
    header, *rows = gdsc.read_text(encoding="utf-8").splitlines()
    plain = read_gdsc_compounds(gdsc)
    gdsc.write_text("\n".join([header, *(f"{row}," for row in rows)]), encoding="utf-8")
    assert read_gdsc_compounds(gdsc) == plain


def test_a_quoted_cell_over_several_lines_is_one_row(files):
    gdsc = files["gdsc_compounds"]
    gdsc.write_text(gdsc.read_text(encoding="utf-8") + '1,MGH,Etanib,"A,\nB",C,D\n2,MGH,,,,\n', encoding="utf-8")
    odd = OddRows()
    assert read_gdsc_compounds(gdsc, odd)[-1].synonyms == ("A", "B")
    assert odd == OddRows(nameless=[7], joined=[5])


def test_the_profile_table_is_read_with_its_blanks_and_bytes(files):
    compounds = read_ccle_profiling(files["ccle_profiling"])
    assert [c.name for c in compounds] == ["AB-001", "Deltamab"]
    assert compounds[1].mechanisms == ("Zinc – binder",)
    assert compounds[0].mechanisms == ("ALK5 Inhibitor", "kinase inhibitor")


@pytest.mark.parametrize(
    ("reader", "content", "message"),
    [
        (read_repurposing_hub, b"!x\npert_iname\ttarget\na\tb\n", "missing column moa"),
        (read_gdsc_compounds, b"DRUG_ID,DRUG_NAME\n", "got: 1 lines"),
        (
            read_gdsc_compounds,
            b"DRUG_ID,DRUG_NAME,SYNONYMS,TARGET,TARGET_PATHWAY,TARGET\n1,a,b,c,d,e\n",
            "column TARGET stands twice! got: it in places 4 and 6",
        ),
        (read_ccle_profiling, b"<html>gone</html>", "web page"),
    ],
)
def test_a_changed_layout_is_refused_by_name(tmp_path, reader, content, message):
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(ClmtError, match=message) as caught:
        reader(path)
    assert "list.txt" in str(caught.value)
