"""The jobs of these tests stand beside them, where worker processes can import them too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
