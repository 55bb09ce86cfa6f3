"""The drop-in report doors: plain ASGI in front of the framework, because every report passes here."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.errors import ReportRefusedError, StoreError
from headwater.records.events import Event, EventKind, Reporter
from headwater.records.flags import flag
from headwater.server.deployment import Deployment
from headwater.server.guard import TokenRequiredError, check_token
from headwater.server.http import MOST_BODY_BYTES, BodyTooLargeError, Receive, Scope, Send, header, read_body, send_json
from headwater.server.report_parsing import parse_report
from headwater.storage.writer import Unit

_DOORS = {
    "/report_asset_materialization": EventKind.MATERIALIZATION,
    "/report_asset_observation": EventKind.OBSERVATION,
    "/report_asset_check": EventKind.CHECK_EVALUATION,
}


def find_door(path: str) -> tuple[EventKind, str] | None:
    """Which door a path leads to, and the asset that the rest of it names; None for any other path."""
    end = path.find("/", 1)
    kind = _DOORS.get(path if end == -1 else path[:end])
    return None if kind is None else (kind, "" if end == -1 else path[end + 1 :])


async def report(
    deployment: Deployment, kind: EventKind, named: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Take one report; the answer comes once it is on disk."""
    if scope["method"] != "POST":
        message = f"This path takes reports by POST, not {scope['method']}."
        await send_json(send, 405, {"error": message}, [(b"allow", b"POST")])
        return
    try:
        sender = await check_token(scope, deployment)
        body = await read_body(scope, receive)
        event = parse_report(
            kind,
            named,
            header(scope, b"content-type"),
            body,
            scope["query_string"].decode("latin-1"),
            Reporter("rest", sender),
        )
        flagged = flag(event, deployment.known_graph, deployment.clock.now())
        appended = await deployment.store.write_async(Unit[Sequence[Event]](events=[flagged]))
    except TokenRequiredError as error:
        await send_json(send, 401, {"error": str(error)}, [(b"www-authenticate", b"Bearer")])
    except ReportRefusedError as error:
        await send_json(send, 400, {"error": str(error)})
    except BodyTooLargeError:
        limit = f"The body is over {MOST_BODY_BYTES} bytes; send a link to large data instead of the data."
        await send_json(send, 413, {"error": limit})
    except StoreError as error:
        await send_json(send, 503, {"error": str(error)}, [(b"retry-after", b"1")])
    except ConnectionError:
        return
    else:
        await send_json(send, 200, {}, [(b"headwater-event-id", b"%d" % appended[0].seq)])
