"""``python -m clmt``: the same as the console script."""

from __future__ import annotations

import sys

from clmt.cli import main

if __name__ == "__main__":
    sys.exit(main())
