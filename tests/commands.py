"""The commands of a home, as a script calls them: with `--json`, and what they print decoded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import headwater as hw

_WITH_CODE = ("materialize", "job")


class Home:
    """A home with a project in it."""

    def __init__(self, home: Path, project: str, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self._project = project
        self._environment = {**os.environ, **(environment or {})}

    def run(self, *arguments: str, fails: bool = False) -> Any:
        """The JSON that a command prints; its error if it prints none."""
        done = subprocess.run(self._command(arguments), capture_output=True, text=True, env=self._environment)
        assert (done.returncode != 0) == fails, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    @contextmanager
    def started(
        self, *arguments: str, as_json: bool = True, stdout: int = subprocess.DEVNULL
    ) -> Iterator[subprocess.Popen[str]]:
        """A command that goes on beside the test, and is ended with it."""
        words = self._command(arguments)
        process = subprocess.Popen(
            words if as_json else words[:-1], stdout=stdout, stderr=subprocess.STDOUT, text=True, env=self._environment
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def made(self) -> dict[str, hw.AssetMaterialization]:
        """The newest materialization of each asset."""
        with hw.HeadwaterInstance.local_temp(self.home) as instance:
            found = {key: instance.get_latest_materialization_event(key) for key in instance.get_asset_keys()}
        made = {key: event.materialization for key, event in found.items() if event is not None}
        return {key.to_user_string(): each for key, each in made.items() if each is not None}

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        code = ["-f", self._project] if arguments[0] in _WITH_CODE else []
        return [sys.executable, "-m", "headwater.cli", *arguments, *code, "--home", str(self.home), "--json"]
