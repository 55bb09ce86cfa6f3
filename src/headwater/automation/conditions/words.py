"""Conditions and their values in words that a person understands."""

from __future__ import annotations

import msgspec

from headwater.automation.conditions.explain import Explained
from headwater.definitions.conditions.condition import CUSTOM, AutomationCondition

_PLAIN: dict[str, tuple[str, str]] = {
    "missing": ("it has no version", "it has a version"),
    "newly_missing": ("it has just become missing", "it did not become missing"),
    "newly_updated": ("a new version was recorded", "no new version was recorded"),
    "newly_requested": ("a run of it has begun", "no run of it has begun"),
    "will_be_requested": ("it is requested by the same decision", "it is not requested by the same decision"),
    "in_progress": ("a run of it is queued or going on", "no run of it is queued or going on"),
    "run_in_progress": ("a run of it is queued or going on", "no run of it is queued or going on"),
    "backfill_in_progress": ("a backfill of it is going on", "no backfill of it is going on"),
    "execution_failed": ("the last attempt to make it failed", "the last attempt to make it did not fail"),
    "code_version_changed": ("its code version changed", "its code version is the same"),
    "data_version_changed": ("its data version changed", "its data version is the same"),
    "initial_evaluation": ("the condition has just come into force", "the condition is in force already"),
    "executed_with_root_target": ("it was made in one run with this asset", "it was not made in one run with it"),
    "executed_with_tags": ("its run has the tags {}", "its run does not have the tags {}"),
    "any_new_update_has_run_tags": ("it was updated by a run with {}", "it was not updated by a run with {}"),
    "all_new_updates_have_run_tags": ("it was updated by runs with {} only", "it was not updated by runs with {} only"),
    "in_latest_time_window": ("it is in the newest time window", "it is older than the newest time window"),
    "cron_tick_passed": ("the schedule {} ticked", "the schedule {} has not ticked"),
    "check_passed": ("the check passed", "the check has not passed"),
    "check_failed": ("the check failed", "the check has not failed"),
    "any_downstream_conditions": ("a condition further down holds", "no condition further down holds"),
    "any_checks_match": ("one of its checks is so that {}", "none of its checks is so that {}"),
    "all_checks_match": ("all of its checks are so that {}", "not all of its checks are so that {}"),
    "asset_matches": ("{}", "it is not so that {}"),
}
_DEPS: dict[str, tuple[str, str]] = {
    "any_deps_updated": ("{} updated", "nothing upstream was updated"),
    "any_deps_missing": ("{} no version yet", "nothing upstream is missing"),
    "any_deps_in_progress": ("{} being made", "nothing upstream is being made"),
    "any_deps_match": ("of {} it holds that {}", "for nothing upstream does it hold that {}"),
    "all_deps_match": ("for everything upstream it holds that {}", "not for everything upstream does it hold that {}"),
    "any_job_root_assets_match": (
        "of {} it holds that {}",
        "for nothing that the job begins with does it hold that {}",
    ),
    "all_job_root_assets_match": (
        "for everything that the job begins with it holds that {}",
        "not for everything that the job begins with does it hold that {}",
    ),
    "all_deps_updated_since_cron": (
        "everything upstream was updated since {} ticked",
        "not everything upstream was updated since {} ticked",
    ),
    "all_deps_blocking_checks_passed": (
        "the blocking checks of everything upstream passed",
        "a blocking check of something upstream has not passed",
    ),
}
_VERBS = {
    "any_deps_updated": ("was", "were"),
    "any_deps_missing": ("has", "have"),
    "any_deps_in_progress": ("is", "are"),
}
_NAMED = 5


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a condition, and how it stands for one partition or the whole asset."""

    text: str
    op: str
    label: str | None
    holds: bool
    at: float | None
    deps: tuple[tuple[str, float | None], ...]
    partitions: int
    """For how many partitions it holds."""
    parts: tuple[Stand, ...] = ()


def stand(condition: AutomationCondition, tree: Explained, number: int | None) -> Stand:
    """How a condition stands.

    Args:
        condition: As it was written.
        tree: The value of its parts.
        number: The partition that is asked about; None for any.
    """
    count = sum(stop - start for start, stop in tree.holds)
    holds = bool(count) if number is None else any(start <= number < stop for start, stop in tree.holds)
    return Stand(
        text=sentence(condition, tree, holds=holds),
        op=condition.op,
        label=condition.label,
        holds=holds,
        at=tree.at,
        deps=tree.deps,
        partitions=count,
        parts=tuple(stand(child, part, number) for child, part in zip(condition.children, tree.parts, strict=False)),
    )


def sentence(condition: AutomationCondition, tree: Explained, *, holds: bool) -> str:
    """What the value of a condition means."""
    place = 0 if holds else 1
    if condition.op == CUSTOM:
        if tree.note is not None:
            return f"{condition.describe()} has given no answer: {tree.note.rstrip('.')}"
        return f"{condition.describe()} says {'yes' if holds else 'no'}"
    if condition.op == "freshness_is":
        state = {"PASS": "fresh", "WARN": "nearly too old", "FAIL": "too old"}[condition.params["state"]]
        return f"it is {'' if holds else 'not '}{state}"
    if condition.op in _DEPS:
        return _of_deps(condition, tree, place)
    if condition.op in _PLAIN:
        return _PLAIN[condition.op][place].format(_given(condition))
    if condition.op == "since" and condition.children:
        trigger = condition.children[0].describe()
        return f"{trigger}, not handled yet" if holds else f"nothing new: “{trigger}” was handled, or never came"
    return condition.describe()


def _of_deps(condition: AutomationCondition, tree: Explained, place: int) -> str:
    text = _DEPS[condition.op][place]
    if place == 0 and condition.op.startswith("any_"):
        names = [key for key, _ in tree.deps]
        shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        verb = _VERBS.get(condition.op)
        named = shown if verb is None else f"{shown or 'something upstream'} {verb[len(names) > 1]}"
        return text.format(named, _given(condition))
    return text.format(_given(condition))


def _given(condition: AutomationCondition) -> str:
    if condition.children:
        return " and ".join(child.describe() for child in condition.children)
    if "cron" in condition.params:
        return f"{condition.params['cron']} ({condition.params['timezone']})"
    tags = list(condition.params.get("tag_keys") or ())
    tags += [f"{name}={value}" for name, value in (condition.params.get("tag_values") or {}).items()]
    return ", ".join(tags)


def reasons(found: Stand, *, wanted: bool = True) -> list[str]:
    """Why a condition holds or does not: the parts that decide it, each as a sentence.

    Args:
        found: How it stands.
        wanted: What is asked about: that it holds, or (under a `not`) that it does not.
    """
    if found.op == "not" and found.parts:
        return reasons(found.parts[0], wanted=not wanted)
    if found.op in ("and", "or") and found.parts:
        # Of an `and` that does not hold, and of an `or` that does, the parts that made it so; else all of them.
        decisive = [part for part in found.parts if part.holds == found.holds]
        return [reason for part in decisive for reason in reasons(part, wanted=wanted)]
    if found.op == "since" and found.holds and found.parts:
        seq = "" if found.at is None or found.at != int(found.at) else f" (event {int(found.at)})"
        return [found.text + seq]
    return [found.text]
