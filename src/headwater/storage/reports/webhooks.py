"""The webhooks of a deployment, as kept."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from headwater.records.reports.webhooks import WebhookRule
from headwater.storage import settings
from headwater.storage.log.transaction import lock_log

_list_of_webhook_rule_decoder = msgspec.json.Decoder(list[WebhookRule])

_NAME = "webhooks"


def read_webhooks(connection: Connection) -> dict[str, WebhookRule]:
    """Every webhook by name."""
    kept = settings.read(connection, _NAME)
    rules = [] if kept is None else _list_of_webhook_rule_decoder.decode(kept)
    return {rule.name: rule for rule in rules}


# They are one text, so each change waits for the one before it to be kept, also of another process.


def save_webhook(connection: Connection, rule: WebhookRule) -> None:
    """Make a webhook, in place of the one of that name."""
    lock_log(connection)
    _save(connection, {**read_webhooks(connection), rule.name: rule})


def remove_webhook(connection: Connection, name: str) -> bool:
    """Remove a webhook, and say whether there was one."""
    lock_log(connection)
    rules = read_webhooks(connection)
    found = rules.pop(name, None)
    _save(connection, rules)
    return found is not None


def _save(connection: Connection, rules: dict[str, WebhookRule]) -> None:
    body = msgspec.json.encode(sorted(rules.values(), key=lambda rule: rule.name))
    settings.save(connection, _NAME, body.decode())
