"""Read what comes to `POST /api/report`: one event, a JSON array or NDJSON; pure. Whatever is not known is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import msgspec

from headwater.clock import from_seconds
from headwater.definitions.metadata.infer import wire_from_json
from headwater.definitions.snapshot import WireValue
from headwater.errors import InvalidMetadataError, InvalidParameterError, ReportRefusedError
from headwater.keys import AssetKey
from headwater.records.log.events import (
    CheckEvaluation,
    EventKind,
    ExternalRun,
    Materialization,
    NewEvent,
    Observation,
    Report,
    Reporter,
)
from headwater.records.log.receipts import ReportKey, report_key
from headwater.server.expected import mend

MOST_ITEMS = 10_000
_JSON_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines"})
_MOST_KEY_LENGTH = 255
_LAST_SECOND = 253_402_300_799
_ASSET_FIELDS = frozenset({"data_version"})
_CHECK_FIELDS = frozenset({"check_name", "passed", "severity"})
_NO_TAGS: dict[str, str] = {}
_BUILDERS: dict[str, tuple[EventKind, Callable[..., Materialization | Observation | ExternalRun]]] = {
    EventKind.MATERIALIZATION: (EventKind.MATERIALIZATION, Materialization),
    EventKind.OBSERVATION: (EventKind.OBSERVATION, Observation),
    EventKind.EXTERNAL_STARTED: (EventKind.EXTERNAL_STARTED, ExternalRun),
    EventKind.EXTERNAL_PROGRESSING: (EventKind.EXTERNAL_PROGRESSING, ExternalRun),
    EventKind.EXTERNAL_FAILED: (EventKind.EXTERNAL_FAILED, ExternalRun),
    EventKind.EXTERNAL_SKIPPED: (EventKind.EXTERNAL_SKIPPED, ExternalRun),
}

Kind = Literal[
    "materialization",
    "observation",
    "check_evaluation",
    "external_started",
    "external_progressing",
    "external_failed",
    "external_skipped",
]


class ReportItem(msgspec.Struct, gc=False, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One event as it is sent. `timestamp` is seconds since the epoch, or ISO 8601 with its zone."""

    asset_key: str | list[str] | None = None
    """A string is one part of a key, as at the drop-in doors."""
    key: str | None = None
    """The same with slashes between the parts."""
    kind: Kind | msgspec.UnsetType = msgspec.UNSET
    """By default a materialization."""
    partition: str | None = None
    timestamp: float | str | None = None
    idempotency_key: str | None = None
    metadata: dict[str, Any] | None = None
    description: str | None = None
    tags: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    run_id: str | None = None
    data_version: str | None = None
    news: bool | None = None
    """Of a materialization: whether it is an update for what reads the asset even if it is backdated."""
    check_name: str | None = None
    passed: bool | None = None
    severity: Literal["WARN", "ERROR"] | None = None


class ParsedItem(msgspec.Struct, frozen=True, gc=False):
    """One event and its idempotency key."""

    event: NewEvent
    key: ReportKey | None


_ITEM_DECODER = msgspec.json.Decoder(ReportItem)
_LIST_DECODER = msgspec.json.Decoder(list[msgspec.Raw])
_ITEMS_DECODER = msgspec.json.Decoder(list[ReportItem])
_ENCODER = msgspec.json.Encoder()
# With an escape, or a space behind a quote, not everything that looks like a name and its colon is one.
_SPACES = (b" ", b"\n", b"\t", b"\r")


def split_body(content_type: str | None, body: bytes) -> tuple[Sequence[ReportItem | msgspec.Raw | bytes], bool]:
    """The items of a body, and whether there may be many.

    Where nothing is wrong with any of them they are decoded already, all at once, which costs a fraction.

    Raises:
        ReportRefusedError: it is no JSON, or has too many items.
    """
    kind = (content_type or "application/json").partition(";")[0].strip().lower()
    items: Sequence[ReportItem | msgspec.Raw | bytes]
    if kind in _JSON_LINES:
        items = _decode_together(_ITEM_DECODER.decode_lines, body) or [
            line for line in body.split(b"\n") if line.strip()
        ]
    elif kind != "application/json":
        raise ReportRefusedError(f"The content type is {kind!r}; send application/json, or application/x-ndjson.")
    elif body.lstrip()[:1] == b"[":
        items = _decode_together(_ITEMS_DECODER.decode, body) or _split_array(body)
    elif body.strip():
        return [body], False
    else:
        items = []
    if not items:
        raise ReportRefusedError('The body has no event. Send one as a JSON object, such as {"key": "orders"}.')
    if len(items) > MOST_ITEMS:
        raise ReportRefusedError(f"The body has {len(items):,} events; send at most {MOST_ITEMS:,} at once.")
    return items, True


def _decode_together(decode: Callable[[bytes], list[ReportItem]], body: bytes) -> list[ReportItem] | None:
    """All items at once; None where one may be wrong, so that each must be looked at."""
    try:
        items = decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return items if _has_each_name_once(body, items) else None


def _split_array(body: bytes) -> list[msgspec.Raw]:
    try:
        return _LIST_DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportRefusedError(f"The body is no JSON array: {error}.") from error


def parse_item(
    sent: ReportItem | msgspec.Raw | bytes, reporter: Reporter, request_key: str | None = None
) -> ParsedItem:
    """One event.

    Args:
        sent: As `split_body` gave it.
        reporter: Who sent it.
        request_key: The idempotency key that it has where it names none itself.

    Raises:
        ReportRefusedError: a field is unknown, missing or wrong; the message names it.
    """
    try:
        item = sent if isinstance(sent, ReportItem) else _decode_item(bytes(sent))
        event = _event(item, reporter)
        given = item.idempotency_key if item.idempotency_key is not None else request_key
        return ParsedItem(event, None if given is None else report_key(checked_key(given), event))
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidMetadataError, InvalidParameterError) as error:
        raise ReportRefusedError(f"{error}.".replace("..", ".") + _mend(error)) from error
    except RecursionError as error:
        raise ReportRefusedError("The JSON is nested too deeply.") from error


def _mend(error: Exception) -> str:
    """What to write instead, where a field or a choice was not known."""
    message, _, path = str(error).partition(" - at `")
    found = mend(message, path, ReportItem)
    return f" {found}" if found else ""


def _decode_item(raw: bytes) -> ReportItem:
    item = _ITEM_DECODER.decode(raw)
    if not _has_each_name_once(raw, item):
        # Of two values under one name, nobody can say which one was meant.
        json.loads(raw, object_pairs_hook=_without_repetition)
    if b"\\u0000" in raw:
        _refuse_null(item)
    return item


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
    metadata = wire_from_json(item.metadata) if item.metadata else {}
    payload: Materialization | Observation | CheckEvaluation | ExternalRun
    if item.kind == "check_evaluation":
        payload = _check(item, metadata, reporter)
        kind = EventKind.CHECK_EVALUATION
    else:
        kind, build = _BUILDERS[item.kind or "materialization"]
        if item.check_name is not None or item.passed is not None or item.severity is not None:
            _refuse_given(item, kind, _CHECK_FIELDS)
        payload = build(metadata=metadata, description=item.description, tags=item.tags or _NO_TAGS, reporter=reporter)
    if item.news is not None:
        payload = _with_news(item, payload)
    return NewEvent(
        kind=kind,
        payload=payload,
        asset_key=_key(item),
        partition=item.partition or None,
        run_id=item.run_id,
        timestamp=None if item.timestamp is None else read_timestamp(item.timestamp),
        data_version=item.data_version,
    )


def _with_news(item: ReportItem, payload: Report) -> Materialization:
    if not isinstance(payload, Materialization):
        raise ReportRefusedError(f"{item.kind} takes no news; a materialization does.")
    return msgspec.structs.replace(payload, news=item.news)


def _check(item: ReportItem, metadata: dict[str, WireValue], reporter: Reporter) -> CheckEvaluation:
    if not item.check_name or item.passed is None:
        raise ReportRefusedError("A check evaluation needs `check_name` and `passed`.")
    if item.data_version is not None:
        _refuse_given(item, EventKind.CHECK_EVALUATION, _ASSET_FIELDS)
    return CheckEvaluation(
        check_name=item.check_name,
        passed=item.passed,
        severity=item.severity or "ERROR",
        metadata=metadata,
        description=item.description,
        reporter=reporter,
    )


def _has_each_name_once(text: bytes, decoded: ReportItem | list[ReportItem]) -> bool:
    """Whether a count of the names shows that none was lost in decoding; if not, it may be so all the same."""
    # One byte is looked for much faster than two of which the first is everywhere.
    if b"\\" in text or any(space in text and b'"' + space in text for space in _SPACES):
        return False
    return text.count(b'":') == _ENCODER.encode(decoded).count(b'":')


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ReportRefusedError(f"The event has {twice!r} twice in one object; leave one of them out.")
    return found


def _refuse_null(item: ReportItem) -> None:
    """Only an escape can bring a null character, which PostgreSQL's columns can't hold; metadata stays escaped."""
    tags = item.tags or _NO_TAGS
    texts = (item.partition, item.run_id, item.data_version, item.description, item.check_name)
    if any(text is not None and "\0" in text for text in (*texts, *tags, *tags.values())):
        raise ReportRefusedError("A text holds a null character; leave it out.")


def _key(item: ReportItem) -> str:
    if (item.key is None) == (item.asset_key is None):
        raise ReportRefusedError('Name the asset by `key` ("schema/table") or `asset_key` (["schema", "table"]).')
    if item.key is not None:
        return _key_in_text_form(item.key, is_one_part=False)
    if isinstance(item.asset_key, str):
        return _key_in_text_form(item.asset_key, is_one_part=True)
    return AssetKey(item.asset_key or []).to_escaped_user_string()


@lru_cache(maxsize=16_384)
def _key_in_text_form(text: str, *, is_one_part: bool) -> str:
    """Kept for those that come again and again, as they do in a batch."""
    key = AssetKey(text) if is_one_part else AssetKey.from_escaped_user_string(text)
    return key.to_escaped_user_string()


def _refuse_given(item: ReportItem, kind: EventKind, names: frozenset[str]) -> None:
    given = [name for name in names if getattr(item, name) is not None]
    raise ReportRefusedError(f"{kind.value} takes no {' or '.join(sorted(given))}.")
