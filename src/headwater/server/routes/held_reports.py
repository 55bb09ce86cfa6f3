"""The rules for reports, and the reports that wait for a person by them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from headwater.clock import to_seconds
from headwater.digits import whole_number
from headwater.errors import InvalidCursorError
from headwater.records.access.tokens import Principal
from headwater.records.reports.rules import Answer, ReportRules, Undefined
from headwater.server.deployment import Deployment
from headwater.server.resources.held_reports import decide, keep_rules
from headwater.server.routes.parameters import Number
from headwater.storage.reports import held as held_reports
from headwater.storage.reports.held import HeldState
from headwater.storage.reports.rules import read_rules


class HeldReportView(msgspec.Struct, kw_only=True):
    """A report that waits, or waited; `seq` is the event that it became."""

    held_id: int
    received_at: float
    kind: str
    asset_key: str
    partition: str | None
    reporter: str | None
    state: HeldState
    decided_by: str | None
    seq: int | None


class HeldReportPage(msgspec.Struct, kw_only=True):
    """Reports, the oldest first; `cursor` leads on."""

    items: list[HeldReportView]
    cursor: str | None


class DecisionBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to do with a report; `always` does the same with all further ones of the asset."""

    accept: bool
    always: bool = False


class RulesBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A deployment's rules for reports; `undefined` says by the beginning of a key what becomes of unknown assets."""

    future_seconds: int = 300
    past_days: int = 3_650
    odd_timestamps: Answer = Answer.REFUSE
    strict_partitions: Answer = Answer.REFUSE
    drop_in_partitions: Answer = Answer.FLAG
    undefined: dict[str, Undefined] = {}


@get("/held-reports", sync_to_thread=True, summary="Reports that wait for a person")
def list_held_reports(
    deployment: NamedDependency[Deployment],
    wanted: Annotated[HeldState, QueryParameter(name="state")] = HeldState.WAITING,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 100,
) -> HeldReportPage:
    """Of assets that nobody defined, where the rules say `hold`."""
    after = 0 if cursor is None else whole_number(cursor)
    if after is None:
        raise InvalidCursorError(f"{cursor!r} is no cursor of this listing; begin without one.")
    held = deployment.store.read(lambda c: held_reports.read_held(c, state=wanted, after=after, limit=limit + 1))
    shown = held[:limit]
    return HeldReportPage(
        items=[_view(each) for each in shown], cursor=str(shown[-1].held_id) if len(held) > limit else None
    )


@post("/held-reports/{held_id:int}", status_code=200, sync_to_thread=True, summary="Accept or reject a report")
def decide_held_report(
    deployment: NamedDependency[Deployment],
    principal: NamedDependency[Principal],
    held_id: Number,
    data: JSONBody[DecisionBody],
) -> HeldReportView:
    """An accepted one becomes an event, dated as it came; a rejected one never does."""
    return _view(decide(deployment, principal.actor, held_id, accept=data.accept, always=data.always))


@get("/report-rules", sync_to_thread=True, summary="The rules for reports")
def get_report_rules(deployment: NamedDependency[Deployment]) -> RulesBody:
    """What becomes of reports that are odd, or of assets that nobody defined."""
    return _rules_body(deployment.store.read(read_rules))


@put("/report-rules", sync_to_thread=True, summary="Change the rules for reports")
def put_report_rules(
    deployment: NamedDependency[Deployment], principal: NamedDependency[Principal], data: JSONBody[RulesBody]
) -> RulesBody:
    """They take the place of the former ones; each server follows within a second."""
    fields = {name: getattr(data, name) for name in RulesBody.__struct_fields__}
    keep_rules(deployment, principal.actor, ReportRules(**fields))
    return data


def _rules_body(rules: ReportRules) -> RulesBody:
    return RulesBody(**{name: getattr(rules, name) for name in RulesBody.__struct_fields__})


def _view(held: held_reports.HeldReport) -> HeldReportView:
    reporter = getattr(held.event.payload, "reporter", None)
    return HeldReportView(
        held_id=held.held_id,
        received_at=to_seconds(held.received_at),
        kind=held.event.kind.value,
        asset_key=held.event.asset_key or "",
        partition=held.event.partition,
        reporter=None if reporter is None else reporter.name,
        state=held.state,
        decided_by=held.decided_by,
        seq=held.seq,
    )
