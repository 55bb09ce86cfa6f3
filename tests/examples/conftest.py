"""Makes the packages of the example project importable, as they are for somebody who works in its folder."""

from __future__ import annotations

import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "examples" / "partner_transactions"

sys.path.insert(0, str(PROJECT))
