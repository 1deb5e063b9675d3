"""What a redirect may lead to."""

from __future__ import annotations

import io

import pytest
import requests

from clmt.errors import ClmtError
from tests.helpers.local_web import quick_transport


@pytest.mark.parametrize(
    ("asked", "steps", "refused"),
    [
        ("https://a.org/x", ["https://a.org/x", "https://b.org/x"], False),
        ("https://a.org/x", ["https://a.org/x", "http://a.org/x"], True),
        ("https://a.org/x", ["http://a.org/x", "https://a.org/x"], True),
        ("http://127.0.0.1/x", ["http://127.0.0.1/x"], False),
    ],
)
def test_encryption_is_not_given_up_on_the_way(
    monkeypatch: pytest.MonkeyPatch, asked: str, steps: list[str], refused: bool
) -> None:
    answers = []
    for step in steps:
        answer = requests.Response()
        answer.url, answer.status_code = step, 200
        answers.append(answer)
    answers[-1].history, answers[-1].raw = answers[:-1], io.BytesIO()
    transport = quick_transport()
    monkeypatch.setattr(transport.session, "get", lambda *args, **settings: answers[-1])
    if refused:
        with pytest.raises(ClmtError, match=r"source 'a': .* sends on to an address without encryption! got: http://a"):
            transport.get(asked, "source 'a'").__enter__()
    else:
        with transport.get(asked, "source 'a'") as response:
            assert response.status_code == 200
