"""The rules of the code base that a tool can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "headwater"
FILES = sorted(PACKAGE.rglob("*.py"))
BANNED = {"base.py", "common.py", "helpers.py", "manager.py", "utils.py", "misc.py"}
SQL = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b")


def test_layers_import_downwards() -> None:
    """The contracts of import-linter hold."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=PACKAGE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout


@pytest.mark.parametrize("layer", sorted({path.relative_to(PACKAGE).parts[0] for path in PACKAGE.glob("*/*/*.py")}))
def test_folders_of_a_layer_import_each_other_one_way(layer: str) -> None:
    """Whoever reads one of them has to read those below it alone."""
    below: TopologicalSorter[str] = TopologicalSorter()
    for path in (PACKAGE / layer).glob("*/**/*.py"):
        folder = path.relative_to(PACKAGE / layer).parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"headwater.{layer}."):
                other = f"{node.module}.".split(".")[2]
                if other != folder and (PACKAGE / layer / other / "__init__.py").exists():
                    below.add(folder, other)

    below.prepare()


def test_nothing_inside_imports_the_users_names() -> None:
    """The root module is a list of names for users; only connectors stand outside enough to use it."""
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in FILES
        if path.parent.name != "connectors"
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Import) and any(alias.name == "headwater" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "headwater")
    ]

    assert [] == found


def test_files_are_named_after_what_is_in_them() -> None:
    """No file has a name under which anything could stand."""
    assert set() == BANNED & {path.name for path in FILES}


def test_sql_stands_in_storage_alone() -> None:
    """No other layer writes a statement, but for IO managers, which write the users' own tables."""
    allowed = {"storage", "tables"}
    found = [path for path in FILES if not allowed & set(path.parts) and SQL.search(path.read_text())]

    assert [] == found


@pytest.mark.parametrize("folder", sorted(path for path in PACKAGE.rglob("*") if (path / "__init__.py").exists()))
def test_each_folder_says_what_belongs_there(folder: Path) -> None:
    """Each package opens with a sentence."""
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))


def test_files_stay_readable() -> None:
    """No file is so long that it must be about two things; a list that is one thing may be long."""
    lists = {"storage/schema.py", "definitions/metadata/kinds.py"}
    long = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in FILES}

    assert {} == {name: lines for name, lines in long.items() if lines > 400 and name not in lists}


def test_lock_files_name_no_registry() -> None:
    """Whoever installs does so from the registry that they use."""
    root = PACKAGE.parents[1]
    pinned = [path for path in root.glob("requirements/*.txt") if re.search(r"https?://", path.read_text())]
    resolved = re.findall(r'"resolved": "[^"]+"', (root / "ui" / "package-lock.json").read_text())

    assert ([], []) == (pinned, resolved)


def test_decoders_are_made_as_modules_are_imported() -> None:
    """Msgspec reads a class on its first use; two threads that do so at once crash the interpreter (a restart did)."""
    late = re.compile(r"msgspec\.json\.decode\(.*type=\W*(?!list\[str\]|list\[tuple\[str|dict\[str)[A-Z_]")
    found = [path.name for path in PACKAGE.rglob("*.py") for line in path.read_text().splitlines() if late.search(line)]

    assert [] == found
