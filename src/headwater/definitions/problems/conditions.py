"""Automation conditions that can't have an effect."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem


def idle_conditions(collected: Collected) -> Iterator[Problem]:
    """A condition on what nothing here can make or look at."""
    idle = [
        key
        for key, spec in collected.specs.items()
        if spec.automation_condition is not None and key not in collected.natives
    ]
    for key in sorted(idle):
        yield Problem(
            code="idle-condition",
            message=(
                f"External asset {key.to_user_string()!r} has an automation condition, which has no effect: "
                "another system makes it."
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
