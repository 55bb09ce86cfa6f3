"""A deployment's rules for reports, as kept."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from headwater.records.reports.rules import ReportRules
from headwater.storage import settings
from headwater.storage.log.corrections import read_aliases

_report_rules_decoder = msgspec.json.Decoder(ReportRules)

_NAME = "report_rules"


def read_rules(connection: Connection) -> ReportRules:
    """The rules in force; the usual ones where none were made."""
    kept = settings.read(connection, _NAME)
    rules = ReportRules() if kept is None else _report_rules_decoder.decode(kept)
    return msgspec.structs.replace(rules, renamed=read_aliases(connection))


def save_rules(connection: Connection, rules: ReportRules) -> None:
    """Let rules be in force from now on."""
    # Renamings are kept by themselves.
    own = msgspec.structs.replace(rules, renamed={})
    settings.save(connection, _NAME, msgspec.json.encode(own).decode())
