"""`POST /api/v1/lineage`, and `/batch` below it: OpenLineage events become events of the log and edges of the graph."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from headwater.errors import ReportRefusedError, StoreError
from headwater.openlineage.open_runs import OpenRuns
from headwater.openlineage.requests import parse_request
from headwater.openlineage.translate import translate
from headwater.records.access import Principal
from headwater.records.events import Event, NewEvent
from headwater.records.flags import flag
from headwater.server.deployment import Deployment
from headwater.server.http import MOST_BODY_BYTES, BodyTooLargeError, Receive, Scope, Send, header, read_body, send_json
from headwater.storage import catalog
from headwater.storage.writer import Unit

PATHS = frozenset({"/api/v1/lineage", "/api/v1/lineage/batch"})


class OpenLineageDoor:
    """Takes what producers send; remembers the runs that are not over yet, by deployment."""

    def __init__(self) -> None:
        self._open_runs: dict[str, OpenRuns] = {}

    async def take(
        self, deployment: Deployment, principal: Principal, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Take one request; the answer comes once all of its events are on disk.

        Raises:
            NotAllowedError: it speaks of an asset that the sender may not report.
        """
        if scope["method"] != "POST":
            await send_json(send, 405, {"status": 405, "error": "Send events by POST."}, [(b"allow", b"POST")])
            return
        try:
            body = await read_body(scope, receive)
            appended = await self._keep(deployment, principal, body, header(scope, b"content-encoding"))
        except ReportRefusedError as error:
            await send_json(send, 400, {"status": 400, "error": str(error)})
        except BodyTooLargeError:
            await send_json(send, 413, {"status": 413, "error": f"The body is over {MOST_BODY_BYTES} bytes."})
        except StoreError as error:
            await send_json(send, 503, {"status": 503, "error": str(error)}, [(b"retry-after", b"1")])
        except ConnectionError:
            return
        else:
            await send_json(send, 201, {"events": [event.seq for event in appended]})

    async def _keep(
        self, deployment: Deployment, principal: Principal, body: bytes, encoding: str | None
    ) -> Sequence[Event]:
        open_runs = self._open_runs.get(deployment.name, OpenRuns())
        events: list[NewEvent] = []
        edges: set[tuple[str, str]] = set()
        for told in parse_request(body, encoding, max_bytes=MOST_BODY_BYTES):
            translation = translate(told, open_runs)
            open_runs = translation.open_runs
            events += translation.events
            edges.update(translation.edges)
        for key in {event.asset_key for event in events} | {down for _, down in edges}:
            principal.demand_report((key,), deployment.known_graph)
        now = deployment.clock.now()
        flagged = [flag(event, deployment.known_graph, now) for event in events]

        def keep(connection: Connection, appended: Sequence[Event]) -> Sequence[Event]:
            catalog.save_edges(connection, edges, appended[-1].seq if appended else deployment.store.tail.head)
            return appended

        appended = await deployment.store.write_async(Unit(events=flagged, effect=keep))
        self._open_runs[deployment.name] = open_runs
        if edges:
            deployment.forget_graph()
        return appended
