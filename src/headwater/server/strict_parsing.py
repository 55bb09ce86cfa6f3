"""Read what comes to `POST /api/report`: one event, a JSON array or NDJSON; pure. Whatever is not known is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from headwater.clock import from_seconds
from headwater.definitions.metadata import wire_from_json
from headwater.errors import InvalidMetadataError, InvalidParameterError, ReportRefusedError
from headwater.keys import AssetKey
from headwater.records.events import (
    CheckEvaluation,
    EventKind,
    ExternalRun,
    Materialization,
    NewEvent,
    Observation,
    Reporter,
)
from headwater.records.receipts import ReportKey, report_key

MOST_ITEMS = 10_000
_JSON_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines"})
_MOST_KEY_LENGTH = 255
_LAST_SECOND = 253_402_300_799
_ASSET_FIELDS = frozenset({"data_version"})
_CHECK_FIELDS = frozenset({"check_name", "passed", "severity"})

Kind = Literal[
    "materialization",
    "observation",
    "check_evaluation",
    "external_started",
    "external_progressing",
    "external_failed",
    "external_skipped",
]


class ReportItem(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One event as it is sent. `timestamp` is seconds since the epoch, or ISO 8601 with its zone."""

    asset_key: str | list[str] | None = None
    """A string is one part of a key, as at the drop-in doors."""
    key: str | None = None
    """The same with slashes between the parts."""
    kind: Kind = "materialization"
    partition: str | None = None
    timestamp: float | str | None = None
    idempotency_key: str | None = None
    metadata: dict[str, Any] | None = None
    description: str | None = None
    tags: dict[str, str] = {}
    run_id: str | None = None
    data_version: str | None = None
    check_name: str | None = None
    passed: bool | None = None
    severity: Literal["WARN", "ERROR"] | None = None


class ParsedItem(msgspec.Struct, frozen=True):
    """One event and its idempotency key."""

    event: NewEvent
    key: ReportKey | None


_ITEM_DECODER = msgspec.json.Decoder(ReportItem)
_LIST_DECODER = msgspec.json.Decoder(list[msgspec.Raw])


def split_body(content_type: str | None, body: bytes) -> tuple[Sequence[msgspec.Raw | bytes], bool]:
    """The items of a body, and whether there may be many.

    Raises:
        ReportRefusedError: it is no JSON, or has too many items.
    """
    kind = (content_type or "application/json").partition(";")[0].strip().lower()
    if kind in _JSON_LINES:
        items: Sequence[msgspec.Raw | bytes] = [line for line in body.split(b"\n") if line.strip()]
    elif kind != "application/json":
        raise ReportRefusedError(f"The content type is {kind!r}; send application/json, or application/x-ndjson.")
    elif body.lstrip()[:1] == b"[":
        try:
            items = _LIST_DECODER.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ReportRefusedError(f"The body is no JSON array: {error}.") from error
    else:
        return [body], False
    if not items:
        raise ReportRefusedError("The body has no event.")
    if len(items) > MOST_ITEMS:
        raise ReportRefusedError(f"The body has {len(items):,} events; send at most {MOST_ITEMS:,} at once.")
    return items, True


def parse_item(raw: msgspec.Raw | bytes, reporter: Reporter, request_key: str | None = None) -> ParsedItem:
    """One event.

    Args:
        raw: Its JSON.
        reporter: Who sent it.
        request_key: The idempotency key that it has where it names none itself.

    Raises:
        ReportRefusedError: a field is unknown, missing or wrong; the message names it.
    """
    try:
        item = _ITEM_DECODER.decode(raw)
        _refuse_twice(bytes(raw), item)
        if b"\\u0000" in bytes(raw):
            _refuse_null(item)
        event = _event(item, reporter)
        given = item.idempotency_key if item.idempotency_key is not None else request_key
        return ParsedItem(event, None if given is None else report_key(checked_key(given), event))
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidMetadataError, InvalidParameterError) as error:
        raise ReportRefusedError(f"{error}.".replace("..", ".")) from error
    except RecursionError as error:
        raise ReportRefusedError("The JSON is nested too deeply.") from error


def checked_key(key: str) -> str:
    """An idempotency key that can be kept.

    Raises:
        ReportRefusedError: it is empty or too long.
    """
    if not key or len(key) > _MOST_KEY_LENGTH or not key.isprintable():
        raise ReportRefusedError(f"An idempotency key has 1 to {_MOST_KEY_LENGTH} printable characters.")
    return key


def read_timestamp(value: float | str) -> int:
    """A moment in microseconds.

    Args:
        value: Seconds since the epoch, or ISO 8601 with its zone.

    Raises:
        ReportRefusedError: it is neither, or has no zone.
    """
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise ReportRefusedError(
                f"The timestamp {value!r} is not ISO 8601 with its zone, such as '2026-01-31T07:30:00+00:00'."
            )
        value = moment.timestamp()
    if not math.isfinite(value) or not 0 <= value <= _LAST_SECOND:
        raise ReportRefusedError(f"The timestamp {value!r} is not seconds since the epoch.")
    return from_seconds(value)


def _event(item: ReportItem, reporter: Reporter) -> NewEvent:
    kind = EventKind(item.kind)
    metadata = wire_from_json(item.metadata or {})
    common: dict[str, Any] = {"metadata": metadata, "description": item.description, "reporter": reporter}
    payload: Materialization | Observation | CheckEvaluation | ExternalRun
    if kind is EventKind.CHECK_EVALUATION:
        if not item.check_name or item.passed is None:
            raise ReportRefusedError("A check evaluation needs `check_name` and `passed`.")
        _refuse_given(item, _ASSET_FIELDS)
        severity = item.severity or "ERROR"
        payload = CheckEvaluation(check_name=item.check_name, passed=item.passed, severity=severity, **common)
    else:
        _refuse_given(item, _CHECK_FIELDS)
        types = {EventKind.MATERIALIZATION: Materialization, EventKind.OBSERVATION: Observation}
        payload = types.get(kind, ExternalRun)(tags=item.tags, **common)
    return NewEvent(
        kind=kind,
        payload=payload,
        asset_key=_key(item).to_escaped_user_string(),
        partition=item.partition or None,
        run_id=item.run_id,
        timestamp=None if item.timestamp is None else read_timestamp(item.timestamp),
        data_version=item.data_version,
    )


def _refuse_twice(raw: bytes, item: ReportItem) -> None:
    """Of two values under one name, nobody can say which one was meant."""
    if not _has_each_name_once(raw, item):
        json.loads(raw, object_pairs_hook=_without_repetition)


def _has_each_name_once(raw: bytes, item: ReportItem) -> bool:
    """Whether a quick count shows it; if not, it may be so all the same. Every event of a batch passes here."""
    if b"\\" in raw or b'" ' in raw or b'"\n' in raw or b'"\t' in raw or b'"\r' in raw:
        # Then not each name is followed by its colon, or what looks like a name is none.
        return False
    metadata, tags = item.metadata or {}, item.tags
    if "kind" in metadata or "tags" in metadata or "kind" in tags or "tags" in tags:
        return False
    for value in metadata.values():
        if type(value) is dict or type(value) is list:
            return False
    values = msgspec.structs.astuple(item)
    # These two have a value in any case; whether they were sent, only the text says.
    absent = (b'"kind":' not in raw) + (b'"tags":' not in raw)
    given = len(values) - values.count(None) - absent
    return raw.count(b'":') == given + len(metadata) + len(tags)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ReportRefusedError(f"The event has {twice!r} twice in one object; leave one of them out.")
    return found


def _refuse_null(item: ReportItem) -> None:
    """Only an escape can bring a null character, which PostgreSQL's columns can't hold; metadata stays escaped."""
    texts = (item.partition, item.run_id, item.data_version, item.description, item.check_name)
    if any(text is not None and "\0" in text for text in (*texts, *item.tags, *item.tags.values())):
        raise ReportRefusedError("A text holds a null character; leave it out.")


def _key(item: ReportItem) -> AssetKey:
    if (item.key is None) == (item.asset_key is None):
        raise ReportRefusedError('Name the asset by `key` ("schema/table") or `asset_key` (["schema", "table"]).')
    return AssetKey.from_escaped_user_string(item.key) if item.key is not None else AssetKey(item.asset_key or [])


def _refuse_given(item: ReportItem, names: frozenset[str]) -> None:
    given = [name for name in names if getattr(item, name) is not None]
    if given:
        raise ReportRefusedError(f"{item.kind} takes no {' or '.join(sorted(given))}.")
