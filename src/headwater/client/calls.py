"""What each method of the client sends, and how it reads the answer; nothing here opens a connection."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeAlias, TypedDict, TypeVar

from headwater.errors import ClientError, InvalidParameterError
from headwater.keys import AssetKey, CoercibleToAssetKey

Severity: TypeAlias = Literal["WARN", "ERROR"]
_T = TypeVar("_T")
_LONGEST_MESSAGE = 500


class ReportFields(TypedDict, total=False):
    """What any report may say beyond its asset.

    `timestamp` is when it happened, an aware `datetime` or seconds since the epoch; left out, it is the time of
    receipt. `idempotency_key` is your own name for the report: sent again under it, it becomes no second event. Left
    out, the client takes a new one, so that sending again after a failure is harmless.
    """

    metadata: Mapping[str, Any] | None
    partition: str | None
    timestamp: datetime | float | None
    idempotency_key: str | None


class EventFields(ReportFields, total=False):
    """What a materialization or an observation may say besides; `data_version` is a name for the contents."""

    description: str | None
    data_version: str | None


class CheckFields(ReportFields, total=False):
    """What the evaluation of a check may say besides: what it means if it did not pass."""

    severity: Severity


class RunPage(TypedDict):
    """Runs, newest first. Pass `next` as `cursor` to read on; None where there are no more."""

    items: list[dict[str, Any]]
    next: str | None


class ResponseError(ClientError):
    """The server answered, but not with what was asked for; `status` is that of HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of HTTP; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Call(Generic[_T]):
    """One request, and the function that reads its answer. `path` is below the deployment's base.

    What is `repeatable` can be sent again when it is not known whether it arrived.
    """

    method: Literal["GET", "POST"]
    path: str
    read: Callable[[Answer], _T]
    query: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    repeatable: bool = True

    def finish(self, answer: Answer) -> _T:
        """The result that an answer carries.

        Raises:
            ResponseError: it says that something is wrong, or does not come from Headwater.
        """
        if not 200 <= answer.status < 300:
            raise ResponseError(f"{self.method} {self.path} was answered {_problem(answer)}", answer.status)
        return self.read(answer)


def report_materialization(asset_key: CoercibleToAssetKey, fields: EventFields) -> Call[str]:
    """Say that an asset was written."""
    return _report("report_asset_materialization/", asset_key, {}, fields)


def report_observation(asset_key: CoercibleToAssetKey, fields: EventFields) -> Call[str]:
    """Say that something was learnt about an asset."""
    return _report("report_asset_observation/", asset_key, {}, fields)


def report_check(asset_key: CoercibleToAssetKey, check_name: str, passed: bool, fields: CheckFields) -> Call[str]:
    """Say how a check went."""
    return _report("report_asset_check/", asset_key, {"check_name": check_name, "passed": passed}, fields)


def resend(path: str, body: bytes, headers: Mapping[str, str]) -> Call[str]:
    """A report that was built before, and kept since."""
    return Call("POST", path, _read_event_id, body=body, headers=dict(headers))


def assets() -> Call[list[dict[str, Any]]]:
    """The whole catalog."""
    return Call("GET", "api/assets", _read_items)


def asset(key: CoercibleToAssetKey) -> Call[dict[str, Any]]:
    """Everything about one asset."""
    return Call("GET", "api/assets/detail", _read_object, {"key": _key_text(key)})


def sensors() -> Call[list[dict[str, Any]]]:
    """All sensors."""
    return Call("GET", "api/sensors", _read_items)


def runs(status: str | None, asset_key: CoercibleToAssetKey | None, limit: int, cursor: str | None) -> Call[RunPage]:
    """Runs, newest first."""
    query = {
        "status": status,
        "asset": None if asset_key is None else _key_text(asset_key),
        "limit": str(limit),
        "cursor": cursor,
    }
    return Call("GET", "api/runs", _read_run_page, {name: value for name, value in query.items() if value is not None})


def materialize(keys: str | AssetKey | Iterable[CoercibleToAssetKey], partition: str | None) -> Call[dict[str, Any]]:
    """Request a run."""
    chosen = [keys] if isinstance(keys, (str, AssetKey)) else list(keys)
    body = {"assets": [_key_text(key) for key in chosen], "partition": partition}
    return Call("POST", "api/runs", _read_object, body=_encode(body), repeatable=False)


def _report(
    path: str, asset_key: CoercibleToAssetKey, said: Mapping[str, Any], fields: EventFields | CheckFields
) -> Call[str]:
    # A list, since the parts of a key are read back from it as they are.
    body = {"asset_key": AssetKey.from_coercible(asset_key).path, **said}
    given: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    headers = {"Idempotency-Key": _check_idempotency_key(given.pop("idempotency_key", uuid.uuid4().hex))}
    if "timestamp" in given:
        headers["Headwater-Timestamp"] = _timestamp_text(given.pop("timestamp"))
    return Call("POST", path, _read_event_id, body=_encode({**body, **given}), headers=headers)


def _check_idempotency_key(key: object) -> str:
    if not (isinstance(key, str) and key.strip() == key != "" and key.isascii() and key.isprintable()):
        raise InvalidParameterError(
            f"idempotency_key is a line of plain ASCII characters without blanks around it, but got {key!r}."
        )
    return key


def _timestamp_text(moment: object) -> str:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.isoformat()
    if isinstance(moment, (int, float)) and not isinstance(moment, bool):
        return repr(moment)
    raise InvalidParameterError(
        f"timestamp is an aware datetime or seconds since the epoch, but got {moment!r}; give a datetime its zone, as "
        "in datetime.now(UTC)."
    )


def _key_text(key: CoercibleToAssetKey) -> str:
    return AssetKey.from_coercible(key).to_escaped_user_string()


def _encode(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(body).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidParameterError(
            f"A report holds something that JSON can't: {error}. Pass strings, numbers, bools, None, and lists and "
            "dicts of these; write str(value) for anything else."
        ) from error


def _problem(answer: Answer) -> str:
    """The status of an answer, and what the server says about it."""
    try:
        message = json.loads(answer.body)["error"]
    except (ValueError, LookupError, TypeError, RecursionError):
        message = None
    if isinstance(message, str):
        return f"{answer.status}: {message}"
    text = answer.body[:_LONGEST_MESSAGE].decode(errors="replace").strip()
    return f"{answer.status}, without Headwater's own message: {text!r}; check the address of the server."


def _read_event_id(answer: Answer) -> str:
    event_id = answer.headers.get("headwater-event-id")
    if event_id is None:
        raise ResponseError(
            "The report was taken, but the answer has no header Headwater-Event-Id; check that the address is that of "
            "a Headwater server and that no proxy removes the header.",
            answer.status,
        )
    return event_id


def _read_object(answer: Answer) -> dict[str, Any]:
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        text = answer.body[:80].decode(errors="replace")
        raise ResponseError(
            f"The answer is not a JSON object, but {text!r}…; check that the address is that of a Headwater server and "
            "that the deployment exists.",
            answer.status,
        )
    return value


def _read_items(answer: Answer) -> list[dict[str, Any]]:
    return list(_read_run_page(answer)["items"])


def _read_run_page(answer: Answer) -> RunPage:
    page = _read_object(answer)
    if not isinstance(page.get("items"), list):
        raise ResponseError(
            "The answer is no listing, as it has no items; the server is not of this version.", answer.status
        )
    return RunPage(items=page["items"], next=page.get("next"))
