"""The wire shapes of webhooks; see `shapes` for the rules that all shapes follow."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class WebhookSignature(msgspec.Struct, kw_only=True):
    """How the sender of a webhook proves that it is who it is; the secret is in a variable of the server."""

    scheme: Literal["github", "standard", "hmac", "token"]
    secret_env: str
    header: str | None = None


class WebhookBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule: JMESPath expressions over `body`, `item`, `headers` and `event`."""

    key: str
    kind: Literal["materialization", "observation", "external_started", "external_failed", "external_skipped"] = (
        "materialization"
    )
    each: str | None = None
    where: str | None = None
    partition: str | None = None
    timestamp: str | None = None
    data_version: str | None = None
    description: str | None = None
    idempotency_key: str | None = None
    metadata: dict[str, str] = {}
    signature: WebhookSignature | None = None


class WebhookView(WebhookBody, kw_only=True, forbid_unknown_fields=False, omit_defaults=False):
    """A webhook; `path` is where it is sent to."""

    name: str
    path: str


class WebhookList(msgspec.Struct, kw_only=True):
    """Every webhook, by name."""

    items: list[WebhookView]


class WebhookTrial(msgspec.Struct, kw_only=True):
    """Something that a sender sends."""

    body: Any
    headers: dict[str, str] = {}
