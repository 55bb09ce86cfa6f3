"""Alerts: the rules, what is wrong by them, and the messages that were sent."""

from __future__ import annotations

from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from headwater.records.alerts.alerts import DeliveryStatus
from headwater.records.log.events import Reporter
from headwater.server.deployment import Deployment
from headwater.server.resources import alerts as resource
from headwater.server.shapes import alerts as shapes
from headwater.storage import alerts as alert_store

Limit = Annotated[int, QueryParameter(ge=1, le=1_000)]
IsOpen = Annotated[bool | None, QueryParameter(name="open", description="Only open ones, or only resolved ones.")]


@get("/alerts", sync_to_thread=True, summary="What is wrong by the alert rules")
def list_alerts(
    deployment: NamedDependency[Deployment],
    rule: FromQuery[str | None] = None,
    is_open: IsOpen = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 100,
) -> shapes.IncidentPage:
    """Incidents, from the event that opened one to that which resolved it; the newest first."""
    return deployment.store.read(
        lambda c: resource.incident_page(c, rule=rule, is_open=is_open, cursor=cursor, limit=limit)
    )


@get("/alert-rules", sync_to_thread=True, summary="Every alert rule")
def list_alert_rules(deployment: NamedDependency[Deployment]) -> shapes.AlertRuleList:
    """What is told to whom."""
    return shapes.AlertRuleList(items=deployment.store.read(resource.rule_list))


@put("/alert-rules/{name:str}", sync_to_thread=True, summary="Make an alert rule")
def put_alert_rule(
    deployment: NamedDependency[Deployment],
    reporter: NamedDependency[Reporter],
    name: FromPath[str],
    data: JSONBody[shapes.AlertRuleBody],
) -> shapes.AlertRuleView:
    """Make a rule, in place of the one of that name. It goes by what happens from now on."""
    rule = resource.rule_of(name, data, deployment.graph())
    deployment.store.write(alert_store.put_rule(rule, reporter))
    opened = [each for each in deployment.store.read(alert_store.read_open) if each.rule == name]
    return resource.rule_view(rule, len(opened))


@delete("/alert-rules/{name:str}", sync_to_thread=True, summary="Remove an alert rule")
def delete_alert_rule(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> None:
    """It tells nobody anything any more; its open incidents go with it."""
    deployment.store.write(alert_store.remove_rule(name, reporter))


@post("/alert-rules/{name:str}/test", status_code=202, sync_to_thread=True, summary="Try an alert rule's channels")
def test_alert_rule(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.AlertTest:
    """The engine sends a test to each channel; `/api/alert-deliveries` shows how that went."""
    unit = alert_store.request_test(name, reporter, deployment.clock.now())
    return shapes.AlertTest(items=[resource.delivery_view(each) for each in deployment.store.write(unit)])


@get("/alert-deliveries", sync_to_thread=True, summary="Messages of alerts")
def list_alert_deliveries(
    deployment: NamedDependency[Deployment],
    rule: FromQuery[str | None] = None,
    status: Annotated[DeliveryStatus | None, QueryParameter(description="Only those that stand so.")] = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 100,
) -> shapes.AlertDeliveryPage:
    """Those that wait, were delivered, or failed; the newest first."""
    return deployment.store.read(
        lambda c: resource.delivery_page(c, rule=rule, status=status, cursor=cursor, limit=limit)
    )
