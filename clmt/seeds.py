"""Seeds: each is derived from the base seed and from the names of what it is for."""

from __future__ import annotations

import hashlib

__all__ = ["derive_seed"]


def derive_seed(seed: int, *parts: str | int) -> int:
    """Derive a seed below 2**31 from the base seed and the names of what it is for, equal on every machine."""
    text = "/".join(str(part) for part in (seed, *parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
