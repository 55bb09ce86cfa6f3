"""Which incidents open and end by what the log says, and which messages are sent of them when."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import checked, graph_of, made, native, run_event, step_event

from headwater.clock import MICROSECONDS
from headwater.graph.asset_graph import AssetGraph
from headwater.records.alerts.alerts import AlertCause, AlertChannel, AlertRule, Delivery, DeliverySort, Incident
from headwater.records.alerts.decide import Alarms, after_failure, decide_sending
from headwater.records.alerts.messages import link_of, slack_body, text
from headwater.records.alerts.signals import signal_of
from headwater.records.log.events import (
    CheckEvaluation,
    DefinitionsChanged,
    ErrorInfo,
    Event,
    EventKind,
    FreshnessChange,
    NewEvent,
    TickTrouble,
    Withdrawal,
)

CHAT = AlertChannel(kind="slack", url_env="CHAT")
SECOND = MICROSECONDS


def logged(seq: int, new: NewEvent) -> Event:
    """An event as the log has it."""
    fields = msgspec.structs.asdict(new) | {"timestamp": seq * SECOND}
    return Event(seq=seq, recorded_at=seq * SECOND, **fields)


def graph() -> AssetGraph:
    """A -> b -> c."""
    return graph_of(native("a"), native("b", "a"), native("c", "b"))


def rule(**given: Any) -> AlertRule:
    """A rule that tells a chat of everything, but for what is given."""
    return AlertRule(**({"name": "r", "channels": (CHAT,)} | given))


def told(rules: AlertRule | list[AlertRule], *events: NewEvent, failed: Any = None) -> list[tuple[int, str, str]]:
    """The messages that some events lead to: the event's place from 1, what sort of message, and its title."""
    alarms = Alarms([rules] if isinstance(rules, AlertRule) else rules, (), graph())
    found: list[tuple[int, str, str]] = []
    for seq, new in enumerate(events, 1):
        event = logged(seq, new)
        signal = signal_of(event, failed or {})
        changes = [] if signal is None else alarms.note(event, signal, str(seq))
        found += [(seq, change.sort, change.incident.title) for change in changes if change.sort is not None]
    return found


def freshness(state: str) -> NewEvent:
    """How an asset stands with its policy now."""
    payload = FreshnessChange(state=state, former="?")
    return NewEvent(kind=EventKind.FRESHNESS_CHANGED, payload=payload, asset_key="b")


def trouble(failures: int) -> NewEvent:
    """A sensor that has failed so often in a row, or works again."""
    kind = EventKind.TICK_FAILED if failures else EventKind.TICK_RECOVERED
    return NewEvent(kind=kind, payload=TickTrouble(name="watcher", failures=failures))


def loaded(error: str | None) -> NewEvent:
    """A code location was loaded, or could not be."""
    info = None if error is None else ErrorInfo(message=error)
    payload = DefinitionsChanged(location="code", snapshot="", assets=0, error=info)
    return NewEvent(kind=EventKind.DEFINITIONS_CHANGED, payload=payload)


def test_one_message_for_what_goes_on() -> None:
    """What fails again while it is wrong already is not told again; what is wrong anew is."""
    bad, good = checked("b", "total", passed=False), checked("b", "total", passed=True)

    assert [
        (1, "opened", "Check total of b failed"),
        (3, "resolved", "Check total of b failed"),
        (4, "opened", "Check total of b failed"),
    ] == told(rule(), bad, bad, good, bad)


def test_a_run_is_well_again_once_all_that_failed_was_made() -> None:
    """A new version of each asset that failed resolves it, whoever made it; of the others none is awaited."""
    failed = run_event(EventKind.RUN_FAILED, "r1", "a", "b", "c")

    assert [(1, "opened", "A run of b, c failed"), (4, "resolved", "A run of b, c failed")] == told(
        rule(), failed, made("a"), made("b"), made("c"), failed={"r1": {"b", "c"}}
    )


def test_another_partition_does_not_resolve_it() -> None:
    """A run of one partition failed: that one's new version resolves it, not another one's."""
    failed = msgspec.structs.replace(run_event(EventKind.RUN_FAILED, "r1", "b"), partition="mon")
    titles = "A run of b, mon failed"

    assert [(1, "opened", titles), (3, "resolved", titles)] == told(
        rule(), failed, made("b", partition="tue"), made("b", partition="mon")
    )


@pytest.mark.parametrize(
    ("given", "bad", "count"),
    [
        ({"assets": "b+"}, checked("b", "t", passed=False), 1),
        ({"assets": "c"}, checked("b", "t", passed=False), 0),
        ({"owners": ("team:x",)}, checked("b", "t", passed=False), 0),
        ({"causes": (AlertCause.FRESHNESS,)}, checked("b", "t", passed=False), 0),
        ({"enabled": False}, checked("b", "t", passed=False), 0),
        ({}, freshness("WARN"), 0),
        ({"severity": "WARN"}, freshness("WARN"), 1),
        ({}, freshness("FAIL"), 1),
        ({"failures": 3}, trouble(2), 0),
        ({"failures": 3}, trouble(4), 1),
        ({}, loaded("no such module"), 1),
        ({"assets": "c"}, loaded("no such module"), 1),
        ({"assets": "elsewhere"}, loaded("no such module"), 0),
        ({}, step_event(EventKind.STEP_FAILED, "r1", "b"), 0),
    ],
)
def test_which_rule_is_about_what(given: dict[str, Any], bad: NewEvent, count: int) -> None:
    """A rule tells only of what it names."""
    assert count == len(told(rule(**given), bad))


def test_worse_and_better() -> None:
    """An asset that was about to be late and is late now is told again; one that is about to be late again is not."""
    expected = ["opened", "opened", "resolved"]
    events = [freshness(state) for state in ("WARN", "FAIL", "WARN", "PASS")]

    assert expected == [sort for _, sort, _ in told(rule(severity="WARN"), *events)]
    assert ["opened", "resolved"] == [sort for _, sort, _ in told(rule(), *events)]


def test_a_withdrawn_failure() -> None:
    """A failure that counts no more is resolved."""
    withdrawal = NewEvent(kind=EventKind.EVENT_WITHDRAWN, payload=Withdrawal(target_seq=1))

    assert ["opened", "resolved"] == [sort for _, sort, _ in told(rule(), checked("b", "t", passed=False), withdrawal)]


def test_each_rule_for_itself() -> None:
    """Two rules about the same tell of it both, and only one that wants to says that it is over."""
    rules = [rule(), rule(name="quiet", tell_resolved=False)]
    found = told(rules, loaded("broken"), loaded(None))

    assert [(1, "opened"), (1, "opened"), (2, "resolved")] == [(seq, sort) for seq, sort, _ in found]


def test_a_warning_of_a_check() -> None:
    """A check that warns is told to those who want warnings, and named one."""
    warned = NewEvent(
        kind=EventKind.CHECK_EVALUATION,
        payload=CheckEvaluation(check_name="t", passed=False, severity="WARN"),
        asset_key="b",
    )

    assert [] == told(rule(), warned)
    assert [(1, "opened", "Check t of b warned")] == told(rule(severity="WARN"), warned)


def incident(title: str = "Check t of b failed", **given: Any) -> Incident:
    """One that is open."""
    return Incident(
        incident_id="1",
        rule="r",
        subject="s",
        cause=AlertCause.CHECK_FAILURE,
        severity="ERROR",
        title=title,
        first_seq=1,
        last_seq=1,
        opened_at=0,
        last_at=0,
        **given,
    )


def message(number: int, *, sort: DeliverySort = "opened", next_at: int = 0) -> Delivery:
    """One that waits."""
    about = None if sort == "test" else incident(f"Trouble {number}")
    return Delivery(
        delivery_id=str(number), rule="r", channel=CHAT, sort=sort, incident=about, created_at=0, next_at=next_at
    )


def sent_now(waiting: list[Delivery], sent: list[int], most: int = 30, now: int = 10 * SECOND) -> list[str] | int:
    """The ids of what is sent now, or when to look again."""
    decided = decide_sending(waiting, sent, most, now)
    return decided if isinstance(decided, int) else [each.delivery_id for each in decided]


def test_few_one_by_one_and_many_together() -> None:
    """Up to five messages are sent one by one, in order; more go as one."""
    assert ["0"] == sent_now([message(number) for number in range(5)], [])
    assert ["0", "1", "2", "3", "4", "5"] == sent_now([message(number) for number in range(6)], [])


def test_the_hour_is_full() -> None:
    """Beyond the most for an hour they wait for its end, and then go together; a test goes at once."""
    sent = [1 * SECOND, 5 * SECOND]
    waiting = [message(0), message(1)]

    assert 3_601 * SECOND == sent_now(waiting, sent, most=2)
    assert ["0", "1"] == sent_now(waiting, sent, most=2, now=3_602 * SECOND)
    assert ["2"] == sent_now([*waiting, message(2, sort="test")], sent, most=2)


def test_none_overtakes_one_that_failed() -> None:
    """While the first one waits to be tried again, those after it wait too."""
    assert 60 * SECOND == sent_now([message(0, next_at=60 * SECOND), message(1)], [])


def test_tried_again_for_a_day() -> None:
    """Each failure puts a message off for longer, up to a quarter of an hour; after a day it has failed."""
    tries = [message(0)]
    for _ in range(8):
        tries.append(after_failure(tries[-1], "no", 0))
    late = after_failure(tries[-1], "no", 25 * 3_600 * SECOND)

    assert [5, 15, 60, 300, 900, 900, 900, 900] == [each.next_at // SECOND for each in tries[1:]]
    assert ("failed", 9, "no") == (late.status, late.attempts, late.error)


def test_what_a_message_says() -> None:
    """It names what is wrong, why, who owns it, what is made from it, and where to look; Slack's marks are escaped."""
    about = incident(
        "Check <t> of b failed",
        detail="3 & more",
        assets=("b/x",),
        owners=("team:data",),
        downstream=("c",),
        downstream_count=4,
    )
    delivery = msgspec.structs.replace(message(0), incident=about)
    said = text([delivery], "https://data.example.com")

    assert [
        "Check <t> of b failed",
        "3 & more",
        "Owners: team:data",
        "Downstream: c and 3 more",
        "1970-01-01 00:00:00 UTC",
        "https://data.example.com/asset?key=b%2Fx",
    ] == said.splitlines()
    assert "🔴 *Check &lt;t&gt; of b failed*" == slack_body([delivery], None)["text"].splitlines()[0]
    assert "https://x.example/runs/r1" == link_of(msgspec.structs.replace(about, run_id="r1"), "https://x.example")


def test_many_as_one() -> None:
    """A message of many names how many are new and how many are over."""
    many = [message(0), message(1), message(2, sort="resolved")]

    assert ["r: 2 new and 1 resolved", "", "- Trouble 0", "- Trouble 1", "- Resolved: Trouble 2"] == text(
        many, None
    ).splitlines()
