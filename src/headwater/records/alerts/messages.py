"""What the messages of alerts say: as text, in the JSON of Slack, and in a JSON of our own; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from headwater.clock import to_datetime, to_seconds
from headwater.records.alerts.alerts import Delivery, Incident

_MOST_LISTED = 20
_MOST_DETAIL = 1_500
_MARKS = {"opened": "🔴", "resolved": "✅", "test": "🔔"}
_WARNING = "🟡"


def headline(deliveries: Sequence[Delivery]) -> str:
    """In one line, what some messages that are sent together say."""
    if len(deliveries) == 1:
        return _title(deliveries[0])
    opened = sum(each.sort == "opened" for each in deliveries)
    resolved = len(deliveries) - opened
    parts = [f"{opened:,} new" if opened else "", f"{resolved:,} resolved" if resolved else ""]
    return f"{deliveries[0].rule}: {' and '.join(part for part in parts if part)}"


def text(deliveries: Sequence[Delivery], address: str | None) -> str:
    """The messages as plain text.

    Args:
        deliveries: Messages of one rule.
        address: Where people reach the deployment's app, for links.
    """
    if len(deliveries) == 1:
        lines = [_title(deliveries[0]), *_lines(deliveries[0], address)]
    else:
        lines = [headline(deliveries), ""]
        lines += [f"- {_title(each)}" for each in deliveries[:_MOST_LISTED]]
        if len(deliveries) > _MOST_LISTED:
            lines.append(f"- and {len(deliveries) - _MOST_LISTED:,} more")
        if address is not None:
            lines += ["", address]
    return "\n".join(lines)


def slack_body(deliveries: Sequence[Delivery], address: str | None) -> dict[str, Any]:
    """The messages as incoming webhooks of Slack take them, and those of Mattermost, Rocket.Chat and others."""
    first, _, rest = text(deliveries, address).partition("\n")
    return {"text": f"{_mark(deliveries)} *{_escaped(first)}*\n{_escaped(rest)}".rstrip()}


def webhook_body(deliveries: Sequence[Delivery], address: str | None, deployment: str) -> dict[str, Any]:
    """The messages for a program; whoever gets one twice knows it by its `id`."""
    return {
        "deployment": deployment,
        "rule": deliveries[0].rule,
        "text": text(deliveries, address),
        "alerts": [_alert(each, address) for each in deliveries],
    }


def link_of(incident: Incident, address: str | None) -> str | None:
    """Where the app shows what an incident is about."""
    if address is None:
        return None
    if incident.run_id is not None:
        return f"{address}/runs/{quote(incident.run_id, safe='')}"
    if len(incident.assets) == 1:
        return f"{address}/asset?key={quote(incident.assets[0], safe='')}"
    return address


def _alert(delivery: Delivery, address: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": delivery.delivery_id, "event": delivery.sort, "title": _title(delivery)}
    incident = delivery.incident
    if incident is None:
        return told
    return told | {
        "incident_id": incident.incident_id,
        "cause": incident.cause.value,
        "severity": incident.severity,
        "detail": incident.detail,
        "assets": list(incident.assets),
        "owners": list(incident.owners),
        "downstream": list(incident.downstream),
        "downstream_count": incident.downstream_count,
        "run_id": incident.run_id,
        "seq": incident.last_seq if delivery.sort == "opened" else incident.resolved_seq,
        "opened_at": to_seconds(incident.opened_at),
        "resolved_at": None if incident.resolved_at is None else to_seconds(incident.resolved_at),
        "count": incident.count,
        "link": link_of(incident, address),
    }


def _title(delivery: Delivery) -> str:
    if delivery.incident is None:
        return f"A test of the alert rule {delivery.rule}"
    return f"Resolved: {delivery.incident.title}" if delivery.sort == "resolved" else delivery.incident.title


def _lines(delivery: Delivery, address: str | None) -> list[str]:
    incident = delivery.incident
    if incident is None:
        return ["Messages of this rule reach you."]
    lines = []
    if incident.detail and delivery.sort == "opened":
        cut = incident.detail[:_MOST_DETAIL]
        lines.append(cut + ("…" if len(incident.detail) > _MOST_DETAIL else ""))
    if incident.owners:
        lines.append(f"Owners: {', '.join(incident.owners)}")
    if incident.downstream and delivery.sort == "opened":
        rest = incident.downstream_count - len(incident.downstream)
        more = f" and {rest:,} more" if rest else ""
        lines.append(f"Downstream: {', '.join(incident.downstream)}{more}")
    moment = incident.opened_at if incident.resolved_at is None else incident.resolved_at
    since = f"{to_datetime(moment):%Y-%m-%d %H:%M:%S} UTC"
    lines.append(since if incident.count == 1 else f"{since}, {incident.count:,} times")
    link = link_of(incident, address)
    return lines if link is None else [*lines, link]


def _mark(deliveries: Sequence[Delivery]) -> str:
    opened = [each for each in deliveries if each.sort == "opened"]
    worst = opened[0] if opened else deliveries[0]
    if opened and all(each.incident is not None and each.incident.severity == "WARN" for each in opened):
        return _WARNING
    return _MARKS[worst.sort]


def _escaped(plain: str) -> str:
    """As Slack has it, so that no name becomes a link or calls a channel."""
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
