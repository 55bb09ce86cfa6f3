"""Automation conditions that can't have an effect."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.conditions.of_jobs import speaks_of_jobs
from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.errors import InvalidDefinitionError


def idle_conditions(collected: Collected) -> Iterator[Problem]:
    """A condition on what nothing here can make or look at."""
    idle = [
        key
        for key, spec in collected.specs.items()
        if spec.automation_condition is not None and key not in collected.natives and key not in collected.observables
    ]
    for key in sorted(idle):
        yield Problem(
            code="idle-condition",
            message=(
                f"External asset {key.to_user_string()!r} has an automation condition, which has no effect: "
                "another system makes it, and no @observable_source_asset says how to look at it."
            ),
            source=collected.specs[key].source,
        )
    for check, judged in sorted(collected.check_specs.items(), key=lambda item: item[0].to_user_string()):
        if judged.automation_condition is not None and check not in collected.checks:
            yield Problem(
                code="idle-condition",
                message=(
                    f"Check {check.to_user_string()!r} has an automation condition, which has no effect: the function "
                    "of its asset or another system carries it out, so it can't be carried out alone."
                ),
                source=judged.source,
            )


def conditions_of_jobs_elsewhere(collected: Collected) -> Iterator[Problem]:
    """A condition that looks at the first assets of a job, on what is no job."""
    specs: list[tuple[str, AssetSpec | AssetCheckSpec]] = [
        *(("Asset", spec) for _, spec in sorted(collected.specs.items())),
        *(("Check", spec) for _, spec in sorted(collected.check_specs.items())),
    ]
    for kind, spec in specs:
        if spec.automation_condition is not None and speaks_of_jobs(spec.automation_condition):
            yield Problem(
                code="job-condition",
                message=(
                    f"{kind} {spec.key.to_user_string()!r} has the automation condition "
                    f"{spec.automation_condition.describe()}, which is for jobs. Give it to define_asset_job, or use "
                    "any_deps_match or all_deps_match, which look at what is upstream."
                ),
                source=spec.source,
                error=InvalidDefinitionError,
            )
