"""Find the folder and the code that a command works with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.errors import SettingsError

if TYPE_CHECKING:
    from headwater.location.sources.source import LocationSource
    from headwater.server.deployment import Deployment

TARGETS = "targets"
DEFAULT_FILE = "definitions.py"
"""Where a project has its definitions, if nobody says otherwise."""
DEFAULT_WORKSPACE = "headwater.toml"
"""Where a project with several code locations names them."""
_FOLDER = ".headwater"


def home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--home`."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="HEADWATER_HOME",
        help="Folder with the store; default: .headwater here or in a folder above.",
    )(command)


def deployment_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--deployment`."""
    return click.option("--deployment", "-d", default="default", show_default=True, help="Which deployment.")(command)


def file_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--file`."""
    return click.option(
        "--file",
        "-f",
        "target",
        help="Python file or module with the definitions; default: what `dev` served last, else the "
        "definitions.py of this folder.",
    )(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")(command)


def find_home(home: Path | None) -> Path:
    """The folder that was named, else the nearest `.headwater` here or above, else a new one here."""
    if home is not None:
        return home.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / _FOLDER).is_dir():
            return folder / _FOLDER
    return here / _FOLDER


@contextmanager
def open_deployment(home: Path | None, name: str = "default", *, must_exist: bool = True) -> Iterator[Deployment]:
    """Open a deployment's store for a command.

    Raises:
        SettingsError: there is nothing there yet.
    """
    # Only commands that touch the store pay for importing a database library.
    from headwater.server.deployment import Deployments

    folder = find_home(home)
    deployments = Deployments(folder)
    if must_exist and not deployments.has_store(name):
        raise SettingsError(
            f"There is no store of the deployment {name!r} in {folder}. Start `headwater dev FILE` first, or name the "
            "folder with --home."
        )
    deployment = deployments.find(name)
    if deployment is None:
        raise SettingsError(f"There is no deployment {name!r} in {folder}. `headwater deployment list` shows all.")
    try:
        yield deployment
    finally:
        deployments.close()


def tell_if_nobody_works(deployment: Deployment) -> None:
    """Say so where what was requested waits until somebody carries it out."""
    from headwater.server.resources.engines import engine_list

    now = deployment.clock.now()
    if not any(engine.alive for engine in deployment.store.read(lambda c: engine_list(c, now))):
        click.echo("It waits: nothing carries runs out now. Start `headwater dev` or `headwater engine`.", err=True)


def find_source(deployment: Deployment, given: str | None) -> LocationSource:
    """The code to load: what was named, else served last, else the file of this folder that `headwater init` makes.

    What is named is a file, a module or a location that was served.

    Raises:
        SettingsError: there is none of them, or several.
    """
    from headwater.location.sources.workspace import sources_of

    known = sources_of(read_targets(deployment))
    named = [source for source in known if source.name == given]
    found = known if given is None else named or sources_of([absolute(given)])
    if not found and Path(DEFAULT_FILE).is_file():
        found = sources_of([absolute(DEFAULT_FILE)])
    if not found:
        raise SettingsError("Which definitions? Name the file that holds them with --file.")
    if len(found) > 1:
        names = ", ".join(source.name for source in found)
        raise SettingsError(f"There are several code locations ({names}); choose one by its name with --file.")
    return found[0]


def read_targets(deployment: Deployment) -> list[str]:
    """The code that this process was told to serve for a deployment, else what was served last."""
    from headwater.storage import settings

    if deployment.named_targets is not None:
        return list(deployment.named_targets)
    kept = deployment.store.read(lambda connection: settings.read(connection, TARGETS))
    return [str(target) for target in json.loads(kept)] if kept else []


def save_targets(deployment: Deployment, targets: list[str]) -> None:
    """Serve this code for a deployment, and remember it for processes that name none."""
    from headwater.storage import settings
    from headwater.storage.log.writer import Unit

    deployment.named_targets = targets
    text = json.dumps(targets)
    deployment.store.write(Unit(effect=lambda connection, _events: settings.save(connection, TARGETS, text)))


def absolute(target: str) -> str:
    """A file by its whole path; a module as it is."""
    return str(Path(target).resolve()) if target.endswith((".py", ".toml")) else target
