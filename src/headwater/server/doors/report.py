"""The drop-in report doors: plain ASGI in front of the framework, because every report passes here."""

from __future__ import annotations

import msgspec

from headwater.errors import IdempotencyConflictError, ReportRefusedError, ReportRejectedError, StoreError
from headwater.records.access.tokens import Principal
from headwater.records.log.events import EventKind, Materialization, NewEvent, Reporter
from headwater.records.log.receipts import ReportKey, report_key
from headwater.records.reports.rules import apply_rules, is_held
from headwater.server.access.audit_trail import reason_of_report
from headwater.server.deployment import Deployment
from headwater.server.doors.report_parsing import parse_report
from headwater.server.doors.strict_parsing import checked_key, read_timestamp
from headwater.server.http import (
    MOST_BODY_BYTES,
    BodyTooLargeError,
    Receive,
    Scope,
    Send,
    header,
    headers,
    read_body,
    send_json,
)
from headwater.storage.log.writer import report as write_report
from headwater.storage.reports.held import Queue
from headwater.traces import current_trace

_DOORS = {
    "/report_asset_materialization": EventKind.MATERIALIZATION,
    "/report_asset_observation": EventKind.OBSERVATION,
    "/report_asset_check": EventKind.CHECK_EVALUATION,
}
_FURTHER = frozenset({b"headwater-timestamp", b"headwater-news", b"idempotency-key"})
"""The headers that say more than the established fields."""


def find_door(path: str) -> tuple[EventKind, str] | None:
    """Which door a path leads to, and the asset that the rest of it names; None for any other path."""
    end = path.find("/", 1)
    kind = _DOORS.get(path if end == -1 else path[:end])
    return None if kind is None else (kind, "" if end == -1 else path[end + 1 :])


async def report(
    deployment: Deployment,
    principal: Principal,
    kind: EventKind,
    named: str,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Take one report; the answer comes once it is on disk.

    Raises:
        NotAllowedError: the sender may not report this asset.
    """
    if scope["method"] != "POST":
        message = f"This path takes reports by POST, not {scope['method']}."
        await send_json(send, 405, {"error": message}, [(b"allow", b"POST")])
        return
    try:
        body = await read_body(scope, receive)
        event = parse_report(
            kind,
            named,
            header(scope, b"content-type"),
            body,
            scope["query_string"].decode("latin-1"),
            Reporter("rest", principal.name, trace=current_trace.get()),
        )
        event, key = _with_headers(event, scope)
        rules = await deployment.report_rules.get()
        now = deployment.clock.now()
        flagged = apply_rules(event, deployment.known_graph, now, rules, strict=False)
        principal.demand_report((event.asset_key, flagged.asset_key), deployment.known_graph)
        if is_held(flagged, rules):
            fields = await _hold(deployment, flagged, key, now)
        else:
            [receipt] = await deployment.store.write_async(write_report([flagged], [key]))
            fields = [(b"headwater-event-id", b"%d" % receipt.seq)]
    except IdempotencyConflictError as error:
        await send_json(send, 422, {"error": str(error)})
    except ReportRefusedError as error:
        if isinstance(error, ReportRejectedError):
            deployment.audit.refuse(principal.actor, f"POST {scope['path']}", str(error), reason_of_report(error))
        await send_json(send, 400, {"error": str(error)})
    except BodyTooLargeError:
        limit = f"The body is over {MOST_BODY_BYTES} bytes; send a link to large data instead of the data."
        await send_json(send, 413, {"error": limit})
    except StoreError as error:
        await send_json(send, 503, {"error": str(error)}, [(b"retry-after", b"1")])
    except ConnectionError:
        return
    else:
        await send_json(send, 200, {}, fields)


async def _hold(deployment: Deployment, event: NewEvent, key: ReportKey | None, now: int) -> list[tuple[bytes, bytes]]:
    """Let a report wait for a person; the answer names its place instead of an event."""
    queue = Queue([(event, key)], now)
    await deployment.store.write_async(write_report([], beside=queue.write))
    return [(b"headwater-held-id", b"%d" % queue.places[0].held_id)]


def _with_headers(event: NewEvent, scope: Scope) -> tuple[NewEvent, ReportKey | None]:
    """What goes beyond the established fields stands in headers.

    Raises:
        ReportRefusedError: a header's value can't be read.
    """
    if _FURTHER.isdisjoint(headers(scope)):
        return event, None
    moment = header(scope, b"headwater-timestamp")
    if moment is not None:
        event = msgspec.structs.replace(event, timestamp=read_timestamp(_as_number(moment)))
    if isinstance(event.payload, Materialization) and header(scope, b"headwater-news") == "true":
        event = msgspec.structs.replace(event, payload=msgspec.structs.replace(event.payload, news=True))
    given = header(scope, b"idempotency-key")
    return event, None if given is None else report_key(checked_key(given), event)


def _as_number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
