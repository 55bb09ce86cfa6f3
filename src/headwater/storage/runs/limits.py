"""How many runs may go on at once, as kept."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from headwater.records.log.events import EventKind, LimitsChanged, NewEvent, Reporter
from headwater.records.runs.limits import Limit
from headwater.storage import settings
from headwater.storage.log.writer import Unit

_list_of_limit_decoder = msgspec.json.Decoder(list[Limit])

_LIMITS = "limits"


def read(connection: Connection) -> list[Limit]:
    """Every limit, by kind and name."""
    kept = settings.read(connection, _LIMITS)
    return [] if kept is None else _list_of_limit_decoder.decode(kept)


def set_unit(limit: Limit, reporter: Reporter) -> Unit[list[Limit]]:
    """What to write to make a limit, in place of one of that kind and name; the result has all."""
    return _unit(limit, limit.most, reporter)


def remove_unit(limit: Limit, reporter: Reporter) -> Unit[list[Limit]]:
    """What to write to lift the limit of that kind and name; the result has those that stay."""
    return _unit(limit, None, reporter)


def _unit(limit: Limit, most: int | None, reporter: Reporter) -> Unit[list[Limit]]:
    def save(connection: Connection, _events: object) -> list[Limit]:
        others = [each for each in read(connection) if (each.kind, each.name) != (limit.kind, limit.name)]
        kept = sorted([*others, *([limit] if most is not None else [])], key=lambda each: (each.kind, each.name))
        settings.save(connection, _LIMITS, msgspec.json.encode(kept).decode())
        return kept

    payload = LimitsChanged(limit=limit.shown, most=most, reporter=reporter)
    return Unit(events=[NewEvent(kind=EventKind.LIMITS_CHANGED, payload=payload)], effect=save)
