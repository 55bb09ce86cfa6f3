"""What the README shows is true: its snippets run, its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from servers import dev_server

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_tour_works_as_written(tmp_path: Path) -> None:
    """The first snippet serves; the README's curl line makes the asset below; the second one is a sensor of it."""
    file = tmp_path / "definitions.py"
    file.write_text(
        SNIPPETS[0]
        + SNIPPETS[1]
        + "\ndefs = hw.Definitions([raw_transactions, cleaned_transactions], [watch_delivery])\n"
    )
    line = next(block for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL) if block.startswith("curl"))
    with dev_server(tmp_path / "home", str(file)) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])
        command = line.replace("http://localhost:3000", server.url.replace("127.0.0.1", "localhost"))
        subprocess.run(["bash", "-c", command], check=True, capture_output=True)
        made = server.wait_for(lambda: server.events("cleaned_transactions"))

    assert {"rows": {"type": "int", "value": 1203}} == made[0]["metadata"]


def test_the_first_snippet_stands_alone(tmp_path: Path) -> None:
    """What is called definitions.py can be loaded as it is."""
    file = tmp_path / "definitions.py"
    file.write_text(SNIPPETS[0])
    command = [sys.executable, "-m", "headwater.cli", "materialize", "cleaned_transactions", "-f", str(file)]

    done = subprocess.run([*command, "--home", str(tmp_path / "home")], capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr


@pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
)
def test_links_lead_somewhere(document: str) -> None:
    """Each relative link of a document is a file."""
    path = ROOT / document
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())

    assert [] == [link for link in links if not (path.parent / link).exists()]


def test_every_make_target_is_there() -> None:
    """The documents name no recipe that the Makefile lacks."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {
        target
        for document in (README, (ROOT / "CONTRIBUTING.md").read_text())
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", document, flags=re.MULTILINE)
    }

    assert set() == named - targets
