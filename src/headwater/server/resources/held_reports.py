"""Decide what becomes of a held report, and change the rules by which reports are held."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.engine import Connection

from headwater.records.access.audit import Note
from headwater.records.log.events import Event
from headwater.records.reports.rules import ReportRules, Undefined
from headwater.server.deployment import Deployment
from headwater.storage.access import audit
from headwater.storage.log.writer import Unit
from headwater.storage.reports import held as held_reports
from headwater.storage.reports.held import HeldReport, HeldState
from headwater.storage.reports.rules import read_rules, save_rules


def decide(deployment: Deployment, actor: str, held_id: int, *, accept: bool, always: bool) -> HeldReport:
    """Accept or reject a report that waits; `always` does so with all further ones of its asset.

    Raises:
        UnknownEventError: there is none of that number.
        ConflictError: somebody has decided it already.
    """
    store, now = deployment.store, deployment.clock.now()
    held = store.read(lambda c: held_reports.get_waiting(c, held_id))
    key = held.event.asset_key or ""
    note = Note(actor=actor, action="report accepted" if accept else "report rejected", target=f"{key} ({held_id})")
    seq: int | None = None
    if accept:
        seq = store.write(store.read(lambda c: held_reports.accept(c, held_id, now, note, actor)))
    else:
        store.write(store.read(lambda c: held_reports.reject(c, held_id, now, note, actor)))
    if always:
        rules = store.read(read_rules)
        answer = Undefined.REGISTER if accept else Undefined.REJECT
        keep_rules(deployment, actor, msgspec.structs.replace(rules, undefined={**rules.undefined, key: answer}))
    state = HeldState.ACCEPTED if accept else HeldState.REJECTED
    return msgspec.structs.replace(held, state=state, decided_at=now, decided_by=actor, seq=seq)


def keep_rules(deployment: Deployment, actor: str, rules: ReportRules) -> None:
    """Let rules be in force, and enter that into the audit log."""
    now = deployment.clock.now()
    shown = ", ".join(f"{prefix}={answer}" for prefix, answer in rules.undefined.items())
    note = Note(actor=actor, action="report rules changed", detail=shown[:500])

    def effect(connection: Connection, _events: Sequence[Event]) -> None:
        save_rules(connection, rules)
        audit.enter(connection, now, note)

    deployment.store.write(Unit(effect=effect))
    deployment.report_rules.forget()
