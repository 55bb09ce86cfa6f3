"""`headwater webhook`: rules that turn what other systems send into reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import print_json, print_table
from headwater.errors import SettingsError, UnknownWebhookError


@click.group("webhook")
def webhook_group() -> None:
    """Turn what other systems send, in a form of their own, into reports: POST /hooks/NAME."""


@webhook_group.command("set")
@click.argument("name")
@click.option("--preset", type=click.Choice(["s3", "cloudevents", "github-push"]), help="Begin with a usual sender's.")
@click.option("--key", help="JMESPath of the asset's key: a text with slashes, or a list of parts.")
@click.option("--kind", help="What is reported; default: materialization.")
@click.option("--set", "pairs", multiple=True, metavar="FIELD=EXPR", help="each, where, partition, timestamp, ...")
@click.option("--metadata", "-m", "metadata", multiple=True, metavar="NAME=EXPR", help="Repeatable.")
@click.option("--signature", metavar="SCHEME:ENV[:HEADER]", help="github, standard, hmac or token; ENV has the secret.")
@home_option
@deployment_option
@json_option
def set_webhook(
    name: str,
    preset: str | None,
    pairs: tuple[str, ...],
    metadata: tuple[str, ...],
    signature: str | None,
    home: Path | None,
    deployment: str,
    as_json: bool,
    **given: str | None,
) -> None:
    """Make the webhook NAME, in place of the one of that name. A running server follows within a second.

    Expressions see body, item, headers and event, as in: --key "join('/', ['lake', item.s3.object.key])".
    """
    import msgspec

    from headwater.records.reports.webhooks import PRESETS, WebhookRule, check_rule
    from headwater.storage.log.writer import Unit
    from headwater.storage.reports.webhooks import save_webhook

    fields: dict[str, Any] = dict(PRESETS[preset]) if preset else {}
    fields |= {field: value for field, value in given.items() if value is not None} | _split(pairs, "--set")
    if metadata:
        fields["metadata"] = {**fields.get("metadata", {}), **_split(metadata, "--metadata")}
    if signature is not None:
        fields["signature"] = _read_signature(signature)
    try:
        rule = msgspec.convert({"name": name, **fields}, WebhookRule)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"That is no webhook: {error}. `headwater webhook set --help` shows the options."
        ) from error
    check_rule(rule)
    with open_deployment(home, deployment) as opened:
        opened.store.write(Unit(effect=lambda connection, _events: save_webhook(connection, rule)))
    if as_json:
        print_json(rule)
    else:
        prefix = "" if deployment == "default" else f"/{deployment}"
        click.echo(f"What is sent to {prefix}/hooks/{name} is reported from now on.")
        if rule.signature is None:
            click.echo("It checks no signature, so senders need a token that may report.", err=True)


@webhook_group.command("list")
@home_option
@deployment_option
@json_option
def list_webhooks(home: Path | None, deployment: str, as_json: bool) -> None:
    """List the webhooks."""
    from headwater.storage.reports.webhooks import read_webhooks

    with open_deployment(home, deployment) as opened:
        rules = list(opened.store.read(read_webhooks).values())
    if as_json:
        print_json(rules)
        return
    rows = [(f"/hooks/{each.name}", each.kind, each.key, _signed(each.signature)) for each in rules]
    print_table(("PATH", "REPORTS", "KEY", "SIGNED"), rows, empty="No webhooks.")


@webhook_group.command("remove")
@click.argument("name")
@home_option
@deployment_option
def remove_webhook(name: str, home: Path | None, deployment: str) -> None:
    """Remove the webhook NAME."""
    from headwater.storage.log.writer import Unit
    from headwater.storage.reports import webhooks

    with open_deployment(home, deployment) as opened:
        if not opened.store.write(Unit(effect=lambda connection, _events: webhooks.remove_webhook(connection, name))):
            raise UnknownWebhookError(f"There is no webhook {name!r}; `headwater webhook list` shows all.")
    click.echo(f"Removed {name}.")


@webhook_group.command("try")
@click.argument("name")
@click.argument("body", type=click.File("r"))
@click.option("--header", "-H", "headers", multiple=True, metavar="NAME=VALUE", help="Repeatable.")
@home_option
@deployment_option
def try_webhook(name: str, body: Any, headers: tuple[str, ...], home: Path | None, deployment: str) -> None:
    """Show what NAME makes of a BODY, a file or - for standard input. Nothing is kept."""
    from headwater.records.reports.webhooks import reports_of
    from headwater.storage.reports.webhooks import read_webhooks

    with open_deployment(home, deployment) as opened:
        rule = opened.store.read(read_webhooks).get(name)
    if rule is None:
        raise UnknownWebhookError(f"There is no webhook {name!r}; `headwater webhook list` shows all.")
    try:
        sent = json.load(body)
    except ValueError as error:
        raise SettingsError(f"{body.name} is not JSON: {error}.") from error
    named = {header.lower(): value for header, value in _split(headers, "--header").items()}
    print_json(reports_of(rule, sent, named))


def _split(pairs: tuple[str, ...], option: str) -> dict[str, str]:
    split = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise SettingsError(f"{option} {pair!r} has no '='; write it as name=value.")
        split[name] = value
    return split


def _read_signature(text: str) -> dict[str, str]:
    scheme, _, rest = text.partition(":")
    variable, _, header = rest.partition(":")
    if not variable:
        raise SettingsError(f"--signature {text!r} names no variable; write it as github:GITHUB_WEBHOOK_SECRET.")
    return {"scheme": scheme, "secret_env": variable, **({"header": header} if header else {})}


def _signed(signature: Any) -> str:
    return "no" if signature is None else f"{signature.scheme}, by {signature.secret_env}"
