"""Read a report as the drop-in doors take it; pure, with the field's established answers to what is wrong.

Precedence of the key: path, then body, then query; of everything else: body, then query. Presence decides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from headwater.definitions.metadata.infer import wire_from_json
from headwater.errors import InvalidMetadataError, InvalidParameterError, ReportRefusedError
from headwater.keys import AssetKey
from headwater.records.log.events import CheckEvaluation, EventKind, Materialization, NewEvent, Observation, Reporter

_JSON = "application/json"
_SEVERITIES = ("WARN", "ERROR")
_FIELDS = ("asset_key", "metadata", "data_version", "description", "partition", "check_name", "passed", "severity")
# The established answers name these paths and classes, whichever door is meant.
_KEY_HINT = {
    EventKind.MATERIALIZATION: "/report_asset_materialization/",
    EventKind.OBSERVATION: "/report_asset_materialization/",
    EventKind.CHECK_EVALUATION: "/report_asset_check_evaluation/",
}
_MISSING = object()
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


class Fields:
    """The parameters of one request, wherever they stand."""

    def __init__(self, body: object, query: Mapping[str, str]) -> None:
        self._body: Mapping[str, Any] = body if isinstance(body, dict) else {}
        self._query = query

    def in_body(self, name: str) -> Any:
        """A value of the body, `_MISSING` where the name is not there."""
        return self._body.get(name, _MISSING)

    def in_query(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return self._query.get(name)

    def plain(self, name: str) -> Any:
        """A value of the body, else of the query as text, else None."""
        value = self._body.get(name, _MISSING)
        return self._query.get(name) if value is _MISSING else value


def parse_report(
    kind: EventKind, path: str, content_type: str | None, body: bytes, query: str, reporter: Reporter
) -> NewEvent:
    """The event that a request reports.

    Args:
        kind: Which door it came to.
        path: What follows the door's name in the URL, decoded.
        content_type: The header, None where there is none; then the body is not read.
        body: The bytes.
        query: The query string as sent.
        reporter: Who sent it.

    Raises:
        ReportRefusedError: with the sentence that the sender should read.
    """
    parameters = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    fields = Fields(_read_body(content_type, body), parameters)
    key = _read_key(kind, path, fields)
    if kind is EventKind.CHECK_EVALUATION:
        return _check_event(key, fields, reporter)
    return _asset_event(kind, key, fields, reporter)


def _read_body(content_type: str | None, body: bytes) -> object:
    if content_type is None:
        return {}
    if content_type != _JSON and content_type.partition(";")[0].strip().lower() != _JSON:
        raise ReportRefusedError(f"Unhandled content type {content_type}, expect no body or application/json")
    try:
        value = _decode(body)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ReportRefusedError(
            f"Error parsing the body as JSON: {reason}. Send one JSON object, such as "
            '{"asset_key": "my_table"}, without a trailing comma.'
        ) from error
    if isinstance(value, (list, str)) and not any(name in value for name in _FIELDS):
        return {}
    if not isinstance(value, dict):
        raise ReportRefusedError(
            f'The body is a JSON {_json_type(value)}, expected an object such as {{"asset_key": "my_table"}}.'
        )
    return value


def _decode(body: bytes) -> object:
    """JSON as Python's own decoder takes it, which takes more and is slower."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json.loads(body)


def _read_key(kind: EventKind, path: str, fields: Fields) -> str:
    try:
        key = _find_key(path, fields)
    except InvalidParameterError as error:
        raise ReportRefusedError(f'Param "asset_key": {error}') from error
    if key is None:
        raise ReportRefusedError(
            f"Empty asset key, must provide asset key as url path after {_KEY_HINT[kind]} or query param asset_key."
        )
    return key.to_escaped_user_string()


def _find_key(path: str, fields: Fields) -> AssetKey | None:
    value = fields.in_body("asset_key")
    if path:
        return AssetKey.from_user_string(path)
    if value is not _MISSING:
        return _key_from_body(value)
    text = fields.in_query("asset_key")
    return _key_from_query(text) if text else None


def _key_from_body(value: Any) -> AssetKey:
    if isinstance(value, str):
        return AssetKey(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return AssetKey(value)
    raise ReportRefusedError(
        f'Param "asset_key" is not a string or a list of strings. Got {value!r} which is type {type(value)}.'
    )


def _key_from_query(text: str) -> AssetKey | None:
    return AssetKey([]) if text == "[]" else AssetKey.from_db_string(text)


def _asset_event(kind: EventKind, key: str, fields: Fields, reporter: Reporter) -> NewEvent:
    # Observations are answered with the other class's name too: clients match on that text.
    subject = "AssetMaterialization"
    metadata = _read_metadata(fields, subject)
    described: dict[str, Any] = {
        "metadata": metadata,
        "description": _read_text(fields, "description", subject),
        "reporter": reporter,
    }
    payload = Materialization(**described) if kind is EventKind.MATERIALIZATION else Observation(**described)
    return NewEvent(
        kind=kind,
        payload=payload,
        asset_key=key,
        partition=_read_text(fields, "partition", subject) or None,
        data_version=_read_data_version(fields),
    )


def _check_event(key: str, fields: Fields, reporter: Reporter) -> NewEvent:
    subject = "AssetCheckEvaluation"
    passed = _read_passed(fields)
    metadata = _read_metadata(fields, subject)
    name = _read_text(fields, "check_name", subject, required=True)
    severity = fields.plain("severity")
    severity = "ERROR" if severity is None else severity
    if severity not in _SEVERITIES:
        raise ReportRefusedError(
            f'Error constructing {subject}: {severity!r} is not a valid AssetCheckSeverity. Use "WARN" or "ERROR".'
        )
    payload = CheckEvaluation(
        check_name=name or "", passed=passed, severity=severity, metadata=metadata, reporter=reporter
    )
    partition = _read_text(fields, "partition", subject) or None
    return NewEvent(kind=EventKind.CHECK_EVALUATION, payload=payload, asset_key=key, partition=partition)


def _read_passed(fields: Fields) -> bool:
    value = fields.in_body("passed")
    if value is _MISSING:
        text = fields.in_query("passed")
        if text is None:
            raise ReportRefusedError("Missing required parameter 'passed'. Send true or false.")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ReportRefusedError(f"Error parsing 'passed': {error}. Send true or false.") from error
    if not isinstance(value, bool):
        raise ReportRefusedError(_wrong_type("AssetCheckEvaluation", "passed", "a bool", value))
    return value


def _read_metadata(fields: Fields, subject: str) -> dict[str, Any]:
    value = fields.in_body("metadata")
    if value is _MISSING:
        text = fields.in_query("metadata")
        if text is None:
            return {}
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ReportRefusedError(f"Error parsing metadata json: {error}") from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ReportRefusedError(
            _wrong_type(subject, "metadata", "one of ['Mapping']", value) + " Send a JSON object of names and values."
        )
    try:
        return dict(wire_from_json(value))
    except InvalidMetadataError as error:
        raise ReportRefusedError(f"Error constructing {subject}: {error}") from error


def _read_text(fields: Fields, name: str, subject: str, *, required: bool = False) -> str | None:
    value = fields.plain(name)
    if value is None and not required:
        return None
    if not isinstance(value, str):
        raise ReportRefusedError(_wrong_type(subject, name, "a str", value))
    return _storable(name, value)


def _read_data_version(fields: Fields) -> str | None:
    value = fields.plain("data_version")
    if value is None:
        return None
    if isinstance(value, (dict, list)):
        raise ReportRefusedError(_wrong_type("AssetMaterialization", "data_version", "a str", value))
    return _storable("data_version", value if isinstance(value, str) else json.dumps(value))


def _wrong_type(subject: str, name: str, expected: str, value: object) -> str:
    shown = repr(value)
    shown = shown if len(shown) <= 200 else shown[:200] + "…"
    return f'Error constructing {subject}: Param "{name}" is not {expected}. Got {shown} which is type {type(value)}.'


def _storable(name: str, text: str) -> str:
    """A text that every database can keep.

    Raises:
        ReportRefusedError: it holds a null character, or half of a surrogate pair.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ReportRefusedError(f'Param "{name}" holds half of a surrogate pair, which is no character.') from error
    if "\0" in text:
        raise ReportRefusedError(f'Param "{name}" holds a null character; leave it out.')
    return text


def _json_type(value: object) -> str:
    names: Sequence[tuple[type, str]] = ((bool, "boolean"), (str, "string"), (list, "list"), ((type(None)), "null"))
    return next((name for kind, name in names if isinstance(value, kind)), "number")
