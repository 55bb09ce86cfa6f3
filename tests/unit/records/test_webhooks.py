"""Rules of webhooks: what they make of what senders send, and which signatures they take."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import msgspec
import pytest

from headwater.errors import SettingsError
from headwater.records.reports.webhooks import (
    PRESETS,
    Signature,
    WebhookRule,
    WebhookSignatureError,
    check_rule,
    check_signature,
    reports_of,
)

S3: dict[str, Any] = {
    "Records": [
        {
            "eventName": name,
            "eventTime": "2026-11-23T14:05:00.000Z",
            "awsRegion": "eu-central-1",
            "s3": {
                "bucket": {"name": "lake"},
                "object": {"key": key, "size": 120, "eTag": f"tag-{key}", "sequencer": f"00{key}"},
            },
        }
        for name, key in (
            ("ObjectCreated:Put", "a.csv"),
            ("ObjectRemoved:Delete", "b.csv"),
            ("ObjectCreated:Copy", "c"),
        )
    ]
}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "7",
    "source": "/warehouse",
    "type": "table.loaded",
    "subject": "sales/orders",
    "time": "2026-11-23T14:05:00Z",
}


def preset(name: str, **fields: Any) -> WebhookRule:
    """A rule that begins with a preset."""
    return msgspec.convert({"name": "hook", **PRESETS[name], **fields}, WebhookRule)


def test_s3() -> None:
    """Of a notification each created object becomes a report of its own, with time, version and sender's number."""
    made = reports_of(preset("s3"), S3, {})

    assert [["lake", "a.csv"], ["lake", "c"]] == [report["asset_key"] for report in made]
    assert {
        "kind": "materialization",
        "asset_key": ["lake", "a.csv"],
        "timestamp": "2026-11-23T14:05:00.000Z",
        "data_version": "tag-a.csv",
        "idempotency_key": "lake-00a.csv",
        "metadata": {"size": 120, "region": "eu-central-1"},
    } == made[0]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({**EVENT, "data": {"rows": 3}}, {"content-type": "application/cloudevents+json; charset=utf-8"}),
        ([{**EVENT, "data": {"rows": 3}}], {"content-type": "application/cloudevents-batch+json"}),
        ({"rows": 3}, {"content-type": "application/json", **{f"ce-{name}": value for name, value in EVENT.items()}}),
    ],
    ids=["structured", "batch", "binary"],
)
def test_cloudevents(body: Any, headers: dict[str, str]) -> None:
    """A CloudEvent is the same in each of its three forms; `item` is its data."""
    (made,) = reports_of(preset("cloudevents", metadata={"rows": "item.rows", "type": "event.type"}), body, headers)

    assert ("sales/orders", "2026-11-23T14:05:00Z", "/warehouse 7") == (
        made["key"],
        made["timestamp"],
        made["idempotency_key"],
    )
    assert {"rows": 3, "type": "table.loaded"} == made["metadata"]


def test_where_leaves_out() -> None:
    """What does not count makes no report, such as another event of the same sender."""
    rule = preset("github-push")

    assert [] == reports_of(rule, {"zen": "Keep it logically awesome."}, {"x-github-event": "ping"})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"key": "a["}, "key is no JMESPath expression"),
        ({"key": "a", "metadata": {"rows": "]"}}, "metadata 'rows' is no JMESPath expression"),
        ({"key": "a", "name": "a/b"}, "'a/b' can't be a webhook's name"),
        ({"key": "a", "signature": {"scheme": "hmac", "secret_env": "S"}}, "'hmac' needs the name of its header"),
        ({"key": "a", "signature": {"scheme": "github", "secret_env": "S", "header": "X"}}, "knows its header"),
    ],
)
def test_rules_that_never_work(fields: dict[str, Any], said: str) -> None:
    """A rule that could never work is not made; the error names the expression."""
    with pytest.raises(SettingsError, match=said):
        check_rule(msgspec.convert({"name": "hook", **fields}, WebhookRule))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"key": "body.name"}, r"key, 'body.name', gives no key of an asset, but None"),
        ({"key": "body.number"}, r"gives no key of an asset, but 7"),
        ({"key": "body.list", "each": "body.number"}, r"each, 'body.number', finds no list, but 7"),
        ({"key": "join('/', body.number)"}, r"key, .* does not fit what was sent"),
    ],
)
def test_what_does_not_fit(fields: dict[str, Any], said: str) -> None:
    """Where an expression does not fit what was sent, the error names it and what it found."""
    with pytest.raises(SettingsError, match=said):
        reports_of(msgspec.convert({"name": "hook", **fields}, WebhookRule), {"number": 7, "list": [1]}, {})


BODY = b'{"a": 1}'
KEY = base64.b64encode(b"a secret of many bytes").decode()


def signed(scheme: str, secret: str) -> dict[str, str]:
    """The headers of who knows a secret."""
    digest = hmac.new(secret.encode(), BODY, hashlib.sha256)
    if scheme == "github":
        return {"x-hub-signature-256": f"sha256={digest.hexdigest()}"}
    if scheme == "token":
        return {"x-secret": secret}
    if scheme == "hmac":
        return {"x-secret": base64.b64encode(digest.digest()).decode()}
    content = b"id-1.1000." + BODY
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": "id-1",
        "webhook-timestamp": "1000",
        "webhook-signature": f"v1,AAAA v1,{signature}",
    }


@pytest.mark.parametrize("scheme", ["github", "standard", "hmac", "token"])
def test_signatures(scheme: Any) -> None:
    """Each scheme takes what is signed with the secret, and neither another secret, another body nor none."""
    header = "X-Secret" if scheme in ("hmac", "token") else None
    signature = Signature(scheme=scheme, secret_env="SECRET", header=header)
    other = base64.b64encode(b"another").decode()

    check_signature(signature, f"whsec_{KEY}" if scheme == "standard" else KEY, BODY, signed(scheme, KEY), 1_100)
    for headers in ({}, signed(scheme, other)):
        with pytest.raises(WebhookSignatureError):
            check_signature(signature, KEY, BODY, headers, 1_100)
    if scheme != "token":
        with pytest.raises(WebhookSignatureError, match="missing or wrong"):
            check_signature(signature, KEY, BODY + b" ", signed(scheme, KEY), 1_100)


def test_old_signatures() -> None:
    """A delivery recorded by somebody else and sent again later is refused."""
    with pytest.raises(WebhookSignatureError, match="more than five minutes"):
        check_signature(Signature(scheme="standard", secret_env="S"), KEY, BODY, signed("standard", KEY), 1_400)
