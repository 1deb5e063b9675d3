"""A frozen transformer as sentence encoder: its last layer, pooled as its folder says."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError
from clmt.logs import progress
from clmt.vectors.pooling import read_pooling

if TYPE_CHECKING:
    import numpy as np

__all__ = ["encode_transformer"]

#: Tokens of a text that are read where the settings do not say.
MAX_TOKENS = 512
#: Tokens in a batch, padding included.
BATCH_TOKENS = 8192
#: CPU threads, whatever --cores is: another number may add up in another order and change the last digits.
THREADS = 4
_MOST_UNKNOWN = 0.5
"""Share of tokens that a tokenizer may have no word for."""


def encode_transformer(
    texts: Sequence[str], settings: Mapping[str, Any], folder: Path | None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Encode texts with the model of a local folder, on the GPU if there is one.

    A vector is the token embeddings of the last layer, pooled as the folder's ``modules.json`` and
    ``1_Pooling/config.json`` say; without these it is their mean over the attention mask. Texts are batched by length;
    the batch a text falls into changes its vector by rounding only.

    Parameters
    ----------
    texts
        Not empty.
    settings
        ``path`` of a ``folder`` encoder; ``max_tokens`` that are read, special ones included, at most what the model
        can take.
    folder
        Of a fetched model, with ``config.json``, weights and tokenizer. Nothing is downloaded and no code of the folder
        is run.

    Returns
    -------
    vectors : ndarray
        Float32 (n, dim).
    report : dict
        ``truncated`` (texts cut at the limit), ``tokens_mean``, ``tokens_max``, ``tokens_limit``, ``tokens_unknown``
        (share that the tokenizer has no word for), ``pooling``, ``device``.
    """
    import numpy as np
    import torch

    place = Path(settings["path"]) if settings["kind"] == "folder" else folder
    if place is None:
        raise ClmtError(
            f"encoder {settings.get('encoder')!r} needs a folder with {settings['id']}; give it with --folder"
        )
    pool = read_pooling(place)
    tokenizer, model = _load(place)
    limit = min(settings.get("max_tokens", MAX_TOKENS), _longest(tokenizer, model))
    tokens = [tokenizer(text, truncation=False, verbose=False)["input_ids"] for text in texts]
    lengths = [len(ids) for ids in tokens]
    unknown = sum(ids.count(tokenizer.unk_token_id) for ids in tokens) / max(sum(lengths), 1)
    if unknown > _MOST_UNKNOWN:
        raise ClmtError(
            f"{place}: the tokenizer has no word for most of the texts! got: {unknown:.0%} of the tokens unknown, "
            f"expected: at most {_MOST_UNKNOWN:.0%}. Its vocabulary is not the model's: fetch it again"
        )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device).eval()
    vectors = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
    batches = list(_batches([min(length, limit) for length in lengths]))
    with torch.inference_mode(), _fixed_threads():
        for rows in progress(batches, "encoding texts", len(batches)):
            batch = tokenizer(
                [texts[row] for row in rows], truncation=True, max_length=limit, padding=True, return_tensors="pt"
            ).to(device)
            hidden = model(**batch).last_hidden_state.float()
            vectors[rows] = pool(hidden, batch["attention_mask"]).cpu().numpy()
    return vectors, {
        "truncated": sum(length > limit for length in lengths),
        "tokens_mean": round(float(np.mean(lengths)), 1),
        "tokens_max": max(lengths),
        "tokens_limit": limit,
        "tokens_unknown": round(unknown, 6),
        "pooling": pool.mode + (", normalized" if pool.normalize else ""),
        "device": device.type,
    }


@contextmanager
def _fixed_threads() -> Iterator[None]:
    """Let torch compute with `THREADS` threads, and with as many as before afterwards."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _load(folder: Path) -> tuple[Any, Any]:
    """Load tokenizer and model of a local folder; one line where that fails."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging as noise

    if not (folder / "config.json").is_file():
        raise ClmtError(f"{folder} holds no transformer; expected: config.json, weights and tokenizer; fetch it again")
    noise.set_verbosity_error()
    noise.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        model, loaded = AutoModel.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, output_loading_info=True
        )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ClmtError(f"{folder}: the transformer cannot be loaded ({reason}); fetch it again") from None
    _refuse_missing_weights(folder, loaded["missing_keys"], len(model.state_dict()))
    if tokenizer.pad_token_id is None:
        raise ClmtError(f"{folder}: the tokenizer has no padding token, so it is no sentence encoder; choose another")
    return tokenizer, model


def _refuse_missing_weights(folder: Path, missing: Iterable[str], count: int) -> None:
    """Refuse a model of which weights are not in the folder: the library draws them at random, and vectors are noise.

    The pooler's are not read: a text is pooled from the last hidden states.
    """
    absent = sorted(name for name in missing if not name.startswith("pooler."))
    if absent:
        raise ClmtError(
            f"{folder}: {len(absent)} of {count} weights of the transformer are not there! got: none named "
            f"{absent[0]!r}, expected: those of the architecture in config.json, without a prefix. Save the model "
            "itself, or fetch it again"
        )


def _longest(tokenizer: Any, model: Any) -> int:
    """Most tokens that the model can take."""
    positions = getattr(model.config, "max_position_embeddings", None) or tokenizer.model_max_length
    if getattr(model.config, "model_type", "") in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        positions -= 2  # these count positions from the padding token on
    return int(min(positions, tokenizer.model_max_length))


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows in batches of similar length, longest first, each within `BATCH_TOKENS` once padded."""
    order = sorted(range(len(lengths)), key=lambda row: (-lengths[row], row))
    start = 0
    while start < len(order):
        size = max(1, BATCH_TOKENS // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size
