"""What is predicted, and how it is called: ln IC50, or the area under the curve where a dataset states that.

``response.parquet`` says which one it holds, in its metadata; whatever shows a number asks by that key for the words.
"""

from __future__ import annotations

__all__ = ["AUC", "LN_IC50", "TARGETS"]

LN_IC50 = "ln_ic50"
AUC = "auc"
#: Key of a target -> what axes, tables and pages call it.
TARGETS = {LN_IC50: "ln IC50 (µM)", AUC: "AUC"}
