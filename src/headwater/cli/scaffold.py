"""`headwater init` and `headwater scaffold`: files to begin with, from the templates beside this file."""

from __future__ import annotations

import keyword
import re
import shlex
from importlib import resources
from pathlib import Path
from string import Template

import click

from headwater.errors import SettingsError
from headwater.keys import AssetKey

# File of the template, and where it goes; `package` stands for the name of the project's package.
_PROJECT = {
    "definitions.py.txt": "definitions.py",
    "package/__init__.py.txt": "package/__init__.py",
    "package/orders.py.txt": "package/orders.py",
    "tests/test_definitions.py.txt": "tests/test_definitions.py",
    "inbox/monday.csv.txt": "inbox/monday.csv",
    "README.md.txt": "README.md",
    "pyproject.toml.txt": "pyproject.toml",
    "gitignore.txt": ".gitignore",
}
_RESERVED = {"headwater", "definitions", "tests"}
_HOME = ".headwater"


@click.command("init")
@click.argument("name")
def init(name: str) -> None:
    """Start a project in a new folder NAME (or here, with '.') that runs at once.

    It has an external asset, a sensor that notices it, a native asset downstream, a check, and tests.
    """
    folder = Path(name)
    project = folder.resolve().name
    package = _identifier(project, "The name of a project")
    if package in _RESERVED:
        package = f"{package}_assets"
    values = {"project": project, "package": package}
    files = {
        folder / path.replace("package/", f"{package}/"): _fill(f"project/{template}", values)
        for template, path in _PROJECT.items()
    }
    _write(files)
    # A store of its own, also where a folder above has one.
    (folder / _HOME).mkdir(exist_ok=True)
    here = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(name)} && "
    click.echo(f"Started {project}. Next: {here}headwater dev")


@click.group("scaffold")
def scaffold() -> None:
    """Add a file with a definition to a project."""


def _folder_option(command: click.Command) -> click.Command:
    option = click.Option(
        ["--folder"],
        type=click.Path(file_okay=False, exists=True, path_type=Path),
        help="Where the file goes; default: the package beside definitions.py.",
    )
    command.params.append(option)
    return command


def _command(kind: str, help_text: str) -> click.Command:
    @click.command(kind, help=help_text)
    @click.argument("name")
    def add(name: str, folder: Path | None) -> None:
        _add(kind, name, folder, {})

    return _folder_option(add)


@click.command("check")
@click.argument("name")
@click.option("--asset", required=True, help="The asset that it judges, with `/` between the parts of its key.")
def add_check(name: str, asset: str, folder: Path | None) -> None:
    """Add a check of an asset."""
    parts = AssetKey.from_escaped_user_string(asset).path
    _add("check", name, folder, {"asset": repr(parts[0] if len(parts) == 1 else parts).replace("'", '"')})


for _kind, _help in {
    "asset": "Add a native asset: a function that makes it.",
    "external": "Add an external asset: another system makes it.",
    "sensor": "Add a sensor that reports a file.",
    "resource": "Add a resource that functions can ask for.",
}.items():
    scaffold.add_command(_command(_kind, _help))
scaffold.add_command(_folder_option(add_check))


def _add(kind: str, name: str, folder: Path | None, more: dict[str, str]) -> None:
    checked = _identifier(name, f"The name of a new {kind}")
    where = _find_package() if folder is None else folder
    values = {"name": checked, "class_name": checked.title().replace("_", ""), **more}
    path = where / f"{checked}.py"
    _write({path: _fill(f"pieces/{kind}.py.txt", values)})
    click.echo(f"Added {path}. `headwater check` looks at it.")


def _identifier(name: str, what: str) -> str:
    """The name as Python writes it.

    Raises:
        SettingsError: there is none.
    """
    made = re.sub(r"[^a-z0-9_]", "_", name.lower())
    if not made.isidentifier() or keyword.iskeyword(made):
        raise SettingsError(f"{what} begins with a letter and has letters, digits and '_', but got {name!r}.")
    return made


def _find_package() -> Path:
    """The package beside `definitions.py` in which a new file is found by itself.

    Raises:
        SettingsError: there is none, or several.
    """
    here = Path.cwd()
    packages = sorted(path.parent for path in here.glob("*/__init__.py") if path.parent.name != "tests")
    if not (here / "definitions.py").exists() or len(packages) != 1:
        raise SettingsError(
            f"{here} has no definitions.py with one package beside it. Go to the folder of a project that `headwater "
            "init` started, or say where the file goes with --folder."
        )
    return packages[0].relative_to(here)


def _fill(template: str, values: dict[str, str]) -> str:
    text = (resources.files("headwater.cli") / "templates" / template).read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _write(files: dict[Path, str]) -> None:
    """Write new files, all or none.

    Raises:
        SettingsError: one is there already.
    """
    if there := [str(path) for path in files if path.exists()]:
        raise SettingsError(f"{', '.join(there)} exists already; nothing was written. Choose another name.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
