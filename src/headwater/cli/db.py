"""`headwater db`: the store's schema, folds, size, copies, and its log as NDJSON."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.homes import deployment_option, find_home, home_option, json_option, open_deployment
from headwater.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.server.store_settings import StoreSettings
    from headwater.storage.log.folds import FoldDifference
    from headwater.storage.store import Store

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("db")
def db_group() -> None:
    """Upgrade, check, measure, copy and restore a deployment's store."""


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    return home_option(deployment_option(command))


@db_group.command("upgrade")
@_options
def upgrade(home: Path | None, deployment: str) -> None:
    """Bring the database to the schema of this release. SQLite does so by itself at each start."""
    from headwater.storage.database.engine import open_engine
    from headwater.storage.upkeep import migrate

    engine = open_engine(_settings(home, deployment).url)
    try:
        before, after = migrate.upgrade(engine.execution_options(headwater_write=True))
    finally:
        engine.dispose()
    if before == after:
        click.echo(f"The database has the schema {after} already.")
    else:
        click.echo(f"The database has the schema {after} now; it had {before or 'none'}. Its folds are derived anew.")


@db_group.command("check")
@_options
@json_option
def check(home: Path | None, deployment: str, as_json: bool) -> None:
    """Derive every fold from the log and compare, without changing anything. Exits with 1 if any differs."""
    from headwater.storage.log import folds

    with open_deployment(home, deployment) as opened:
        found = opened.store.read_one_state(folds.check)
    _tell(found, as_json, mended=False)
    sys.exit(1 if found else 0)


@db_group.command("rebuild")
@_options
@json_option
def rebuild(home: Path | None, deployment: str, as_json: bool) -> None:
    """Derive every fold from the log again, report each difference, and mend it. Writers wait meanwhile."""
    from headwater.storage.log import folds
    from headwater.storage.log.writer import Unit

    with open_deployment(home, deployment) as opened:
        found = opened.store.write(Unit(effect=lambda connection, _events: folds.rebuild(connection)))
    _tell(found, as_json, mended=True)


@db_group.command("stats")
@click.option("--assets", "most", type=click.IntRange(min=0), default=20, show_default=True, help="How many assets.")
@_options
@json_option
def stats(most: int, home: Path | None, deployment: str, as_json: bool) -> None:
    """Say what takes the room: by table with its indexes, and by asset."""
    from headwater.storage.upkeep import sizes

    with open_deployment(home, deployment) as opened:
        found = opened.store.read(lambda connection: sizes.measure(connection, most))
    if as_json:
        print_json(found)
        return
    click.echo(f"{_bytes(found.bytes_on_disk)} on disk, {_bytes(found.free_bytes)} of it free\n")
    tables = [(each.table, f"{each.rows:,}", _bytes(each.bytes_on_disk)) for each in found.tables]
    print_table(("TABLE", "ROWS", "ON DISK"), tables, empty="None.")
    click.echo()
    assets = [
        (each.asset_key, f"{each.events:,}", f"{each.dropped:,}", _bytes(each.about_bytes)) for each in found.assets
    ]
    print_table(("ASSET", "EVENTS", "DROPPED", "ABOUT"), assets, empty="No events of any asset.")


@db_group.command("vacuum")
@_options
def vacuum(home: Path | None, deployment: str) -> None:
    """Give all free room back to the disk. On SQLite, writers wait until the file is written anew."""
    with open_deployment(home, deployment) as opened:
        opened.store.vacuum()


@db_group.command("backup")
@click.argument("file", type=_FILE)
@_options
def backup(file: Path, home: Path | None, deployment: str) -> None:
    """Copy the store to FILE while it is at work.

    From SQLite that is a database file; from PostgreSQL an export of the log, compressed if FILE ends in .gz. Values
    of assets and logs of runs are files in the home, and not in it.
    """
    from headwater.storage.upkeep.backup import back_up

    with open_deployment(home, deployment) as opened:
        back_up(opened.store, file)
    click.echo(f"{file}: {_bytes(file.stat().st_size)}")


@db_group.command("restore")
@click.argument("file", type=_FILE)
@click.option("--yes", is_flag=True, help="Don't ask.")
@_options
def restore(file: Path, yes: bool, home: Path | None, deployment: str) -> None:
    """Put a backup in the place of the store. Headwater must be stopped."""
    from headwater.storage.upkeep import backup

    settings = _settings(home, deployment)
    if not yes:
        click.confirm(f"Replace the store of the deployment {deployment!r} by {file}?", abort=True, err=True)
    seq = backup.restore(file, settings.url, partial(_open, settings))
    click.echo(f"Restored; the log reaches to event {seq:,}.")


@db_group.command("export")
@click.argument("file", type=_FILE)
@_options
def export(file: Path, home: Path | None, deployment: str) -> None:
    """Write the log and all else that is no fold as NDJSON to FILE, compressed if it ends in .gz."""
    from headwater.storage.upkeep import backup

    with open_deployment(home, deployment) as opened:
        size = backup.export(opened.store, file)
    click.echo(f"{file}: {_bytes(size)}")


@db_group.command("import")
@click.argument("file", type=_FILE)
@_options
def import_file(file: Path, home: Path | None, deployment: str) -> None:
    """Fill an empty store from an export; also the way from SQLite to PostgreSQL and back."""
    from headwater.storage.upkeep import backup

    with open_deployment(home, deployment, must_exist=False) as opened:
        seq = backup.import_into(opened.store, file)
    click.echo(f"Imported; the log reaches to event {seq:,}.")


def _settings(home: Path | None, deployment: str) -> StoreSettings:
    from headwater.server.deployment import Deployments, store_environment
    from headwater.server.store_settings import read_store_settings

    folder = Deployments(find_home(home)).folder(deployment)
    return read_store_settings(folder, store_environment(deployment))


def _open(settings: StoreSettings) -> Store:
    from headwater.storage.store import Store

    return Store(settings.url, synchronous=settings.synchronous)


def _tell(found: Sequence[FoldDifference], as_json: bool, *, mended: bool) -> None:
    if as_json:
        print_json(found)
        return
    for difference in found:
        click.echo(str(difference))
    if not found:
        click.echo("Every fold is as the log says.")
    elif mended:
        click.echo("Mended: every fold is as the log says now.")
    else:
        click.echo("`headwater db rebuild` mends that.", err=True)


def _bytes(count: int | None) -> str:
    if count is None:
        return "-"
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1_000 or unit == "GB":
            break
        size /= 1_000
    return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
