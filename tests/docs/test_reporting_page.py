"""What the page on reporting shows works as it stands, against a real server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import DevServer, dev_server

PAGE = (Path(__file__).parents[2] / "docs" / "reporting.md").read_text()
PROJECT = Path(__file__).parents[1] / "projects" / "reported.py"
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
SHELL = re.findall(r"```bash\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server in place of the page's."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as started:
        yield started


def here(snippet: str, server: DevServer, folder: Path) -> str:
    """A snippet with the test's server and folder in place of the page's."""
    host = server.url.removeprefix("http://")
    return snippet.replace("localhost:3000", host).replace("/var/spool", str(folder))


@pytest.mark.parametrize("snippet", PYTHON)
def test_python(snippet: str, server: DevServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each snippet runs, and what it reports is in the log."""
    monkeypatch.chdir(tmp_path)
    before = len(server.events("raw_transactions"))
    names: dict[str, Any] = {"__name__": "page"}
    exec(here(snippet, server, tmp_path), names)

    assert before + 1 == len(server.events("raw_transactions"))


@pytest.mark.parametrize("snippet", SHELL)
def test_shell(snippet: str, server: DevServer, tmp_path: Path) -> None:
    """Each command succeeds, and curl too where the answer is an error."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HEADWATER_URL": server.url,
        "HEADWATER_HOME": str(server.home),
    }
    script = "set -e\n" + here(snippet, server, tmp_path).replace("curl ", "curl --fail-with-body -sS ")
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr if done.returncode else ""), done.stdout
