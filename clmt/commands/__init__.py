"""Commands by stage: each module adds its own in ``register`` and imports what they need only when they run."""

from __future__ import annotations

import argparse
from typing import TypeAlias

__all__ = ["Subparsers"]

#: What `argparse.ArgumentParser.add_subparsers` returns.
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
