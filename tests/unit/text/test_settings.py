"""Settings of the corpus."""

from __future__ import annotations

import pytest

from clmt.errors import ClmtError
from clmt.planning.settings.text import TextSettings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sources": ["reactom"]}, "got: 'reactom', expected one of: .*reactome"),
        ({"max_pathway": 3}, "got: 'max_pathway', expected one of: .*max_pathways"),
        ({"max_pathways": -1}, "max_pathways is too small! got: -1, expected: 0 to 100000"),
        ({"leaks": "maybe"}, "expected one of: drop, keep"),
    ],
)
def test_bad_settings_are_refused_by_name(settings, message):
    with pytest.raises(ClmtError, match=message):
        TextSettings.read(settings)
