"""Words that stand for "not known" in published tables."""

from __future__ import annotations

__all__ = ["UNKNOWN_LABELS"]

# Values that stand for "not known" in the published annotation tables.
UNKNOWN_LABELS = frozenset({"", "ns", "nan", "na", "n/a", "unknown", "unclassified", "not specified"})
