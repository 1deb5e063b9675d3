"""How a sentence transformer makes one vector of its tokens, as the files of its folder say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmt.errors import ClmtError
from clmt.files import read_json

if TYPE_CHECKING:
    import torch

__all__ = ["Pooling", "read_pooling"]

MODES = ("mean", "cls")
#: Modules by the last part of their type.
MODULES = ("Transformer", "Pooling", "Normalize")


@dataclass(frozen=True)
class Pooling:
    """Pooling of a model: ``mode`` is "mean" (over the attention mask) or "cls" (the first token)."""

    mode: str = "mean"
    normalize: bool = False

    def __call__(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Make vectors (B, dim) of the last layer (B, T, dim) and the attention mask (B, T)."""
        import torch

        if self.mode == "cls":
            # Where a tokenizer pads on the left, the first token of a text is the first that the mask shows.
            pooled = hidden[torch.arange(len(hidden), device=hidden.device), mask.long().argmax(dim=1)]
        else:
            weight = mask.unsqueeze(-1).float()
            pooled = (hidden * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1e-9)
        return torch.nn.functional.normalize(pooled, dim=1) if self.normalize else pooled


def read_pooling(folder: Path) -> Pooling:
    """Read ``modules.json`` and the pooling's ``config.json`` of a local folder; mean pooling without them.

    Raises
    ------
    ClmtError
        For a mode or module that is not supported: vectors pooled in another way would not be the model's.
    """
    modules = folder / "modules.json"
    settings, normalize = folder / "1_Pooling" / "config.json", False
    if modules.is_file():
        entries = _read(modules, list)
        for entry in entries:
            kind = str(entry.get("type", "")).rpartition(".")[2] if isinstance(entry, Mapping) else ""
            if kind not in MODULES:
                raise ClmtError(f"{modules}: unsupported module! got: {entry!r}, expected one of: {', '.join(MODULES)}")
            normalize |= kind == "Normalize"
            if kind == "Pooling":
                settings = folder / str(entry.get("path", "1_Pooling")) / "config.json"
                if not settings.is_file():
                    raise ClmtError(f"{settings} is missing, though {modules.name} names it; fetch the model again")
    return Pooling(_mode(settings) if settings.is_file() else "mean", normalize)


def _mode(path: Path) -> str:
    """Mode of a pooling's settings: ``pooling_mode``, or the one flag ``pooling_mode_..._token(s)`` that is set."""
    settings: Mapping[str, Any] = _read(path, dict)
    named = settings.get("pooling_mode")
    set_flags = [key for key, value in settings.items() if key.startswith("pooling_mode_") and value is True]
    modes = [named] if isinstance(named, str) else [_short(key) for key in set_flags]
    if len(modes) != 1 or modes[0] not in MODES:
        got = " and ".join(map(str, modes)) or "none"
        raise ClmtError(f"{path}: unsupported pooling mode! got: {got}, expected one of: {', '.join(MODES)}")
    return modes[0]


def _short(flag: str) -> str:
    """``pooling_mode_mean_tokens`` -> "mean", ``pooling_mode_mean_sqrt_len_tokens`` -> "mean_sqrt_len"."""
    return flag.removeprefix("pooling_mode_").removesuffix("s").removesuffix("_token")


def _read(path: Path, kind: type) -> Any:
    value = read_json(path, "Fetch the model again")
    if not isinstance(value, kind):
        raise ClmtError(f"{path}: not a JSON {kind.__name__}! got: {value!r}; fetch the model again")
    return value
