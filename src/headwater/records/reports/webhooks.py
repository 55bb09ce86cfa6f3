"""Webhooks in: rules that turn another system's JSON into reports, by JMESPath expressions; pure.

An expression sees `body`, what was sent; `item`, one of the things that `each` finds in it, or the body itself;
`headers` by lower-case name; and `event`, where what was sent is a CloudEvent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import jmespath
import msgspec
from jmespath.exceptions import JMESPathError

from headwater.errors import RequestForbiddenError, SettingsError

Scheme = Literal["github", "standard", "hmac", "token"]
Kind = Literal["materialization", "observation", "external_started", "external_failed", "external_skipped"]
_TOLERANCE_SECONDS = 300
_MOST_ITEMS = 10_000
_EXPRESSIONS = ("each", "where", "key", "partition", "timestamp", "data_version", "description", "idempotency_key")


class WebhookSignatureError(RequestForbiddenError):
    """What came to a webhook is not signed by who knows its secret, or was signed long ago."""


class Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the sender proves that it is who it is.

    `github` and `standard` (the Standard Webhooks specification) say by themselves where the signature stands; `hmac`
    is the SHA-256 of the body in `header`, in hex or Base64; `token` is the secret itself in `header`. The secret is
    the value of an environment variable of the server, so that no database or backup holds it.
    """

    scheme: Scheme
    secret_env: str
    header: str | None = None


class WebhookRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One webhook. All but `name`, `kind` and `signature` are JMESPath expressions.

    `each` finds the things that are reported one by one, `where` says which of them count. `key` gives the asset's key,
    a text with slashes or a list of parts.
    """

    name: str
    key: str
    kind: Kind = "materialization"
    each: str | None = None
    where: str | None = None
    partition: str | None = None
    timestamp: str | None = None
    data_version: str | None = None
    description: str | None = None
    idempotency_key: str | None = None
    metadata: dict[str, str] = {}
    signature: Signature | None = None


PRESETS: dict[str, dict[str, Any]] = {
    "s3": {
        "each": "body.Records",
        "where": "starts_with(item.eventName, 'ObjectCreated')",
        "key": "[item.s3.bucket.name, item.s3.object.key]",
        "timestamp": "item.eventTime",
        "data_version": "item.s3.object.eTag",
        "idempotency_key": "join('-', [item.s3.bucket.name, item.s3.object.sequencer])",
        "metadata": {"size": "item.s3.object.size", "region": "item.awsRegion"},
    },
    "cloudevents": {
        "key": "event.subject || event.source",
        "timestamp": "event.time",
        "idempotency_key": "join(' ', [event.source, event.id])",
        "metadata": {"type": "event.type", "source": "event.source"},
    },
    "github-push": {
        "where": "headers.\"x-github-event\" == 'push'",
        "key": "['git', body.repository.full_name]",
        "data_version": "body.after",
        "description": "body.head_commit.message",
        "idempotency_key": 'headers."x-github-delivery"',
        "metadata": {"ref": "body.ref", "compare": "body.compare"},
    },
}
"""What usual senders send; a rule's own expressions go before these."""


def check_rule(rule: WebhookRule) -> None:
    """Refuse a rule that could never work.

    Raises:
        SettingsError: the name can't stand in an address, an expression is none, or the signature lacks its header.
    """
    if not (rule.name and all(each.isalnum() or each in "-_" for each in rule.name) and rule.name.isascii()):
        raise SettingsError(f"{rule.name!r} can't be a webhook's name: use letters, digits, '-' and '_'.")
    named = {name: getattr(rule, name) for name in _EXPRESSIONS}
    named |= {f"metadata {name!r}": expression for name, expression in rule.metadata.items()}
    for name, expression in named.items():
        if expression is not None:
            _compile(name, expression)
    signature = rule.signature
    if signature is not None and (signature.scheme in ("hmac", "token")) != (signature.header is not None):
        raise SettingsError(
            f"The signature scheme {signature.scheme!r} "
            + ("needs the name of its header." if signature.header is None else "knows its header; leave it out.")
        )


def reports_of(rule: WebhookRule, body: Any, headers: Mapping[str, str]) -> list[dict[str, Any]]:
    """The reports that a rule makes of what was sent, as `POST /api/report` takes them.

    Args:
        rule: A checked one.
        body: The JSON that was sent.
        headers: By lower-case name.

    Raises:
        SettingsError: an expression does not fit what was sent; the message names it.
    """
    found: list[dict[str, Any]] = []
    for event in cloud_events(body, headers):
        root = {"body": body, "headers": dict(headers), "event": event}
        items = [event["data"] if event else body] if rule.each is None else _find(rule, "each", rule.each, root)
        if not isinstance(items, list):
            raise SettingsError(f"Webhook {rule.name!r}: each, {rule.each!r}, finds no list, but {_shown(items)}.")
        for item in items[: _MOST_ITEMS + 1]:
            seen = {**root, "item": item}
            if rule.where is None or _find(rule, "where", rule.where, seen):
                found.append(_report(rule, seen))
    if len(found) > _MOST_ITEMS:
        raise SettingsError(f"Webhook {rule.name!r} makes more than {_MOST_ITEMS:,} reports of one request.")
    return found


def cloud_events(body: Any, headers: Mapping[str, str]) -> Sequence[dict[str, Any] | None]:
    """What was sent as CloudEvents (specification 1.0, HTTP binding): structured, as a batch, or in headers.

    Returns:
        An event each, its data under `data`; one None where it is no CloudEvent.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/cloudevents-batch+json" and isinstance(body, list):
        return [{"data": None, **each} for each in body if isinstance(each, dict)]
    if kind == "application/cloudevents+json" and isinstance(body, dict):
        return [{"data": None, **body}]
    if "ce-id" in headers:
        attributes = {name.removeprefix("ce-"): value for name, value in headers.items() if name.startswith("ce-")}
        return [{**attributes, "data": body}]
    return [None]


def check_signature(signature: Signature, secret: str, body: bytes, headers: Mapping[str, str], now: float) -> None:
    """Go on only where a body is signed with the secret.

    Args:
        signature: How.
        secret: What only sender and receiver know.
        body: As it was sent.
        headers: By lower-case name.
        now: Seconds since the epoch.

    Raises:
        WebhookSignatureError: it is not.
    """
    if signature.scheme == "standard":
        expected, given = _standard(secret, body, headers, now)
    elif signature.scheme == "github":
        expected, given = ["sha256=" + _hex(secret, body)], [headers.get("x-hub-signature-256", "")]
    else:
        sent = headers.get((signature.header or "").lower(), "").removeprefix("sha256=")
        encoded = [_hex(secret, body), base64.b64encode(_digest(secret.encode(), body)).decode()]
        expected, given = [secret] if signature.scheme == "token" else encoded, [sent]
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given):
        raise WebhookSignatureError("The signature is missing or wrong; check that both sides have the same secret.")


def _standard(secret: str, body: bytes, headers: Mapping[str, str], now: float) -> tuple[list[str], list[str]]:
    sent_at = headers.get("webhook-timestamp", "")
    if not (sent_at.isascii() and sent_at.isdigit()) or abs(int(sent_at) - now) > _TOLERANCE_SECONDS:
        raise WebhookSignatureError("The header webhook-timestamp is missing, or more than five minutes from now.")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = secret.encode()
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    expected = "v1," + base64.b64encode(_digest(key, signed)).decode()
    return [expected], headers.get("webhook-signature", "").split()


def _digest(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()


def _hex(secret: str, body: bytes) -> str:
    return _digest(secret.encode(), body).hex()


def _report(rule: WebhookRule, seen: dict[str, Any]) -> dict[str, Any]:
    key = _find(rule, "key", rule.key, seen)
    is_list = isinstance(key, list) and all(isinstance(part, str) for part in key)
    if not (is_list or isinstance(key, str)) or not key:
        raise SettingsError(f"Webhook {rule.name!r}: key, {rule.key!r}, gives no key of an asset, but {_shown(key)}.")
    report: dict[str, Any] = {"kind": rule.kind, "asset_key" if is_list else "key": key}
    for name in ("partition", "timestamp", "data_version", "description", "idempotency_key"):
        expression = getattr(rule, name)
        value = None if expression is None else _find(rule, name, expression, seen)
        if value is not None:
            report[name] = value if name == "timestamp" or isinstance(value, str) else str(value)
    metadata = {name: _find(rule, name, expression, seen) for name, expression in rule.metadata.items()}
    if metadata:
        report["metadata"] = metadata
    return report


def _find(rule: WebhookRule, name: str, expression: str, root: dict[str, Any]) -> Any:
    try:
        return _compile(name, expression).search(root)
    except JMESPathError as error:
        raise SettingsError(
            f"Webhook {rule.name!r}: {name}, {expression!r}, does not fit what was sent: {error}."
        ) from error


def _compile(name: str, expression: str) -> Any:
    try:
        return jmespath.compile(expression)
    except JMESPathError as error:
        raise SettingsError(
            f"{name} is no JMESPath expression: {error}. It looks like item.s3.object.key; see https://jmespath.org."
        ) from error


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "..."
