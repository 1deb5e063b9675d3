"""Encoding the texts of a corpus with a configured encoder.

    python -m benchmarks.text_encoding --corpus results/gdsc/text --encoder pubmedbert --folder resources/models/...

The vectors go to a temporary file. ``seconds`` counts reading the corpus, loading the encoder, encoding and writing, as
``clmt text encode`` does. A transformer takes the GPU where torch sees one.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import add_config, measure_apart, new_parser, run
from benchmarks.record import machine, publish
from clmt.errors import ClmtError, expected_one_of
from clmt.files import parse_settings
from clmt.planning.runs import encoder_settings, settings_json

__all__ = ["configured_encoder", "main", "measure_encoding"]

#: Kinds of encoders that use torch.
TRANSFORMERS = ("huggingface", "folder")


def configured_encoder(configs: Sequence[Path], encoder: str) -> str:
    """Settings of an encoder of the configuration, as the JSON that ``clmt text encode`` takes."""
    import yaml

    content: dict[str, Any] = {"encoders": {}, "text": {}}
    for path in configs:
        if not path.exists():
            raise ClmtError(f"{path}: no such configuration! Start in the folder of the workflow or give --config")
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        for block in content:
            content[block] |= given.get(block) or {}
    if encoder not in content["encoders"]:
        raise expected_one_of("unknown encoder", encoder, content["encoders"])
    return settings_json(encoder_settings(content, encoder))


def measure_encoding(settings: str, corpus: Path, folder: Path | None, device: str = "cpu") -> dict[str, Any]:
    """Encode the corpus once; ``device`` is what the encoder will choose by itself."""
    from clmt.text.corpus import KINDS, read_corpus
    from clmt.vectors.encode import encode_corpus
    from clmt.vectors.files import read_vectors

    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "vectors.parquet"
        start = time.perf_counter()
        encode_corpus(settings, corpus, out, folder=folder)
        seconds = time.perf_counter() - start
        _, facts = read_vectors(out)
    sentences = [item.sentence for file in KINDS.values() for item in read_corpus(corpus / file)]
    texts = int(facts["texts"])
    return {
        "encoder": facts["encoder"],
        "dim": int(facts["dim"]),
        "texts": texts,
        "sentences": len(sentences),
        "characters": sum(len(sentence) for sentence in sentences),
        "tokens_mean": facts.get("tokens_mean"),
        "seconds": seconds,
        "texts_per_second": texts / seconds,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and publish."""
    parser = new_parser("text_encoding", "seconds to encode the texts of a corpus")
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the corpus")
    add_config(parser)
    parser.add_argument("--encoder", default="lsa", help="entry of the configuration's encoders (default: lsa)")
    parser.add_argument("--folder", type=Path, help="local folder of a transformer")
    args = parser.parse_args(argv)
    settings = configured_encoder(args.config, args.encoder)
    arguments = {"settings": settings, "corpus": args.corpus, "folder": args.folder}
    transformer = parse_settings(settings)["kind"] in TRANSFORMERS
    found = measure_apart(measure_encoding, arguments, threads=args.threads, device="auto" if transformer else None)
    publish([found], machine(args.threads, found.pop("card", "")), args.out, args.note)


if __name__ == "__main__":
    run(main)
