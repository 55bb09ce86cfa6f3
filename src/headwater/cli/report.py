"""`headwater report`: tell a server what happened to an asset."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.held_reports import held_group
from headwater.cli.homes import deployment_option, home_option, open_deployment
from headwater.cli.printing import count, print_json
from headwater.errors import ReportRefusedError, SettingsError

if TYPE_CHECKING:
    from headwater.client import HeadwaterClient
    from headwater.client.calls import Call


@click.group("report")
def report_group() -> None:
    """Tell a server that an asset was written, seen or checked."""


_spool_option = click.option(
    "--spool",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="HEADWATER_SPOOL",
    help="A file that keeps the report while the server can't be reached; the next report or `flush` delivers it.",
)


def _server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option("--url", envvar="HEADWATER_URL", default="http://127.0.0.1:3000", show_default=True),
        click.option("--token", envvar="HEADWATER_TOKEN", help="Where the deployment demands one."),
        click.option("--deployment", "-d", help="Which deployment; default: the server's own."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option(
            "--metadata", "-m", "pairs", multiple=True, metavar="NAME=VALUE", help="Repeatable; JSON or text."
        ),
        click.option("--partition", help="Which partition."),
        click.option("--timestamp", help="When it happened: ISO 8601 with its zone, or seconds since the epoch."),
        click.option("--idempotency-key", help="Sent again under this name, the report becomes no second event."),
        _spool_option,
    ]
    for option in reversed(options):
        command = option(command)
    return _server_options(command)


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
    _send("report_check", key, common, check_name, passed, severity=severity)


@report_group.command("flush")
@click.option(
    "--spool",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    envvar="HEADWATER_SPOOL",
    required=True,
    help="The file that keeps reports.",
)
@_server_options
def report_flush(spool: Path, url: str, token: str | None, deployment: str | None, as_json: bool) -> None:
    """Deliver the reports that were made with --spool while the server could not be reached."""
    from headwater.client import HeadwaterClient

    with HeadwaterClient(url, token=token, deployment=deployment) as client:
        _send_by_spool(client, spool, None, as_json=as_json)


report_group.add_command(held_group)


@report_group.command("rules")
@click.option("--undefined", "pairs", multiple=True, metavar="PREFIX=register|hold|reject", help="Repeatable; by key.")
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

    from headwater.cli.actor import actor
    from headwater.records.reports.rules import ReportRules
    from headwater.server.resources.held_reports import keep_rules
    from headwater.storage.reports.rules import read_rules

    given: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    with open_deployment(home, deployment) as opened:
        rules = opened.store.read(read_rules)
        if given or pairs:
            undefined = {**rules.undefined, **dict(_split_prefix(pair) for pair in pairs)}
            changed = {**msgspec.to_builtins(rules), **given, "undefined": undefined}
            rules = msgspec.convert(changed, ReportRules)
            keep_rules(opened, actor(), rules)
    print_json(rules)


def _split_prefix(pair: str) -> tuple[str, str]:
    prefix, _, answer = pair.rpartition("=")
    if answer not in ("register", "hold", "reject"):
        raise SettingsError(f"--undefined {pair!r} is not PREFIX=register, PREFIX=hold or PREFIX=reject.")
    return prefix, answer


def _send(method: str, key: str, common: dict[str, Any], *said: Any, **fields: Any) -> None:
    from headwater.client import HeadwaterClient, calls
    from headwater.keys import AssetKey

    given = {name: common[name] for name in ("partition", "idempotency_key")}
    given |= {"metadata": _read_pairs(common["pairs"]), "timestamp": _read_timestamp(common["timestamp"])}
    call = getattr(calls, method)(AssetKey.from_escaped_user_string(key), *said, {**given, **fields})
    with HeadwaterClient(common["url"], token=common["token"], deployment=common["deployment"]) as client:
        if common["spool"] is None:
            _print_recorded(client.send(call), as_json=common["as_json"])
        else:
            _send_by_spool(client, common["spool"], call, as_json=common["as_json"])


def _send_by_spool(client: HeadwaterClient, path: Path, call: Call[str] | None, *, as_json: bool) -> None:
    """Keep a report, then deliver all that waits, it among them; a server that is down is no failure."""
    from headwater.client import Spool, deliver

    spool = Spool(path)
    try:
        if call is not None:
            spool.put(call)
        delivery = deliver(client, spool)
    finally:
        spool.close()
    if as_json:
        refused = [{"path": report.path, "reason": report.refused} for report in delivery.refused]
        stopped_by = None if delivery.stopped_by is None else str(delivery.stopped_by)
        answer = {"event_ids": delivery.event_ids, "refused": refused, "waiting": delivery.waiting}
        print_json({**answer, "stopped_by": stopped_by})
    else:
        if delivery.event_ids:
            click.echo(f"Delivered {len(delivery.event_ids)}, the last as event {delivery.event_ids[-1]}.")
        if delivery.waiting or call is None:
            click.echo(f"{count(delivery.waiting, 'report')} left in {path}.")
        if delivery.stopped_by is not None:
            click.echo(f"Not delivered yet: {delivery.stopped_by}", err=True)
    if delivery.refused:
        reasons = "\n".join(str(report.refused) for report in delivery.refused)
        raise ReportRefusedError(f"{len(delivery.refused)} refused for good, and set aside in {path}:\n{reasons}")


def _print_recorded(event_id: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"event_id": event_id})
    else:
        click.echo(f"Recorded as event {event_id}.")


def _read_timestamp(text: str | None) -> datetime | float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ReportRefusedError(
            f"--timestamp {text!r} is no moment; write it as 2026-11-23T14:05:00+01:00 or as seconds since the epoch."
        ) from error


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
