"""Alert rules, incidents and messages as the API shows them."""

from __future__ import annotations

from collections import Counter

import msgspec
from sqlalchemy.engine import Connection

from headwater.clock import to_seconds
from headwater.digits import whole_number
from headwater.errors import InvalidCursorError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.alerts.alerts import AlertCause, AlertRule, Delivery, DeliveryStatus, Incident, check_rule
from headwater.records.alerts.messages import headline
from headwater.server.shapes import alerts as shapes
from headwater.storage import alerts


def rule_of(name: str, body: shapes.AlertRuleBody, graph: AssetGraph) -> AlertRule:
    """The rule that a body describes.

    Raises:
        SettingsError: it could never tell anybody anything.
        SelectionError: its selection is none, or goes by what changes, such as an asset's status.
    """
    fields = msgspec.to_builtins(body)
    if fields["causes"] is None:
        fields["causes"] = [cause.value for cause in AlertCause]
    rule = msgspec.convert({"name": name, **fields}, AlertRule)
    check_rule(rule)
    if rule.assets is not None:
        graph.is_selected(rule.assets, "")
    return rule


def rule_list(connection: Connection) -> list[shapes.AlertRuleView]:
    """Every rule, by name."""
    opened = Counter(incident.rule for incident in alerts.read_open(connection))
    return [rule_view(rule, opened[rule.name]) for rule in alerts.read_rules(connection).values()]


def rule_view(rule: AlertRule, opened: int) -> shapes.AlertRuleView:
    """One rule, of which so many incidents are open."""
    fields = {name: getattr(rule, name) for name in rule.__struct_fields__}
    plain = msgspec.to_builtins({**fields, "open": opened})
    return msgspec.convert(plain, shapes.AlertRuleView)


def incident_page(
    connection: Connection, *, rule: str | None, is_open: bool | None, cursor: str | None, limit: int
) -> shapes.IncidentPage:
    """Incidents, the newest first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    before = None if cursor is None else _incident_cursor(cursor)
    found = alerts.read_incidents(connection, rule=rule, is_open=is_open, before=before, limit=limit + 1)
    shown = found[:limit]
    following = f"{shown[-1].opened_at}:{shown[-1].incident_id}" if len(found) > limit else None
    return shapes.IncidentPage(items=[_incident_view(each) for each in shown], next=following)


def delivery_page(
    connection: Connection, *, rule: str | None, status: DeliveryStatus | None, cursor: str | None, limit: int
) -> shapes.AlertDeliveryPage:
    """Messages, the newest first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    before = None if cursor is None else _number(cursor)
    found = alerts.read_deliveries(connection, rule=rule, status=status, before=before, limit=limit + 1)
    shown = found[:limit]
    following = str(shown[-1][0]) if len(found) > limit else None
    return shapes.AlertDeliveryPage(items=[delivery_view(each) for _, each in shown], next=following)


def delivery_view(delivery: Delivery) -> shapes.AlertDeliveryView:
    """One message."""
    return shapes.AlertDeliveryView(
        delivery_id=delivery.delivery_id,
        rule=delivery.rule,
        channel=msgspec.convert(msgspec.to_builtins(delivery.channel), shapes.AlertChannelBody),
        sort=delivery.sort,
        title=headline([delivery]),
        incident_id=None if delivery.incident is None else delivery.incident.incident_id,
        status=delivery.status.value,
        attempts=delivery.attempts,
        created_at=to_seconds(delivery.created_at),
        next_at=to_seconds(delivery.next_at) if delivery.status is DeliveryStatus.WAITING else None,
        ended_at=None if delivery.ended_at is None else to_seconds(delivery.ended_at),
        error=delivery.error,
    )


def _incident_view(incident: Incident) -> shapes.IncidentView:
    return shapes.IncidentView(
        incident_id=incident.incident_id,
        rule=incident.rule,
        cause=incident.cause.value,
        severity=incident.severity,
        title=incident.title,
        detail=incident.detail,
        assets=list(incident.assets),
        owners=list(incident.owners),
        downstream=list(incident.downstream),
        downstream_count=incident.downstream_count,
        run_id=incident.run_id,
        first_seq=incident.first_seq,
        last_seq=incident.last_seq,
        opened_at=to_seconds(incident.opened_at),
        last_at=to_seconds(incident.last_at),
        count=incident.count,
        resolved_at=None if incident.resolved_at is None else to_seconds(incident.resolved_at),
        resolved_seq=incident.resolved_seq,
    )


def _incident_cursor(cursor: str) -> tuple[int, str]:
    moment, _, incident_id = cursor.partition(":")
    return _number(moment), incident_id


def _number(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise InvalidCursorError(f"{text!r} is no cursor of this listing; begin without one.")
    return number
