"""The steps that carry out checks: one for each function, whether it carries out one check or several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from headwater.definitions.snapshot import CheckSnapshot
from headwater.errors import UnknownAssetError
from headwater.execution.steps.messages import EvaluatedCheck
from headwater.execution.steps.steps import Step
from headwater.graph.asset_graph import AssetGraph


def plan_checks(graph: AssetGraph, checks: Sequence[tuple[str, str]]) -> list[Step]:
    """The steps that carry out some checks while nothing is made.

    A function that carries out only all of its checks does so.

    Raises:
        UnknownAssetError: these definitions carry out no such check.
    """
    wanted = set(checks)
    known = {(check.asset_key, check.name): check for each in graph.checks.values() for check in each}
    for key, name in sorted(wanted):
        check = known.get((key, name))
        if check is None or not check.executable:
            raise UnknownAssetError(
                f"The definitions that are loaded do not carry out check {name!r} of {key}. Its results are reported "
                "by another system or by the function of its asset, or the definitions have changed since."
            )
    groups = _groups(known.values())
    chosen = {
        name: [check for check in group if not check.can_subset or (check.asset_key, check.name) in wanted]
        for name, group in groups.items()
        if any((check.asset_key, check.name) in wanted for check in group)
    }
    return [check_step(name, group, {}) for name, group in sorted(chosen.items())]


def checks_of(graph: AssetGraph, assets: set[str]) -> dict[str, list[CheckSnapshot]]:
    """The checks that go with assets that are made, by the name of their step."""
    mine = _groups(check for key in sorted(assets) for check in graph.checks.get(key, ()))
    whole = {check.op for group in mine.values() for check in group if check.op is not None and not check.can_subset}
    if whole:
        others = _groups(check for each in graph.checks.values() for check in each if check.op in whole)
        mine.update(others)
    return mine


def judged(checks: Iterable[CheckSnapshot]) -> set[str]:
    """The assets of some checks."""
    return {check.asset_key for check in checks}


def looked_at(checks: Iterable[CheckSnapshot]) -> set[str]:
    """The assets that some checks judge, and those that they look at besides."""
    return {key for check in checks for key in (check.asset_key, *check.deps)}


def check_step(name: str, checks: Sequence[CheckSnapshot], step_of: Mapping[str, str]) -> Step:
    """The step of some checks of one function; `step_of` has the steps that make their assets."""
    assets = tuple(sorted(judged(checks)))
    reads = tuple(key for key in assets if key in step_of)
    needed = (*reads, *sorted(key for key in looked_at(checks) if key in step_of))
    return Step(
        name=name,
        assets=assets,
        checks=tuple((check.asset_key, check.name) for check in checks),
        after=tuple(dict.fromkeys(step_of[key] for key in needed)),
        reads=reads,
        timeout=checks[0].timeout,
        retry=checks[0].retry,
        tags=checks[0].op_tags,
    )


def failed_blocking(graph: AssetGraph, evaluated: Iterable[EvaluatedCheck]) -> bool:
    """Whether a check that keeps what is downstream from being made has failed."""
    failed = {(each.asset_key, each.check_name) for each in evaluated if not each.passed and each.severity == "ERROR"}
    return any(check.blocking for key, name in failed for check in graph.checks.get(key, ()) if check.name == name)


def _groups(checks: Iterable[CheckSnapshot]) -> dict[str, list[CheckSnapshot]]:
    groups: dict[str, list[CheckSnapshot]] = {}
    for check in checks:
        if check.executable:
            groups.setdefault(check.op or f"{check.asset_key}:{check.name}", []).append(check)
    return groups
