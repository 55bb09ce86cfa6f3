"""`headwater report`: tell a server what happened to an asset."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from headwater.cli.homes import deployment_option, home_option, open_deployment
from headwater.cli.printing import print_json
from headwater.errors import ReportRefusedError, SettingsError


@click.group("report")
def report_group() -> None:
    """Tell a server that an asset was written, seen or checked."""


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option(
            "--metadata", "-m", "pairs", multiple=True, metavar="NAME=VALUE", help="Repeatable; JSON or text."
        ),
        click.option("--partition", help="Which partition."),
        click.option("--url", envvar="HEADWATER_URL", default="http://127.0.0.1:3000", show_default=True),
        click.option("--token", envvar="HEADWATER_TOKEN", help="Where the deployment demands one."),
        click.option("--deployment", "-d", help="Which deployment; default: the server's own."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@report_group.command("materialization")
@click.argument("key")
@click.option("--data-version", help="A name for the contents.")
@click.option("--description", help="A sentence on what happened.")
@_common
def report_materialization(key: str, data_version: str | None, description: str | None, **common: Any) -> None:
    """Say that an asset was written. KEY is written with slashes."""
    _send("report_materialization", key, common, data_version=data_version, description=description)


@report_group.command("observation")
@click.argument("key")
@click.option("--data-version", help="A name for the contents.")
@click.option("--description", help="A sentence on what was seen.")
@_common
def report_observation(key: str, data_version: str | None, description: str | None, **common: Any) -> None:
    """Say that something was learnt about an asset. KEY is written with slashes."""
    _send("report_observation", key, common, data_version=data_version, description=description)


@report_group.command("check")
@click.argument("key")
@click.argument("check_name")
@click.option("--passed/--failed", required=True, help="How it went.")
@click.option("--severity", type=click.Choice(["WARN", "ERROR"]), default="ERROR", show_default=True)
@_common
def report_check(key: str, check_name: str, passed: bool, severity: str, **common: Any) -> None:
    """Say how a check of an asset went. KEY is written with slashes."""
    _send("report_check", key, common, check_name=check_name, passed=passed, severity=severity)


@report_group.command("rules")
@click.option("--undefined", "pairs", multiple=True, metavar="PREFIX=register|reject", help="Repeatable; by key.")
@click.option("--odd-timestamps", type=click.Choice(["flag", "refuse"]), help="Far in the future or past.")
@click.option("--future-seconds", type=click.IntRange(0), help="How far ahead of the clock a timestamp may be.")
@click.option("--past-days", type=click.IntRange(1), help="How far back it may be.")
@click.option("--strict-partitions", type=click.Choice(["flag", "refuse"]), help="Unknown ones, at POST /api/report.")
@click.option("--drop-in-partitions", type=click.Choice(["flag", "refuse"]), help="Unknown ones, at the other doors.")
@home_option
@deployment_option
def report_rules(home: Path | None, deployment: str, pairs: tuple[str, ...], **changes: Any) -> None:
    """Show the rules for reports of a deployment, or change them. A running server follows within a second."""
    import msgspec

    from headwater.records.report_rules import ReportRules
    from headwater.storage.report_rules import read_rules, save_rules
    from headwater.storage.writer import Unit

    given: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    with open_deployment(home, deployment) as opened:
        rules = opened.store.read(read_rules)
        if given or pairs:
            undefined = {**rules.undefined, **dict(_split_prefix(pair) for pair in pairs)}
            changed = {**msgspec.to_builtins(rules), **given, "undefined": undefined}
            rules = msgspec.convert(changed, ReportRules)
            opened.store.write(Unit(effect=lambda connection, _events: save_rules(connection, rules)))
    print_json(rules)


def _split_prefix(pair: str) -> tuple[str, str]:
    prefix, _, answer = pair.rpartition("=")
    if answer not in ("register", "reject"):
        raise SettingsError(f"--undefined {pair!r} is not PREFIX=register or PREFIX=reject.")
    return prefix, answer


def _send(method: str, key: str, common: dict[str, Any], **fields: Any) -> None:
    from headwater.client import HeadwaterClient
    from headwater.keys import AssetKey

    with HeadwaterClient(common["url"], token=common["token"], deployment=common["deployment"]) as client:
        send = getattr(client, method)
        event_id = send(
            AssetKey.from_escaped_user_string(key),
            metadata=_read_pairs(common["pairs"]),
            partition=common["partition"],
            **fields,
        )
    if common["as_json"]:
        print_json({"event_id": event_id})
    else:
        click.echo(f"Recorded as event {event_id}.")


def _read_pairs(pairs: tuple[str, ...]) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ReportRefusedError(f"--metadata {pair!r} has no '='; write it as name=value.")
        try:
            metadata[name] = json.loads(value)
        except ValueError:
            metadata[name] = value
    return metadata
