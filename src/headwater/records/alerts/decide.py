"""Which incidents open, go on and end by what the log says, and which messages are sent of them now; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import msgspec

from headwater.clock import MICROSECONDS
from headwater.errors import SelectionError
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.impact import find_impact
from headwater.records.alerts.alerts import AlertCause, AlertRule, Delivery, DeliverySort, DeliveryStatus, Incident
from headwater.records.alerts.signals import Relief, Signal, Trouble
from headwater.records.log.events import Event

_MOST_NAMED = 100
_MOST_DOWNSTREAM = 10
_HOUR = 3_600 * MICROSECONDS
_WAITS_SECONDS = (5.0, 15.0, 60.0, 300.0, 900.0)
_GIVEN_UP_AFTER = 24 * _HOUR
MOST_AT_ONCE = 5
"""More messages than this are sent as one."""

Open: TypeAlias = dict[tuple[str, str], Incident]
"""The open incidents by rule and subject."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as it is now; `sort` says which message is due, None for none."""

    incident: Incident
    sort: DeliverySort | None


class Alarms:
    """The rules, what they are about in one set of definitions, and the open incidents; moved on event by event."""

    def __init__(self, rules: Iterable[AlertRule], incidents: Iterable[Incident], graph: AssetGraph) -> None:
        """Begin.

        Args:
            rules: All that there are; those switched off open nothing.
            incidents: The open ones.
            graph: The assets, sensors and locations.
        """
        self._rules = {rule.name: rule for rule in rules}
        self._open: Open = {(each.rule, each.subject): each for each in incidents}
        self._graph = graph

    def note(self, event: Event, signal: Signal, new_id: str) -> list[Change]:
        """Take in what an event says; the changes are those that it leads to.

        Args:
            event: The event.
            signal: What it says.
            new_id: What the ids of incidents that it opens begin with.
        """
        if isinstance(signal, Relief):
            return [change for incident in self._concerned(signal) for change in self._relieve(incident, signal, event)]
        return [change for rule in self._rules.values() for change in self._trouble(rule, signal, event, new_id)]

    def awaits_versions(self) -> bool:
        """Whether a new version of an asset could end an incident."""
        return any(incident.waits for incident in self._open.values())

    def _trouble(self, rule: AlertRule, signal: Trouble, event: Event, new_id: str) -> list[Change]:
        if not rule.enabled or signal.cause not in rule.causes or signal.failures < rule.failures:
            return []
        if signal.severity == "WARN" and rule.severity == "ERROR":
            # It may have been worse before.
            return self._relieve_one(rule, signal.subject, event)
        about = self._about(rule, signal)
        if about is None:
            return []
        place = (rule.name, signal.subject)
        downstream, downstream_count = self._downstream(about)
        known = self._open.get(place)
        incident = Incident(
            incident_id=f"{new_id}-{rule.name}" if known is None else known.incident_id,
            rule=rule.name,
            subject=signal.subject,
            cause=signal.cause,
            severity=signal.severity,
            title=signal.title,
            detail=signal.detail,
            assets=about[:_MOST_NAMED],
            owners=self._owners(about, signal),
            downstream=downstream,
            downstream_count=downstream_count,
            waits=signal.waits,
            run_id=signal.run_id,
            first_seq=event.seq if known is None else known.first_seq,
            last_seq=event.seq,
            opened_at=event.recorded_at if known is None else known.opened_at,
            last_at=event.recorded_at,
            count=1 if known is None else known.count + 1,
        )
        self._open[place] = incident
        is_worse = known is not None and known.severity == "WARN" and signal.severity == "ERROR"
        return [Change(incident=incident, sort="opened" if known is None or is_worse else None)]

    def _about(self, rule: AlertRule, signal: Trouble) -> tuple[str, ...] | None:
        """The assets of the trouble that a rule is about; None where it is not about it at all."""
        keys = signal.assets or self._assets_of(signal)
        if rule.assets is not None:
            keys = self._selected(rule.assets, keys)
            if not keys:
                return None
        if rule.owners:
            wanted = set(rule.owners)
            owned = tuple(key for key in keys if wanted & set(self._owners_of(key)))
            if not owned and not wanted & set(self._owners_of_item(signal)):
                return None
            keys = owned or keys
        return keys

    def _selected(self, selection: str, keys: Sequence[str]) -> tuple[str, ...]:
        try:
            return tuple(key for key in keys if self._graph.is_selected(selection, key))
        except SelectionError:
            # Rules are checked as they are made; one of another release must not end the engine.
            return ()

    def _assets_of(self, signal: Trouble) -> tuple[str, ...]:
        """What a sensor or schedule makes, or a code location defines."""
        if signal.cause is AlertCause.LOCATION_FAILURE:
            return tuple(node.key for node in self._graph.nodes if node.location == signal.name)
        found = self._graph.ticking.get(signal.name or "")
        return () if found is None else found[0].targets or ()

    def _owners(self, keys: Sequence[str], signal: Trouble) -> tuple[str, ...]:
        owners = dict.fromkeys(self._owners_of_item(signal))
        for key in keys:
            owners.update(dict.fromkeys(self._owners_of(key)))
        return tuple(owners)

    def _owners_of(self, key: str) -> tuple[str, ...]:
        number = self._graph.ids.get(key)
        return () if number is None else self._graph.nodes[number].definition.owners

    def _owners_of_item(self, signal: Trouble) -> tuple[str, ...]:
        found = self._graph.ticking.get(signal.name or "") if signal.cause is AlertCause.TICK_FAILURE else None
        return () if found is None else found[0].owners

    def _downstream(self, keys: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """The nearest of the assets that are made from some, and how many there are in all."""
        ids = [self._graph.ids[key] for key in keys if key in self._graph.ids]
        found = find_impact(self._graph, ids).assets
        return tuple(self._graph.nodes[each.id].key for each in found[:_MOST_DOWNSTREAM]), len(found)

    def _concerned(self, relief: Relief) -> list[Incident]:
        if relief.subject is not None:
            return [each for each in self._open.values() if each.subject == relief.subject]
        if relief.withdrawn_seq is not None:
            return [each for each in self._open.values() if each.last_seq == relief.withdrawn_seq]
        return [each for each in self._open.values() if each.waits]

    def _relieve(self, incident: Incident, relief: Relief, event: Event) -> list[Change]:
        if relief.made is not None:
            key, partition = relief.made
            left = tuple(each for each in incident.waits if each not in ((key, partition), (key, "")))
            if left == incident.waits:
                return []
            if left:
                going_on = msgspec.structs.replace(incident, waits=left)
                self._open[incident.rule, incident.subject] = going_on
                return [Change(incident=going_on, sort=None)]
        return self._relieve_one(self._rules.get(incident.rule), incident.subject, event)

    def _relieve_one(self, rule: AlertRule | None, subject: str, event: Event) -> list[Change]:
        incident = None if rule is None else self._open.pop((rule.name, subject), None)
        if rule is None or incident is None:
            return []
        ended = msgspec.structs.replace(incident, waits=(), resolved_at=event.recorded_at, resolved_seq=event.seq)
        return [Change(incident=ended, sort="resolved" if rule.tell_resolved else None)]


ChannelKey: TypeAlias = tuple[str, bytes]
"""A rule, and one of its channels."""


def channel_key(delivery: Delivery) -> ChannelKey:
    """Where a message goes."""
    return delivery.rule, msgspec.json.encode(delivery.channel)


def decide_sending(
    waiting: Sequence[Delivery], sent: Sequence[int], most_per_hour: int, now: int
) -> tuple[Delivery, ...] | int:
    """Which messages of those that wait for one channel are sent now, as one; or when to look again.

    What goes wrong at once is told at once, one by one; where there is much of it, or little may be sent, together.

    Args:
        waiting: They are at least one; the oldest first.
        sent: When messages were sent there within the last hour.
        most_per_hour: How many may be.
        now: The time.
    """
    due = [each for each in waiting if each.next_at <= now]
    test = next((each for each in due if each.sort == "test"), None)
    if test is not None:
        return (test,)
    in_order = [each for each in waiting if each.sort != "test"]
    if not in_order or in_order[0].next_at > now:
        # What was wrong is told before that it is well again.
        return (in_order or waiting)[0].next_at
    recent = [moment for moment in sent if moment > now - _HOUR]
    free = most_per_hour - len(recent)
    if free <= 0:
        return min(recent) + _HOUR
    return tuple(due) if len(due) > min(MOST_AT_ONCE, free) else (due[0],)


def after_failure(delivery: Delivery, error: str, now: int) -> Delivery:
    """A message that could not be sent, as it is kept: it is tried again, for a day at most."""
    attempts = delivery.attempts + 1
    tried = msgspec.structs.replace(delivery, attempts=attempts, error=error)
    if now - delivery.created_at > _GIVEN_UP_AFTER:
        return msgspec.structs.replace(tried, status=DeliveryStatus.FAILED, ended_at=now)
    wait = _WAITS_SECONDS[min(attempts, len(_WAITS_SECONDS)) - 1]
    return msgspec.structs.replace(tried, next_at=now + round(wait * MICROSECONDS))


def after_success(delivery: Delivery, now: int) -> Delivery:
    """A message that was sent, as it is kept."""
    return msgspec.structs.replace(
        delivery, attempts=delivery.attempts + 1, status=DeliveryStatus.DELIVERED, ended_at=now, error=None
    )


def given_up(delivery: Delivery, error: str, now: int) -> Delivery:
    """A message that can't be sent at all, as it is kept."""
    return msgspec.structs.replace(
        delivery, attempts=delivery.attempts + 1, status=DeliveryStatus.FAILED, ended_at=now, error=error
    )
