"""`headwater alert`: what is told to whom when something goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from headwater.cli.actor import actor
from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table
from headwater.clock import to_seconds
from headwater.errors import SettingsError

_CAUSES = ("run_failure", "check_failure", "freshness", "tick_failure", "location_failure", "backfill_failure")


@click.group("alert")
def alert_group() -> None:
    """Tell people what went wrong, in a chat, by e-mail or through a webhook, and when it is well again."""


@alert_group.command("set")
@click.argument("name")
@click.option("--slack", "slack", multiple=True, metavar="ENV", help="Variable with the address of a Slack webhook.")
@click.option("--webhook", "webhooks", multiple=True, metavar="URL", help="Address that takes JSON.")
@click.option("--webhook-env", "webhook_variables", multiple=True, metavar="ENV", help="Variable with such an address.")
@click.option("--secret-env", metavar="ENV", help="Variable with the secret that webhooks are signed with.")
@click.option("--email", "emails", multiple=True, metavar="ADDRESS", help="Whom to write to.")
@click.option("--email-owners", is_flag=True, help="Write to the owners of the assets too.")
@click.option("--on", "causes", multiple=True, type=click.Choice(_CAUSES), help="Repeatable; default: everything.")
@click.option("--assets", metavar="SELECTION", help="Only these assets.")
@click.option("--owner", "owners", multiple=True, help="Only what is owned by one of these.")
@click.option("--severity", type=click.Choice(["WARN", "ERROR"]), default="ERROR", show_default=True, help="The least.")
@click.option("--failures", type=click.IntRange(1), default=1, show_default=True, help="Failed ticks in a row.")
@click.option("--most-per-hour", type=click.IntRange(1), default=30, show_default=True, help="To one channel.")
@click.option("--tell-resolved/--not-resolved", default=True, show_default=True, help="Whether to say that it is over.")
@click.option("--enabled/--disabled", default=True, show_default=True)
@home_option
@deployment_option
@json_option
def set_rule(
    name: str,
    slack: tuple[str, ...],
    webhooks: tuple[str, ...],
    webhook_variables: tuple[str, ...],
    secret_env: str | None,
    emails: tuple[str, ...],
    email_owners: bool,
    causes: tuple[str, ...],
    home: Path | None,
    deployment: str,
    as_json: bool,
    **plain: Any,
) -> None:
    """Make the alert rule NAME, in place of the one of that name.

    As in: headwater alert set finance --slack SLACK_WEBHOOK_URL --assets 'group:finance' --on freshness
    """
    import msgspec

    from headwater.records.access.audit import Note
    from headwater.records.alerts.alerts import AlertRule, check_rule
    from headwater.records.log.events import Reporter
    from headwater.storage import alerts
    from headwater.storage.access import audit

    signing = {"secret_env": secret_env} if secret_env else {}
    channels: list[dict[str, Any]] = [{"kind": "slack", "url_env": variable} for variable in slack]
    channels += [{"kind": "webhook", "url": url, **signing} for url in webhooks]
    channels += [{"kind": "webhook", "url_env": variable, **signing} for variable in webhook_variables]
    if emails or email_owners:
        channels.append({"kind": "email", "to": emails, "owners": email_owners})
    if signing and not (webhooks or webhook_variables):
        raise SettingsError("--secret-env signs webhooks, and there is none; add --webhook or --webhook-env.")
    fields = {"name": name, "channels": channels, **plain} | ({"causes": causes} if causes else {})
    rule = msgspec.convert(fields, AlertRule)
    check_rule(rule)
    with open_deployment(home, deployment) as opened:
        if rule.assets is not None:
            opened.graph().is_selected(rule.assets, "")
        note = Note(actor=actor(), action="alert rule set", target=name)
        unit = alerts.put_rule(rule, Reporter("cli", actor()))
        opened.store.write(audit.noted(unit, opened.store.clock.now(), note))
    if as_json:
        print_json(rule)
    else:
        click.echo(f"The engine goes by {name} from now on; `headwater alert test {name}` tries its channels.")


@alert_group.command("list")
@home_option
@deployment_option
@json_option
def list_rules(home: Path | None, deployment: str, as_json: bool) -> None:
    """List the alert rules."""
    from headwater.storage import alerts

    with open_deployment(home, deployment) as opened:
        rules = list(opened.store.read(alerts.read_rules).values())
    if as_json:
        print_json(rules)
        return
    rows = [
        (
            each.name,
            "on" if each.enabled else "off",
            ", ".join(cause.value for cause in each.causes) if len(each.causes) < len(_CAUSES) else "everything",
            each.assets or "all",
            ", ".join(each.owners) or "any",
            ", ".join(_shown(channel) for channel in each.channels),
        )
        for each in rules
    ]
    print_table(("RULE", "STATE", "ON", "ASSETS", "OWNERS", "TELLS"), rows, empty="No alert rules.")


@alert_group.command("remove")
@click.argument("name")
@home_option
@deployment_option
def remove_rule(name: str, home: Path | None, deployment: str) -> None:
    """Remove the alert rule NAME, and its open incidents."""
    from headwater.records.access.audit import Note
    from headwater.records.log.events import Reporter
    from headwater.storage import alerts
    from headwater.storage.access import audit

    with open_deployment(home, deployment) as opened:
        note = Note(actor=actor(), action="alert rule removed", target=name)
        unit = alerts.remove_rule(name, Reporter("cli", actor()))
        opened.store.write(audit.noted(unit, opened.store.clock.now(), note))
    click.echo(f"Removed {name}.")


@alert_group.command("test")
@click.argument("name")
@home_option
@deployment_option
def send_test(name: str, home: Path | None, deployment: str) -> None:
    """Let the engine send a test to each channel of NAME."""
    from headwater.records.log.events import Reporter
    from headwater.storage import alerts

    with open_deployment(home, deployment) as opened:
        now = opened.store.clock.now()
        count = len(opened.store.write(alerts.request_test(name, Reporter("cli", actor()), now)))
    messages = "1 message" if count == 1 else f"{count} messages"
    click.echo(f"The engine sends {messages}; `headwater alert deliveries` shows how that goes.")


@alert_group.command("incidents")
@click.option("--all", "with_resolved", is_flag=True, help="Those that are resolved too.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@home_option
@deployment_option
@json_option
def list_incidents(with_resolved: bool, limit: int, home: Path | None, deployment: str, as_json: bool) -> None:
    """List what is wrong by the rules, the newest first."""
    from headwater.storage import alerts

    is_open = None if with_resolved else True
    with open_deployment(home, deployment) as opened:
        found = opened.store.read(lambda c: alerts.read_incidents(c, is_open=is_open, limit=limit))
    if as_json:
        print_json(found)
        return
    rows = [
        (
            local_time(to_seconds(each.opened_at)),
            "open" if each.resolved_at is None else local_time(to_seconds(each.resolved_at)),
            each.rule,
            each.title,
        )
        for each in found
    ]
    print_table(("SINCE", "RESOLVED", "RULE", "WHAT"), rows, empty="Nothing is wrong.")


@alert_group.command("deliveries")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@home_option
@deployment_option
@json_option
def list_deliveries(limit: int, home: Path | None, deployment: str, as_json: bool) -> None:
    """List the messages that wait, were delivered, or failed; the newest first."""
    from headwater.records.alerts.messages import headline
    from headwater.storage import alerts

    with open_deployment(home, deployment) as opened:
        found = [each for _, each in opened.store.read(lambda c: alerts.read_deliveries(c, limit=limit))]
    if as_json:
        print_json(found)
        return
    rows = [
        (
            local_time(to_seconds(each.created_at)),
            each.status.value,
            _shown(each.channel),
            headline([each]),
            each.error or "",
        )
        for each in found
    ]
    print_table(("WHEN", "STATE", "TO", "WHAT", "WHY"), rows, empty="No messages.")


def _shown(channel: Any) -> str:
    if channel.kind == "email":
        return ", ".join([*channel.to, *(["the owners"] if channel.owners else [])])
    return f"{channel.kind} {channel.url or channel.url_env}"
