"""`POST /api/report`: events by the thousand, all or nothing or one by one, with a result for each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal
from urllib.parse import parse_qsl

import msgspec

from headwater.errors import (
    IdempotencyConflictError,
    NotAllowedError,
    ReportRefusedError,
    ReportRejectedError,
    StoreError,
    StoreUnavailableError,
)
from headwater.records.access.tokens import Principal
from headwater.records.log.events import Reporter
from headwater.records.log.receipts import Receipt
from headwater.records.reports.rules import ReportJudge, is_held
from headwater.server.access.audit_trail import reason_of_report
from headwater.server.deployment import Deployment
from headwater.server.doors.strict_parsing import ParsedItem, ReportItem, checked_key, parse_item, split_body
from headwater.server.http import MOST_BODY_BYTES, BodyTooLargeError, Receive, Scope, Send, header, read_body, send_json
from headwater.storage.log.writer import report
from headwater.storage.reports import held as held_reports
from headwater.storage.reports.held import Held
from headwater.traces import current_trace

PATH = "/api/report"
Status = Literal["recorded", "repeated", "held", "valid", "refused"]
_MODES = ("all", "each")
_SWITCHES = {"true": True, "1": True, "": True, "false": False, "0": False}


class ItemResult(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What became of one event.

    It was `recorded` or `repeated` as the event `seq`, is `valid` in a dry run, waits for a person as `held_id`, or was
    `refused`.
    """

    index: int
    status: Status
    seq: int | None = None
    held_id: int | None = None
    flags: tuple[str, ...] = ()
    error: str | None = None


class ReportAnswer(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The answer: how many were taken and refused, and each by itself."""

    accepted: int
    refused: int
    items: list[ItemResult]
    error: str | None = None


class Request(msgspec.Struct, frozen=True):
    """What the query asks for."""

    mode: str = "all"
    dry_run: bool = False


async def take(deployment: Deployment, principal: Principal, scope: Scope, receive: Receive, send: Send) -> None:
    """Take one request; the answer comes once everything that it accepts is on disk."""
    if scope["method"] != "POST":
        await send_json(send, 405, {"status": 405, "error": "Send events by POST."}, [(b"allow", b"POST")])
        return
    try:
        request = _read_query(scope["query_string"].decode("latin-1"))
        body = await read_body(scope, receive)
        answer = await _answer(deployment, request, principal, scope, body)
    except IdempotencyConflictError as error:
        await send_json(send, 422, {"status": 422, "error": str(error)})
    except ReportRefusedError as error:
        await send_json(send, 400, {"status": 400, "error": str(error)})
    except BodyTooLargeError:
        limit = f"The body is over {MOST_BODY_BYTES} bytes; send fewer events at once."
        await send_json(send, 413, {"status": 413, "error": limit})
    except StoreError as error:
        await send_json(send, 503, {"status": 503, "error": str(error)}, [(b"retry-after", b"1")])
    except ConnectionError:
        return
    else:
        await send_json(send, _status(answer), answer)


def _status(answer: ReportAnswer) -> int:
    """200 where all were taken, 400 where none was, and 207 where each must be looked at."""
    if not answer.refused:
        return 200
    return 207 if answer.accepted else 400


def _read_query(text: str) -> Request:
    query = dict(parse_qsl(text, keep_blank_values=True))
    if unknown := query.keys() - {"mode", "dry_run"}:
        raise ReportRefusedError(f"There is no query parameter {min(unknown)!r}; there are mode and dry_run.")
    mode, dry_run = query.get("mode", "all"), query.get("dry_run", "false")
    if mode not in _MODES:
        raise ReportRefusedError(f"mode={mode} is not known: 'all' takes all events or none, 'each' takes each alone.")
    if dry_run not in _SWITCHES:
        raise ReportRefusedError(f"dry_run={dry_run} is not known; it is true or false.")
    return Request(mode, _SWITCHES[dry_run])


async def _answer(
    deployment: Deployment, request: Request, principal: Principal, scope: Scope, body: bytes
) -> ReportAnswer:
    raws, many = split_body(header(scope, b"content-type"), body)
    request_key = header(scope, b"idempotency-key")
    keys = [_item_key(request_key, index if many else None) for index in range(len(raws))]
    return await record(
        deployment, request, principal, Reporter("rest", principal.name, trace=current_trace.get()), raws, keys
    )


async def record(
    deployment: Deployment,
    request: Request,
    principal: Principal,
    reporter: Reporter,
    raws: Sequence[ReportItem | msgspec.Raw | bytes],
    keys: Sequence[str | None],
) -> ReportAnswer:
    """Judge events and keep them.

    Args:
        deployment: Whose.
        request: Whether all or each, and whether only to judge.
        principal: Whose rights count.
        reporter: Who is said to have told it.
        raws: Each event as JSON, or as `split_body` gave it.
        keys: The idempotency key of each that names none itself.

    Raises:
        StoreError: the store did not take them.
    """
    parsed: list[ParsedItem] = []
    places: list[int] = []
    refused: list[ItemResult] = []
    rules = await deployment.report_rules.get()
    graph, now = deployment.known_graph, deployment.clock.now()
    judge = ReportJudge(graph, now, rules, strict=True)
    allowed: set[tuple[str | None, str | None]] = set()
    for index, raw in enumerate(raws):
        try:
            item = parse_item(raw, reporter, keys[index])
            event = judge.apply(item.event)
            names = (item.event.asset_key, event.asset_key)
            if names not in allowed:
                principal.demand_report(names, graph)
                allowed.add(names)
        except (ReportRefusedError, NotAllowedError) as error:
            if isinstance(error, (ReportRejectedError, NotAllowedError)) and not request.dry_run:
                deployment.audit.refuse(principal.actor, f"POST {PATH}", str(error), reason_of_report(error))
            refused.append(ItemResult(index=index, status="refused", error=str(error)))
        else:
            parsed.append(ParsedItem(event, item.key) if event is not item.event else item)
            places.append(index)
    if refused and request.mode == "all":
        error_text = f"{len(refused):,} of {len(raws):,} events are wrong, so nothing was kept."
        return ReportAnswer(accepted=0, refused=len(refused), items=refused, error=error_text)
    held = [is_held(item.event, rules) for item in parsed]
    outcomes = await _write(deployment, request, parsed, held, now)
    results = [_result(index, item, outcome) for index, item, outcome in zip(places, parsed, outcomes, strict=True)]
    failed = sum(isinstance(outcome, StoreError) for outcome in outcomes)
    items = sorted([*results, *refused], key=_index) if refused else results
    return ReportAnswer(accepted=len(results) - failed, refused=len(refused) + failed, items=items)


_Outcome = Receipt | Held | StoreError | None


async def _write(
    deployment: Deployment, request: Request, parsed: Sequence[ParsedItem], held: Sequence[bool], now: int
) -> Sequence[_Outcome]:
    if request.dry_run:
        return [None] * len(parsed)
    if request.mode == "all":
        return await _write_together(deployment, parsed, held, now)
    # Each its own unit; the writer still puts them into one transaction.
    alone = (_write_one(deployment, item, wait, now) for item, wait in zip(parsed, held, strict=True))
    outcomes = await asyncio.gather(*alone)
    if outcomes and all(isinstance(outcome, StoreUnavailableError) for outcome in outcomes):
        raise StoreUnavailableError(str(outcomes[0]))
    return outcomes


async def _write_together(
    deployment: Deployment, parsed: Sequence[ParsedItem], held: Sequence[bool], now: int
) -> list[_Outcome]:
    if True not in held:
        unit = report([item.event for item in parsed], [item.key for item in parsed])
        return [*await deployment.store.write_async(unit)]
    taken = [item for item, wait in zip(parsed, held, strict=True) if not wait]
    waiting = [(item.event, item.key) for item, wait in zip(parsed, held, strict=True) if wait]
    queue = held_reports.Queue(waiting, now)
    unit = report([item.event for item in taken], [item.key for item in taken], beside=queue.write)
    written = await deployment.store.write_async(unit)
    receipts, places = iter(written), iter(queue.places)
    return [next(places) if wait else next(receipts) for wait in held]


async def _write_one(deployment: Deployment, item: ParsedItem, wait: bool, now: int) -> _Outcome:
    try:
        return (await _write_together(deployment, [item], [wait], now))[0]
    except (StoreError, ReportRefusedError) as error:
        return error if isinstance(error, StoreError) else StoreError(str(error))


def _result(index: int, item: ParsedItem, outcome: _Outcome) -> ItemResult:
    if isinstance(outcome, StoreError):
        return ItemResult(index=index, status="refused", error=str(outcome))
    flags = getattr(item.event.payload, "flags", ())
    if isinstance(outcome, Held):
        return ItemResult(index=index, status="held", held_id=outcome.held_id, flags=flags)
    if outcome is None:
        return ItemResult(index=index, status="valid", flags=flags)
    return ItemResult(index=index, status="repeated" if outcome.repeated else "recorded", seq=outcome.seq, flags=flags)


def _item_key(request_key: str | None, index: int | None) -> str | None:
    """The key of an event that has none of its own: that of the request, and its place where there are several."""
    if request_key is None or index is None:
        return request_key
    return f"{checked_key(request_key)}#{index}"


def _index(result: ItemResult) -> int:
    return result.index
