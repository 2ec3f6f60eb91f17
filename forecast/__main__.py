"""`python -m forecast`: the same as the command `forecast`."""

from __future__ import annotations

import sys

from forecast.cli import main

if __name__ == "__main__":
    sys.exit(main())
