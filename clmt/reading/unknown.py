"""Words by which published tables say nothing, in three degrees; each set holds the one before it.

They are compared in lower case, without blanks around them.
"""

from __future__ import annotations

__all__ = ["MISSING", "UNKNOWN_LABELS", "VAGUE_LABELS"]

#: Nothing stands in the cell. Where a number belongs any other word is an error, "unknown" too.
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})

#: A label (a tissue, a target) that the source does not know. "NS" is COSMIC's "not specified".
UNKNOWN_LABELS = MISSING | {"-", "ns", "unknown", "unclassified", "not specified"}

#: Labels that are right, so that tables keep them, but would say nothing in a sentence about a drug.
VAGUE_LABELS = UNKNOWN_LABELS | {"not defined", "other", "others"}
