"""Alert rules, the incidents that they open, and the messages that are sent of these; pure.

Times are microseconds since the epoch. Asset keys are in the escaped text form of `AssetKey`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from headwater.errors import SettingsError


class AlertCause(StrEnum):
    """What can open an incident."""

    RUN_FAILURE = "run_failure"
    """A run failed here, or one elsewhere that makes an external asset."""
    CHECK_FAILURE = "check_failure"
    FRESHNESS = "freshness"
    TICK_FAILURE = "tick_failure"
    """A sensor or schedule fails."""
    LOCATION_FAILURE = "location_failure"
    """The definitions of a code location can't be loaded."""
    BACKFILL_FAILURE = "backfill_failure"


Severity = Literal["WARN", "ERROR"]


class AlertChannel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where messages go.

    `slack` posts to an incoming webhook of Slack, or of whatever takes the same JSON; its address is the value of the
    environment variable `url_env`. `webhook` posts JSON to `url` or the value of `url_env`, signed with the value of
    `secret_env` as the Standard Webhooks specification has it. `email` writes to those in `to`, and with `owners` to
    the owners of the assets that have an address. The variables are those of the engine, so that no database or backup
    holds a secret.
    """

    kind: Literal["slack", "webhook", "email"]
    url: str | None = None
    url_env: str | None = None
    secret_env: str | None = None
    to: tuple[str, ...] = ()
    owners: bool = False


class AlertRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to tell whom.

    `assets` is a selection, and `owners` are those of assets, sensors and schedules; both leave out what is not of
    them. With the severity `WARN`, checks that warn and assets that are about to be late are told too. `failures` is
    how many ticks of a sensor or schedule in a row must have failed. Beyond `most_per_hour`, messages wait, and are
    sent as one.
    """

    name: str
    channels: tuple[AlertChannel, ...]
    causes: tuple[AlertCause, ...] = tuple(AlertCause)
    assets: str | None = None
    owners: tuple[str, ...] = ()
    severity: Severity = "ERROR"
    failures: int = 1
    tell_resolved: bool = True
    most_per_hour: int = 30
    enabled: bool = True


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong, from the event that said so first to the one that says that it is well again.

    A rule has at most one open incident of a `subject`. `waits` are the assets, each with a partition or '' for any,
    of which a new version is awaited.
    """

    incident_id: str
    rule: str
    subject: str
    cause: AlertCause
    severity: Severity
    title: str
    detail: str | None = None
    assets: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    downstream: tuple[str, ...] = ()
    """The first few of the assets that are made from these."""
    downstream_count: int = 0
    waits: tuple[tuple[str, str], ...] = ()
    run_id: str | None = None
    first_seq: int
    last_seq: int
    opened_at: int
    last_at: int
    count: int = 1
    """How many events said so."""
    resolved_at: int | None = None
    resolved_seq: int | None = None


class DeliveryStatus(StrEnum):
    """How it stands with a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """It was tried for a day, or can't be sent at all."""


DeliverySort = Literal["opened", "resolved", "test"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one channel. It is sent at least once; whoever gets it twice knows it by its id."""

    delivery_id: str
    rule: str
    channel: AlertChannel
    sort: DeliverySort
    incident: Incident | None
    """As it was when the message was decided on; None for a test."""
    created_at: int
    status: DeliveryStatus = DeliveryStatus.WAITING
    attempts: int = 0
    next_at: int
    ended_at: int | None = None
    error: str | None = None


def check_rule(rule: AlertRule) -> None:
    """Refuse a rule that could never tell anybody anything.

    Raises:
        SettingsError: its name can't stand in an address, or a channel lacks what it needs.
    """
    if not (rule.name and all(each.isalnum() or each in "-_" for each in rule.name) and rule.name.isascii()):
        raise SettingsError(f"{rule.name!r} can't be an alert rule's name: use letters, digits, '-' and '_'.")
    if not rule.channels:
        raise SettingsError("An alert rule needs a channel, such as one of the kind 'slack', 'webhook' or 'email'.")
    if not rule.causes:
        raise SettingsError(f"An alert rule needs a cause; there are {', '.join(AlertCause)}.")
    if rule.failures < 1:
        raise SettingsError(f"failures is a number from 1 on, but got {rule.failures}.")
    if rule.most_per_hour < 1:
        raise SettingsError(f"most_per_hour is a number from 1 on, but got {rule.most_per_hour}.")
    for channel in rule.channels:
        _check_channel(channel)


def _check_channel(channel: AlertChannel) -> None:
    takes = {"slack": {"url_env"}, "webhook": {"url", "url_env", "secret_env"}, "email": {"to", "owners"}}
    given = {name for name in ("url", "url_env", "secret_env", "to", "owners") if getattr(channel, name)}
    if stray := given - takes[channel.kind]:
        raise SettingsError(f"A channel of the kind {channel.kind!r} takes no {min(stray)!r}.")
    if channel.kind == "slack" and channel.url_env is None:
        raise SettingsError("A channel of the kind 'slack' needs url_env: the variable with the webhook's address.")
    if channel.kind == "webhook" and (channel.url is None) == (channel.url_env is None):
        raise SettingsError("A channel of the kind 'webhook' needs either url or url_env, the variable that has it.")
    if channel.kind == "email" and not given:
        raise SettingsError("A channel of the kind 'email' needs addresses in to, or owners=true.")
    if channel.url is not None:
        check_url(channel.url, "url")
    for variable in (channel.url_env, channel.secret_env):
        if variable is not None and not (variable.isidentifier() and variable.isascii()):
            raise SettingsError(f"{variable[:60]!r} is no name of an environment variable, such as SLACK_WEBHOOK_URL.")
    for address in channel.to:
        if not is_address(address):
            raise SettingsError(f"{address[:100]!r} is no e-mail address, such as data@example.com.")


def check_url(url: str, name: str) -> None:
    """Go on only with an address that a message can be posted to.

    Raises:
        SettingsError: it is none; the message leaves out what may be secret of it.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and url.isascii() and url.isprintable()
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{name} has no address that begins with https:// or http:// and names a host.")


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address that can stand in a header as it is."""
    name, at, host = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;:<>()[]"\\')
    return bool(plain and name and at and host) and len(text) <= 254
