"""``clmt fit`` looks at the configuration before it starts Snakemake."""

from __future__ import annotations

from pathlib import Path

import pytest

from clmt.cli import main


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("a: [", [], "overlay.yaml: not valid YAML, line 1"),
        ("- a", [], "overlay.yaml: no configuration! got: list"),
        ("", [], "overlay.yaml: no configuration! got: nothing"),
        ("seed: 1\nseed: 2", [], "line 2, column 1: key 'seed' occurs twice"),
        ("sead: 1", [], "unknown key! got: 'sead'"),
        ("seed: 1", ["--dataset", "nowhere"], "unknown entry of datasets! got: 'nowhere', expected one of: ccle, "),
        ("seed: 1", ["--model", "drug_mean"], "models.drug_mean makes no bundle"),
        (None, [], "overlay.yaml: no such configuration! got: no file"),
    ],
)
def test_a_faulty_configuration_is_one_line_and_starts_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
    options: list[str],
    words: str,
) -> None:
    monkeypatch.setattr("clmt.bundles.fit.subprocess.run", lambda *_, **__: pytest.fail("Snakemake started"))
    if text is not None:
        (tmp_path / "overlay.yaml").write_text(text)
    given = ["--dataset", "gdsc", "--configfile", str(tmp_path / "overlay.yaml"), *options]
    assert main(["fit", *given]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert words in errors[0]
