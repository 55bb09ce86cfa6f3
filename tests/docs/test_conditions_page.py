"""The page on conditions: each of its examples asks for a run after what it says, and not after what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from builders import checked, external, made, native, run_event, step_event

import headwater as hw
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Outcome
from headwater.automation.conditions.jobs import job_node_key, with_jobs
from headwater.automation.conditions.state import AssetState
from headwater.clock import MICROSECONDS
from headwater.definitions.conditions.of_jobs import speaks_of_jobs
from headwater.definitions.conditions.operands import Operands
from headwater.definitions.snapshot import CheckSnapshot, DefinitionsSnapshot, JobSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import BackfillEvent, Event, EventKind, FreshnessChange, NewEvent, RunEvent, Wipe
from headwater.records.runs.backfills import Rests, Target

PAGE = (Path(__file__).parents[2] / "docs" / "conditions.md").read_text()
ROWS = re.findall(r"^\| `(.+?)` \| .+? \| (.+?) \| (.+?) \|$", PAGE, flags=re.MULTILINE)
NOW = 1_790_000_400 * MICROSECONDS
FRESHNESS = {"fresh": "PASS", "nearly late": "WARN", "late": "FAIL"}
PASSED = {"a minute": 60, "an hour": 3600}
OPERATORS = {"since", "newly_true", "since_last_handled", "without", "replace", "allow", "ignore", "with_label"}
READY_MADE = {"eager", "on_cron", "on_missing"}


def estate(condition: hw.AutomationCondition, code_version: str = "1") -> AssetGraph:
    """The assets of the page, with one condition of `a`, or of a job that makes it."""
    eager = hw.AutomationCondition.eager()
    of_job = speaks_of_jobs(condition)
    a = msgspec.structs.replace(native("a", "up", condition=None if of_job else condition), code_version=code_version)
    assets = external("raw"), native("up", "raw", condition=eager), a, native("below", "a", condition=eager)
    checks = CheckSnapshot(asset_key="up", name="sound", blocking=True), CheckSnapshot(asset_key="a", name="rows")
    job = JobSnapshot(name="job", assets=("a",), selection="a", condition=condition if of_job else None)
    return with_jobs(build_graph([("code", DefinitionsSnapshot(assets=assets, checks=checks, jobs=(job,)))]))


class World:
    """The assets, and what happens to them in the words of the page."""

    def __init__(self, condition: hw.AutomationCondition) -> None:
        self._condition = condition
        self._seq = 0
        self._now = NOW
        self._conditions = Conditions(estate(condition), now=NOW)
        self._began = self._conditions.begin()

    def asks(self, happened: str) -> bool:
        """Whether a run of `a` or of the job is asked for by the last of some events, in the order they are told in."""
        outcomes = [self._began]
        for words in happened.split(", "):
            outcomes = [self._began] if words == "begin" else self._happen(words)
        asked = {request.asset_key for outcome in outcomes for request in outcome.requests}
        return not asked.isdisjoint({"a", job_node_key("job")})

    def _happen(self, words: str) -> list[Outcome]:
        self._now += MICROSECONDS
        if words in PASSED:
            self._now += PASSED[words] * MICROSECONDS
            return [self._conditions.pass_time(self._now)]
        if words == "new code":
            self._conditions.use_graph(estate(self._condition, "2"))
            return [self._conditions.begin()]
        if words == "up and a made together":
            return self._run(("up", "a"), {}, EventKind.RUN_SUCCEEDED)
        key, _, what = words.partition(" ")
        if what.startswith("run "):
            end = {"begun": None, "done": EventKind.RUN_SUCCEEDED, "failed": EventKind.RUN_FAILED}[what[4:]]
            return self._run((key,), {}, end)
        if what == "made by ops":
            return self._run((key,), {"team": "ops"}, EventKind.RUN_SUCCEEDED)
        return [self._tell(key, what)]

    def _tell(self, key: str, what: str) -> Outcome:
        """One event about an asset."""
        if what == "backfill":
            asked = BackfillEvent(backfill="1", assets=(key,), amount=1)
            rests = {"1": (Target(key, ("",)),)}
            return self._commit(NewEvent(kind=EventKind.BACKFILL_REQUESTED, payload=asked), rests=rests)
        if what == "wiped":
            wiped = NewEvent(kind=EventKind.ASSET_WIPED, payload=Wipe(), asset_key=key)
            return self._commit(wiped, reread={key: AssetState()})
        if what in FRESHNESS:
            change = FreshnessChange(state=FRESHNESS[what], former="UNKNOWN")
            return self._commit(NewEvent(kind=EventKind.FRESHNESS_CHANGED, payload=change, asset_key=key))
        if what.startswith("check "):
            return self._commit(checked(key, {"up": "sound", "a": "rows"}[key], passed=what == "check good"))
        assert what.split(" as ")[0] == "made", f"The page says {what!r}."
        return self._commit(msgspec.structs.replace(made(key), data_version=what.partition(" as ")[2] or None))

    def _run(self, keys: tuple[str, ...], tags: dict[str, str], end: EventKind | None) -> list[Outcome]:
        """A run of some assets, to its end where it has one."""
        run_id = f"run{self._seq}"
        requested = NewEvent(kind=EventKind.RUN_REQUESTED, payload=RunEvent(assets=keys, tags=tags), run_id=run_id)
        outcomes = [self._commit(requested)]
        outcomes.append(self._commit(*(step_event(EventKind.STEP_STARTED, run_id, key) for key in keys)))
        if end is EventKind.RUN_SUCCEEDED:
            outcomes.append(self._commit(*(msgspec.structs.replace(made(key), run_id=run_id) for key in keys)))
        elif end is not None:
            outcomes.append(self._commit(*(step_event(EventKind.STEP_FAILED, run_id, key) for key in keys)))
        if end is not None:
            outcomes.append(self._commit(run_event(end, run_id, *keys)))
        return outcomes

    def _commit(
        self, *news: NewEvent, reread: dict[str, AssetState] | None = None, rests: Rests | None = None
    ) -> Outcome:
        events = []
        for new in news:
            self._seq += 1
            fields = {name: getattr(new, name) for name in new.__struct_fields__}
            events.append(Event(seq=self._seq, recorded_at=self._now, **{**fields, "timestamp": self._now}))
        return self._conditions.commit(events, reread, rests)


def condition_of(text: str) -> hw.AutomationCondition:
    """The condition that a row shows."""
    condition = eval(text.replace("\\|", "|"), {"C": hw.AutomationCondition})
    assert isinstance(condition, hw.AutomationCondition)
    return condition


@pytest.mark.parametrize(("text", "after", "not_after"), ROWS, ids=[row[0] for row in ROWS])
def test_each_condition_asks_for_a_run_when_the_page_says_so(text: str, after: str, not_after: str) -> None:
    """After the events of the third column, and not after those of the fourth."""
    condition = condition_of(text)

    assert (after != "–", False) == (after != "–" and World(condition).asks(after), World(condition).asks(not_after))


def test_every_condition_is_on_the_page() -> None:
    """Each operand, operator and ready-made condition has an example."""
    operands = {name for name in vars(Operands) if not name.startswith("_")}
    shown = set(_called(text for text, _, _ in ROWS))

    assert operands | OPERATORS | READY_MADE == shown


def _called(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from re.findall(r"\.(\w+)\(", text)
