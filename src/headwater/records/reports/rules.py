"""What a deployment takes from outside: which moments, which keys and partitions, and what becomes of the rest."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from headwater.clock import MICROSECONDS, to_datetime
from headwater.errors import ReportRejectedError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import CheckEvaluation, NewEvent, Report
from headwater.records.log.flags import (
    depends_on_payload,
    find_flags,
    find_wrong_kinds,
    with_declared_kinds,
    with_flags,
)

_DAY_SECONDS = 24 * 3600
_MENDS = {
    "unknown_asset": "nobody defined {key}; define it as an AssetSpec, or let it register itself with "
    "`headwater report rules --undefined PREFIX=register`",
    "unknown_partition": "{key} has no partition {partition!r}",
    "missing_partition": "{key} is partitioned, so say which partition",
    "metadata_kind": "{names} of its metadata are of another kind than the definition of {key} gives them",
    "unknown_check": "{key} has no check of that name; define it with AssetCheckSpec",
    "odd_timestamp": "its timestamp {moment} is too far from now; send seconds since the epoch, or set the clock right",
}


class Answer(StrEnum):
    """What becomes of a report that is odd: it is kept with a flag, or refused."""

    FLAG = "flag"
    REFUSE = "refuse"


class Undefined(StrEnum):
    """What becomes of a report of an asset that nobody defined."""

    REGISTER = "register"
    HOLD = "hold"
    REJECT = "reject"


class ReportRules(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment's rules for reports.

    A `timestamp` more than `future_seconds` ahead of the clock, or more than `past_days` before it, is odd.
    """

    future_seconds: int = 300
    past_days: int = 3_650
    odd_timestamps: Answer = Answer.REFUSE
    strict_partitions: Answer = Answer.REFUSE
    """At `POST /api/report`, where a partition, a check or a kind of metadata is not one of the definition's."""
    drop_in_partitions: Answer = Answer.FLAG
    """The same at the drop-in doors."""
    undefined: dict[str, Undefined] = {}
    """By the beginning of a key; the longest that fits counts. Without one that fits, the asset is registered."""

    def undefined_answer(self, key: str) -> Undefined:
        """What becomes of a report of an undefined asset."""
        if not self.undefined:
            return Undefined.REGISTER
        fitting = [prefix for prefix in self.undefined if key.startswith(prefix)]
        return self.undefined[max(fitting, key=len)] if fitting else Undefined.REGISTER

    renamed: dict[str, str] = {}
    """The present name of each asset by its former ones."""


def apply_rules(event: NewEvent, graph: AssetGraph, now: int, rules: ReportRules, *, strict: bool) -> NewEvent:
    """The event with its flags; see `ReportJudge.apply`."""
    return ReportJudge(graph, now, rules, strict=strict).apply(event)


class ReportJudge:
    """Applies the rules to reports that came together; what holds for many of them is found out once.

    Args:
        graph: All assets that are known.
        now: The time of receipt, in microseconds.
        rules: The deployment's.
        strict: Whether they came to the strict door.
    """

    def __init__(self, graph: AssetGraph, now: int, rules: ReportRules, *, strict: bool) -> None:
        self._graph = graph
        self._now = now
        self._rules = rules
        self._strict = strict
        self._flags_of: dict[tuple[str | None, str | None], tuple[str, ...]] = {}

    def apply(self, event: NewEvent) -> NewEvent:
        """The event with its flags.

        Args:
            event: As it was sent.

        Raises:
            ReportRejectedError: the rules refuse it; the message says why.
        """
        if self._rules.renamed and (present := self._rules.renamed.get(event.asset_key or "")) is not None:
            event = msgspec.structs.replace(event, asset_key=present)
        flags = self._flags_of.get((event.asset_key, event.partition))
        if flags is None or type(event.payload) is CheckEvaluation:
            event = with_declared_kinds(event, self._graph)
            flags = find_flags(event, self._graph, self._now)
            self._demand_allowed(event, flags)
            if not depends_on_payload(event, self._graph):
                self._flags_of[(event.asset_key, event.partition)] = flags
        if event.timestamp is not None and _is_odd(event.timestamp, self._now, self._rules):
            self._demand_allowed(event, ("odd_timestamp",))
            flags = (*flags, "odd_timestamp")
        return with_flags(event, flags) if flags else event

    def _demand_allowed(self, event: NewEvent, flags: tuple[str, ...]) -> None:
        for each in flags:
            if _is_refused(each, event, self._rules, self._strict):
                moment = None if event.timestamp is None else to_datetime(event.timestamp).isoformat()
                names = ", ".join(find_wrong_kinds(event, self._graph))
                reason = _MENDS[each].format(key=event.asset_key, partition=event.partition, moment=moment, names=names)
                raise ReportRejectedError(f"The report is refused ({each}): {reason}.")


def is_held(event: NewEvent, rules: ReportRules) -> bool:
    """Whether a report with its flags must wait for a person."""
    return (
        bool(rules.undefined)
        and isinstance(event.payload, Report)
        and "unknown_asset" in event.payload.flags
        and rules.undefined_answer(event.asset_key or "") is Undefined.HOLD
    )


def _is_odd(timestamp: int, now: int, rules: ReportRules) -> bool:
    ahead = (timestamp - now) / MICROSECONDS
    return ahead > rules.future_seconds or -ahead > rules.past_days * _DAY_SECONDS


def _is_refused(flag_name: str, event: NewEvent, rules: ReportRules, strict: bool) -> bool:
    if flag_name == "unknown_asset":
        return rules.undefined_answer(event.asset_key or "") is Undefined.REJECT
    if flag_name == "odd_timestamp":
        return rules.odd_timestamps is Answer.REFUSE
    return (rules.strict_partitions if strict else rules.drop_in_partitions) is Answer.REFUSE
