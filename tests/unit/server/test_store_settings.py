"""A deployment's store is where its settings say, and wrong settings are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.errors import SettingsError
from headwater.server.store_settings import has_store, read_store_settings
from headwater.storage.database.engine import Synchronous, sqlite_url


def test_without_settings_there_is_a_file(tmp_path: Path) -> None:
    """SQLite in the deployment's folder, durable against power cuts."""
    settings = read_store_settings(tmp_path, {})

    assert (str(sqlite_url(tmp_path / "headwater.db")), Synchronous.FULL) == (settings.url, settings.synchronous)
    assert not has_store(tmp_path, {})


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    """Each setting by itself."""
    (tmp_path / "settings.toml").write_text(
        '[database]\nurl = "postgresql://a@h/d"\nsynchronous = "off"\n[other]\nx = 1\n'
    )

    of_file = read_store_settings(tmp_path, {})
    of_both = read_store_settings(tmp_path, {"HEADWATER_DATABASE_URL": "postgresql://b@h/d"})

    assert ("postgresql://a@h/d", Synchronous.OFF) == (of_file.url, of_file.synchronous)
    assert ("postgresql://b@h/d", Synchronous.OFF) == (of_both.url, of_both.synchronous)
    assert has_store(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[database", "is not TOML"),
        ("database = 3", r"write \[database\]"),
        ("[database]\npath = 'x'", "unknown field `path`"),
        ("[database]\nsynchronous = 'maybe'", "Invalid enum value 'maybe'"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, message: str) -> None:
    """The folder, the value and what there is."""
    (tmp_path / "settings.toml").write_text(text)

    with pytest.raises(SettingsError, match=message):
        read_store_settings(tmp_path, {})
