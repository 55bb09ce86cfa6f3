"""The settings for sensors and schedules, kept as one text."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from headwater.records.automation.tick_settings import DEFAULTS, TickSettings
from headwater.storage import settings

_tick_settings_decoder = msgspec.json.Decoder(TickSettings)

_NAME = "ticks"


def read(connection: Connection) -> TickSettings:
    """What holds now."""
    text = settings.read(connection, _NAME)
    return DEFAULTS if text is None else _tick_settings_decoder.decode(text)


def save(connection: Connection, wanted: TickSettings) -> None:
    """Let other settings hold."""
    settings.save(connection, _NAME, msgspec.json.encode(wanted).decode())
