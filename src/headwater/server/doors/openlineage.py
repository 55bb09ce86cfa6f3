"""`POST /api/v1/lineage`, and `/batch` below it: OpenLineage events become events of the log and edges of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy.engine import Connection

from headwater.errors import ReportRefusedError, ReportRejectedError, StoreError
from headwater.graph.asset_graph import AssetGraph
from headwater.keys import AssetKey
from headwater.openlineage.naming import Naming
from headwater.openlineage.open_runs import OpenRuns
from headwater.openlineage.requests import parse_request
from headwater.openlineage.translate import translate
from headwater.records.access.tokens import Principal
from headwater.records.log.events import Event, NewEvent, Report
from headwater.records.reports.rules import ReportJudge, ReportRules, is_held
from headwater.server.access.audit_trail import reason_of_report
from headwater.server.deployment import Deployment
from headwater.server.http import MOST_BODY_BYTES, BodyTooLargeError, Receive, Scope, Send, header, read_body, send_json
from headwater.storage.catalog import definitions as catalog
from headwater.storage.log.writer import Unit
from headwater.storage.reports.held import Queue
from headwater.traces import current_trace

PATHS = frozenset({"/api/v1/lineage", "/api/v1/lineage/batch"})


class Kept(msgspec.Struct, frozen=True):
    """What became of a request: the events that it is in the log as, what waits for a person, why others are not."""

    events: list[int]
    held: list[int]
    refused: list[str]


class _Judged(msgspec.Struct, frozen=True):
    taken: list[NewEvent]
    held: list[NewEvent]
    refused: list[str]
    left_out: set[str | None]
    """The assets of those that were not taken: nothing is drawn to or from them."""


class OpenLineageDoor:
    """Takes what producers send; remembers the runs that are not over yet, by deployment."""

    def __init__(self) -> None:
        self._open_runs: dict[str, OpenRuns] = {}
        self._namings: WeakKeyDictionary[AssetGraph, Naming] = WeakKeyDictionary()

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
            kept = await self._keep(deployment, principal, body, header(scope, b"content-encoding"))
        except ReportRefusedError as error:
            await send_json(send, 400, {"status": 400, "error": str(error)})
        except BodyTooLargeError:
            await send_json(send, 413, {"status": 413, "error": f"The body is over {MOST_BODY_BYTES} bytes."})
        except StoreError as error:
            await send_json(send, 503, {"status": 503, "error": str(error)}, [(b"retry-after", b"1")])
        except ConnectionError:
            return
        else:
            await send_json(send, 201, kept)

    async def _keep(self, deployment: Deployment, principal: Principal, body: bytes, encoding: str | None) -> Kept:
        rules = await deployment.report_rules.get()
        open_runs = self._open_runs.get(deployment.name, OpenRuns())
        naming = self._naming(deployment.known_graph)
        events: list[NewEvent] = []
        edges: set[tuple[str, str]] = set()
        for told in parse_request(body, encoding, max_bytes=MOST_BODY_BYTES):
            translation = translate(told, open_runs, naming)
            open_runs = translation.open_runs
            events += (_sent_by(event, principal.name) for event in translation.events)
            edges.update(translation.edges)
        for key in {event.asset_key for event in events} | {down for _, down in edges}:
            principal.demand_report((key,), deployment.known_graph)
        judged = _judge(deployment, rules, principal, events)
        edges = {(up, down) for up, down in edges if not judged.left_out & {up, down}}
        now = deployment.clock.now()
        queue = Queue([(event, None) for event in judged.held], now)

        def keep(connection: Connection, appended: Sequence[Event]) -> Kept:
            queue.write(connection)
            catalog.save_edges(connection, edges, appended[-1].seq if appended else deployment.store.tail.head)
            held = [place.held_id for place in queue.places]
            return Kept([event.seq for event in appended], held, judged.refused)

        kept = await deployment.store.write_async(Unit(events=judged.taken, effect=keep))
        self._open_runs[deployment.name] = open_runs
        if edges:
            deployment.forget_graph()
        return kept

    def _naming(self, graph: AssetGraph) -> Naming:
        """Which asset a dataset is by the definitions in a graph."""
        if graph not in self._namings:
            claims = ((dataset, AssetKey.from_escaped_user_string(key)) for dataset, key in graph.datasets)
            self._namings[graph] = Naming(claims)
        return self._namings[graph]


def _judge(deployment: Deployment, rules: ReportRules, principal: Principal, events: Sequence[NewEvent]) -> _Judged:
    """What the deployment's rules say of each event; one asset's rejection does not stop the others of a job."""
    judge = ReportJudge(deployment.known_graph, deployment.clock.now(), rules, strict=False)
    judged = _Judged([], [], [], set())
    for event in events:
        try:
            flagged = judge.apply(event)
        except ReportRejectedError as error:
            deployment.audit.refuse(principal.actor, "POST /api/v1/lineage", str(error), reason_of_report(error))
            judged.refused.append(str(error))
            judged.left_out.add(event.asset_key)
            continue
        if is_held(flagged, rules):
            judged.held.append(flagged)
            judged.left_out.add(flagged.asset_key)
        else:
            judged.taken.append(flagged)
    if judged.refused and not (judged.taken or judged.held):
        raise ReportRefusedError(judged.refused[0])
    return judged


def _sent_by(event: NewEvent, sender: str | None) -> NewEvent:
    """The event with the name of the token or person that it came with, besides the job that it is from."""
    payload = event.payload
    trace = current_trace.get()
    if (sender is None and trace is None) or not isinstance(payload, Report) or payload.reporter is None:
        return event
    reporter = msgspec.structs.replace(payload.reporter, by=sender, trace=trace)
    return msgspec.structs.replace(event, payload=msgspec.structs.replace(payload, reporter=reporter))
