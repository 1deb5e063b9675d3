"""Pages from templates: what is escaped, what is stamped, and what must not be forgotten."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from clmt.evaluation.metrics import GROUP_RULE
from clmt.pages.render import render
from clmt.simulated import STAMP

VALUES = {
    "title": "a < b", "subtitle": "", "meaning": {}, "compared": {}, "rows": [],
    "rule": GROUP_RULE, "experiment": "one", "dataset": "two", "runs": [], "target": "ln IC50",
}  # fmt: skip


@pytest.mark.parametrize("simulated", [True, False])
def test_a_page_has_its_style_and_script_and_a_stamp_where_data_are_simulated(simulated: bool) -> None:
    page = render("report/table.html.j2", simulated=simulated, **VALUES)
    assert (STAMP in page) is simulated
    assert "border-collapse" in page
    assert "(a, b) => {" in page  # the script is not escaped
    assert page.index("(a, b) => {") == page.rindex("(a, b) => {")
    assert "<h1>a &lt; b</h1>" in page  # a name is
    assert "{{" not in page
    assert "{%" not in page


@pytest.mark.parametrize("name", VALUES)
def test_a_forgotten_value_is_an_error(name: str) -> None:
    with pytest.raises(UndefinedError, match=name):
        render("report/table.html.j2", simulated=False, **{key: VALUES[key] for key in VALUES if key != name})
