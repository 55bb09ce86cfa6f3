"""The client's own package holds all that the client needs, and needs nothing but httpx2."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from stand_in import StandIn

PACKAGE = Path(__file__).parents[3] / "packaging" / "client"
PROGRAM = """
import sys
from headwater.client import HeadwaterClient, ReportBuffer
with HeadwaterClient(sys.argv[1]) as client:
    print(client.report_materialization("a"))
"""


def link_with_requirements(name: str, folder: Path, seen: set[str]) -> None:
    """Make the modules of a distribution and of all that it requires importable from a folder."""
    if name in seen:
        return
    seen.add(name)
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    for file in found.files or ():
        top = folder / file.parts[0]
        if ".." not in file.parts and not top.exists():
            top.symlink_to(Path(str(found.locate_file(file.parts[0]))))
    for requirement in found.requires or ():
        if "extra ==" not in requirement:
            link_with_requirements(re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower(), folder, seen)


def test_the_client_stands_alone(server: StandIn, tmp_path: Path) -> None:
    """With the files that its package names, and httpx2, a report is sent; the version is that of the whole."""
    described = tomllib.loads((PACKAGE / "pyproject.toml").read_text())
    for source, target in described["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].items():
        there = tmp_path / target
        there.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (PACKAGE / source).is_dir() else shutil.copy
        copy(PACKAGE / source, there)
    link_with_requirements("httpx2", tmp_path, set())

    command = [sys.executable, "-S", "-E", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{PROGRAM}"]
    done = subprocess.run([*command, server.url], capture_output=True, text=True, check=False)

    assert (0, "17") == (done.returncode, done.stdout.strip()), done.stderr
    whole = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text())
    assert whole["project"]["version"] == described["project"]["version"]
