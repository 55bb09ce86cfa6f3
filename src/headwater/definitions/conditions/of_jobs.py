"""Which conditions a job can have: what they ask is asked of its assets, for a job has no versions of its own."""

from __future__ import annotations

from headwater.definitions.arguments import check_type
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.errors import InvalidDefinitionError

OF_ROOTS = ("any_job_root_assets_match", "all_job_root_assets_match")
"""The operands that ask something of the assets that a job begins with."""
_JOINS = ("and", "or", "not", "since", "newly_true")
_OF_JOBS = (
    "newly_requested",
    "newly_updated",
    "in_progress",
    "run_in_progress",
    "execution_failed",
    "initial_evaluation",
    "cron_tick_passed",
    "in_latest_time_window",
    "asset_matches",
)
"""What can be asked of a job itself: of its runs, of time, and of an asset that is named."""
_MEND = (
    "Ask it of the assets that the job begins with, as in AutomationCondition.any_job_root_assets_match("
    "AutomationCondition.eager()) or all_job_root_assets_match."
)


def check_job_condition(condition: AutomationCondition | None, of: str) -> AutomationCondition | None:
    """A condition that a job can have.

    Args:
        condition: What was given.
        of: The job, as an error names it.

    Raises:
        InvalidParameterError: it is no condition.
        InvalidDefinitionError: it asks something that says nothing of a job.
    """
    if condition is None:
        return None
    check_type(condition, AutomationCondition, f"automation_condition {of}", "an AutomationCondition")
    if not speaks_of_jobs(condition):
        raise InvalidDefinitionError(
            f"The automation_condition {of} asks nothing of the job's assets: {condition.describe()}. {_MEND}"
        )
    _check(condition, of)
    return condition


def speaks_of_jobs(condition: AutomationCondition) -> bool:
    """Whether a part of a condition only means something for a job."""
    return any(part.op in OF_ROOTS for part in condition.parts())


def _check(condition: AutomationCondition, of: str) -> None:
    if condition.op in OF_ROOTS:
        if any(speaks_of_jobs(child) for child in condition.children):
            raise InvalidDefinitionError(
                f"The automation_condition {of} has {condition.op} inside another one; its assets are no jobs. "
                "Join the two with & or | instead."
            )
        return
    if condition.is_custom or (condition.op not in _OF_JOBS and condition.op not in _JOINS):
        raise InvalidDefinitionError(
            f"The automation_condition {of} asks {condition.describe()!r} of the job itself, which has no versions, "
            f"inputs or checks of its own. {_MEND}"
        )
    if condition.op in _JOINS:
        for child in condition.children:
            _check(child, of)
