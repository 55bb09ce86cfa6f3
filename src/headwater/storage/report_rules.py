"""A deployment's rules for reports, as kept."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from headwater.records.report_rules import ReportRules
from headwater.storage import settings

_NAME = "report_rules"


def read_rules(connection: Connection) -> ReportRules:
    """The rules in force; the usual ones where none were made."""
    kept = settings.read(connection, _NAME)
    return ReportRules() if kept is None else msgspec.json.decode(kept, type=ReportRules)


def save_rules(connection: Connection, rules: ReportRules) -> None:
    """Let rules be in force from now on."""
    settings.save(connection, _NAME, msgspec.json.encode(rules).decode())
