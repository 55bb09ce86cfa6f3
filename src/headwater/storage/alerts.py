"""Alert rules, the incidents that they opened, and the messages to be sent of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.errors import UnknownAlertRuleError
from headwater.records.alerts.alerts import AlertRule, Delivery, DeliveryStatus, Incident
from headwater.records.log.events import AlertRuleEvent, Event, EventKind, NewEvent, Reporter
from headwater.storage import settings
from headwater.storage.log import event_log
from headwater.storage.log.transaction import insert_for
from headwater.storage.log.writer import Unit
from headwater.storage.schema import alert_deliveries, alert_incidents

_RULES = "alert-rules"
_CURSOR = "alert-cursor"
_KEPT_DAYS = 90
_CHUNK = 1_000
_rules_decoder = msgspec.json.Decoder(list[AlertRule])
_incident_decoder = msgspec.json.Decoder(Incident)
_delivery_decoder = msgspec.json.Decoder(Delivery)


def read_rules(connection: Connection) -> dict[str, AlertRule]:
    """Every rule by name."""
    kept = settings.read(connection, _RULES)
    return {rule.name: rule for rule in ([] if kept is None else _rules_decoder.decode(kept))}


def read_rule(connection: Connection, name: str) -> AlertRule:
    """The rule of a name.

    Raises:
        UnknownAlertRuleError: there is none.
    """
    rule = read_rules(connection).get(name)
    if rule is None:
        raise UnknownAlertRuleError(f"There is no alert rule {name!r}; `headwater alert list` shows all.")
    return rule


def put_rule(rule: AlertRule, reporter: Reporter) -> Unit[None]:
    """The unit that makes a rule, in place of the one of that name; it goes by what happens from then on."""

    def put(connection: Connection, appended: Sequence[Event]) -> None:
        rules = read_rules(connection)
        if not rules:
            save_cursor(connection, appended[-1].seq)
        _save_rules(connection, {**rules, rule.name: rule}.values())

    return Unit(events=[_rule_event(EventKind.ALERT_RULE_CHANGED, rule.name, reporter)], effect=put)


def remove_rule(name: str, reporter: Reporter) -> Unit[None]:
    """The unit that removes a rule, its open incidents, and what waits to be sent of them.

    It is refused with an `UnknownAlertRuleError` where there is no such rule.
    """

    def remove(connection: Connection, _appended: Sequence[Event]) -> None:
        rules = read_rules(connection)
        rules.pop(name, None)
        _save_rules(connection, rules.values())
        mine = sa.and_(alert_incidents.c.rule == name, alert_incidents.c.resolved_at.is_(None))
        connection.execute(sa.delete(alert_incidents).where(mine))
        waiting = alert_deliveries.c.status == DeliveryStatus.WAITING.value
        connection.execute(sa.delete(alert_deliveries).where(waiting, alert_deliveries.c.rule == name))

    return Unit(
        events=[_rule_event(EventKind.ALERT_RULE_CHANGED, name, reporter)],
        guard=_demand(name),
        effect=remove,
    )


def request_test(name: str, reporter: Reporter, now: int) -> Unit[list[Delivery]]:
    """The unit that puts a test into the queue of each channel of a rule; its result has these messages.

    It is refused with an `UnknownAlertRuleError` where there is no such rule.
    """

    def put(connection: Connection, appended: Sequence[Event]) -> list[Delivery]:
        deliveries = [
            Delivery(
                delivery_id=f"{appended[-1].seq}-{name}-test-{number}",
                rule=name,
                channel=channel,
                sort="test",
                incident=None,
                created_at=now,
                next_at=now,
            )
            for number, channel in enumerate(read_rule(connection, name).channels)
        ]
        insert_deliveries(connection, deliveries)
        return deliveries

    return Unit(
        events=[_rule_event(EventKind.ALERT_TEST_REQUESTED, name, reporter)],
        guard=_demand(name),
        effect=put,
    )


def read_cursor(connection: Connection) -> int:
    """How far the log was looked at for alerts; its end where that never happened."""
    kept = settings.read(connection, _CURSOR)
    return event_log.head(connection) if kept is None else int(kept)


def save_cursor(connection: Connection, seq: int) -> None:
    """Go on from here."""
    settings.save(connection, _CURSOR, str(seq))


def read_open(connection: Connection) -> list[Incident]:
    """The open incidents, the oldest first."""
    query = sa.select(alert_incidents.c.detail).where(alert_incidents.c.resolved_at.is_(None))
    found = connection.execute(query.order_by(alert_incidents.c.opened_at)).scalars()
    return [_incident_decoder.decode(detail) for detail in found]


def read_incidents(
    connection: Connection,
    *,
    rule: str | None = None,
    is_open: bool | None = None,
    before: tuple[int, str] | None = None,
    limit: int = 100,
) -> list[Incident]:
    """Incidents, the newest first; `before` is when the last one of the page before was opened, and its id."""
    query = sa.select(alert_incidents.c.detail)
    if rule is not None:
        query = query.where(alert_incidents.c.rule == rule)
    if is_open is not None:
        query = query.where(alert_incidents.c.resolved_at.is_(None) == sa.literal(is_open))
    if before is not None:
        place = sa.tuple_(alert_incidents.c.opened_at, alert_incidents.c.incident_id)
        query = query.where(place < sa.tuple_(*before))
    query = query.order_by(alert_incidents.c.opened_at.desc(), alert_incidents.c.incident_id.desc()).limit(limit)
    return [_incident_decoder.decode(detail) for detail in connection.execute(query).scalars()]


def save_incidents(connection: Connection, incidents: Iterable[Incident]) -> None:
    """Keep incidents as they are now."""
    statement = insert_for(connection, alert_incidents)
    changes = {name: statement.excluded[name] for name in ("resolved_at", "detail")}
    rows = [
        {
            "incident_id": each.incident_id,
            "rule": each.rule,
            "opened_at": each.opened_at,
            "resolved_at": each.resolved_at,
            "detail": msgspec.json.encode(each).decode(),
        }
        for each in incidents
    ]
    if rows:
        connection.execute(statement.on_conflict_do_update(index_elements=["incident_id"], set_=changes), rows)


def insert_deliveries(connection: Connection, deliveries: Iterable[Delivery]) -> None:
    """Put messages into the queue."""
    rows = [{"delivery_id": each.delivery_id, "created_at": each.created_at, **_moving(each)} for each in deliveries]
    if rows:
        connection.execute(insert_for(connection, alert_deliveries).on_conflict_do_nothing(), rows)


def save_deliveries(connection: Connection, deliveries: Iterable[Delivery]) -> None:
    """Keep what has become of messages; those of a rule that was removed meanwhile are gone."""
    for each in deliveries:
        mine = alert_deliveries.c.delivery_id == each.delivery_id
        connection.execute(sa.update(alert_deliveries).where(mine).values(_moving(each)))


def read_waiting(connection: Connection) -> list[Delivery]:
    """The messages that wait, the oldest first."""
    query = sa.select(alert_deliveries.c.detail).where(alert_deliveries.c.status == DeliveryStatus.WAITING.value)
    found = connection.execute(query.order_by(alert_deliveries.c.number).limit(_CHUNK)).scalars()
    return [_delivery_decoder.decode(detail) for detail in found]


def read_delivered_since(connection: Connection, since: int) -> list[Delivery]:
    """The messages that were delivered since a moment."""
    is_delivered = alert_deliveries.c.status == DeliveryStatus.DELIVERED.value
    query = sa.select(alert_deliveries.c.detail).where(is_delivered, alert_deliveries.c.ended_at > since)
    return [_delivery_decoder.decode(detail) for detail in connection.execute(query).scalars()]


def read_deliveries(
    connection: Connection,
    *,
    rule: str | None = None,
    status: DeliveryStatus | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[tuple[int, Delivery]]:
    """Messages with their numbers, the newest first; `before` is the number of the last one of the page before."""
    query = sa.select(alert_deliveries.c.number, alert_deliveries.c.detail)
    if rule is not None:
        query = query.where(alert_deliveries.c.rule == rule)
    if status is not None:
        query = query.where(alert_deliveries.c.status == status.value)
    if before is not None:
        query = query.where(alert_deliveries.c.number < before)
    rows = connection.execute(query.order_by(alert_deliveries.c.number.desc()).limit(limit))
    return [(row.number, _delivery_decoder.decode(row.detail)) for row in rows]


def forget_old(connection: Connection, now: int) -> None:
    """Forget what ended long ago, some at a time."""
    old = now - _KEPT_DAYS * 86_400 * MICROSECONDS
    gone = sa.select(alert_deliveries.c.number).where(alert_deliveries.c.ended_at < old).limit(_CHUNK)
    connection.execute(sa.delete(alert_deliveries).where(alert_deliveries.c.number.in_(gone)))
    ended = sa.select(alert_incidents.c.incident_id).where(alert_incidents.c.resolved_at < old).limit(_CHUNK)
    connection.execute(sa.delete(alert_incidents).where(alert_incidents.c.incident_id.in_(ended)))


def _demand(name: str) -> Callable[[Connection], None]:
    def guard(connection: Connection) -> None:
        read_rule(connection, name)

    return guard


def _moving(delivery: Delivery) -> dict[str, object]:
    return {
        "rule": delivery.rule,
        "status": delivery.status.value,
        "ended_at": delivery.ended_at,
        "detail": msgspec.json.encode(delivery).decode(),
    }


def _save_rules(connection: Connection, rules: Iterable[AlertRule]) -> None:
    body = msgspec.json.encode(sorted(rules, key=lambda rule: rule.name))
    settings.save(connection, _RULES, body.decode())


def _rule_event(kind: EventKind, name: str, reporter: Reporter) -> NewEvent:
    return NewEvent(kind=kind, payload=AlertRuleEvent(rule=name, reporter=reporter))
