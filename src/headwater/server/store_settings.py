"""Where a deployment's store is: a file in its folder, unless its settings file or the environment names a database."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from sqlalchemy.engine import make_url

from headwater.errors import SettingsError
from headwater.storage.database.engine import Synchronous, sqlite_url

FILE = "settings.toml"
URL = "HEADWATER_DATABASE_URL"
SYNCHRONOUS = "HEADWATER_SYNCHRONOUS"
_DATABASE = "headwater.db"


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[database]` of `settings.toml`.

    `synchronous` is what an acknowledgement on SQLite outlasts: `full` a power cut, `normal` and `off` a killed server.
    """

    url: str
    synchronous: Synchronous = Synchronous.FULL


def read_store_settings(folder: Path, environment: Mapping[str, str]) -> StoreSettings:
    """The settings of the deployment in a folder.

    Args:
        folder: The deployment's.
        environment: What goes before the file; empty for any deployment but the default one.

    Raises:
        SettingsError: the file is not TOML, or has settings that there are not.
    """
    own = {"url": sqlite_url(folder / _DATABASE).render_as_string(hide_password=False)}
    variables = {"url": environment.get(URL), "synchronous": environment.get(SYNCHRONOUS)}
    given = {name: value for name, value in variables.items() if value}
    try:
        return msgspec.convert({**own, **_read_file(folder / FILE), **given}, StoreSettings)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"The database settings of {folder} can't be used: {error}. {FILE} has a table [database] with url and "
            f"synchronous (full, normal or off); {URL} and {SYNCHRONOUS} go before it."
        ) from error


def has_store(folder: Path, environment: Mapping[str, str]) -> bool:
    """Whether there is a store already; one on a database server counts as there."""
    url = make_url(read_store_settings(folder, environment).url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def _read_file(path: Path) -> dict[str, object]:
    try:
        table = tomllib.loads(path.read_text()).get("database", {})
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}.") from error
    if not isinstance(table, dict):
        raise SettingsError(f'`database` in {path} is a table; write [database], and below it url = "…".')
    return table
