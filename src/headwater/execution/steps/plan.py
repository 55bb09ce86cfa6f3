"""The steps of a run: one for each function that makes assets, one for each check, each after those that it needs."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.definitions.runs.retries import RetryPolicy
from headwater.definitions.snapshot import AssetSnapshot
from headwater.errors import InvalidDefinitionError, UnknownAssetError
from headwater.execution.steps.plan_checks import check_step, checks_of, looked_at, plan_checks
from headwater.execution.steps.steps import RESOURCE_TAGS, Step
from headwater.graph.asset_graph import AssetGraph, AssetNode


def plan_steps(
    graph: AssetGraph,
    assets: Sequence[str],
    checks: Sequence[tuple[str, str]] = (),
    job_name: str | None = None,
) -> list[Step]:
    """The steps that make some assets and carry out their checks, upstream first; or some checks alone.

    What depends on an asset waits for its blocking checks too.

    Args:
        graph: All assets.
        assets: What to make.
        checks: Or the checks to carry out while nothing is made, each an asset and a name.
        job_name: The job that says how assets without a policy of their own are tried again.

    Raises:
        UnknownAssetError: an asset is not made, or a check not carried out, by these definitions.
        InvalidDefinitionError: a function would have to run before and after another one, or makes only all of its
            assets and not some.
    """
    if checks:
        return plan_checks(graph, checks)
    chosen = set(assets)
    foreign = sorted(key for key in chosen if key not in graph.ids or not graph.node(key).is_runnable)
    if foreign:
        raise UnknownAssetError(
            f"The definitions that are loaded do not make {', '.join(foreign)}. If they have changed since the run was "
            "requested, request it again; if the file has, restart `headwater dev`."
        )
    ordered = [node for node in (graph.nodes[number] for number in graph.order) if node.key in chosen]
    groups = _group(graph, ordered, chosen)
    step_of = {node.key: name for name, members in groups.items() for node in members}
    waiting = checks_of(graph, chosen)
    gates: dict[str, list[str]] = {}
    retry = graph.jobs[job_name][0].retry if job_name in graph.jobs else None
    steps: list[Step] = []
    made: set[str] = set()
    for name in _order(graph, groups, step_of):
        steps.append(_asset_step(graph, name, groups[name], step_of, gates, retry))
        made.update(steps[-1].assets)
        for due in [each for each in waiting if made.issuperset(looked_at(waiting[each]) & chosen)]:
            found = waiting.pop(due)
            steps.append(check_step(due, found, step_of))
            for check in found:
                if check.blocking:
                    gates.setdefault(check.asset_key, []).append(due)
    return steps


def pools_of_step(graph: AssetGraph, step: Step) -> set[str]:
    """In which pools a step needs a place: those of the assets that it makes, or of the checks that it makes alone."""
    if step.checks:
        checks = (check for key, _ in step.checks for check in graph.checks.get(key, ()))
        pools = {check.pool for check in checks if (check.asset_key, check.name) in step.checks}
    else:
        pools = {graph.node(key).definition.pool for key in step.assets}
    return {pool for pool in pools if pool is not None}


def _asset_step(
    graph: AssetGraph,
    name: str,
    members: list[AssetNode],
    step_of: dict[str, str],
    gates: dict[str, list[str]],
    retry: RetryPolicy | None,
) -> Step:
    own = {node.key for node in members}
    reads = dict.fromkeys(
        up for node in members for up in graph.earlier_keys(node.key) if up in step_of and up not in own
    )
    after = dict.fromkeys(gate for up in reads for gate in (step_of[up], *gates.get(up, ())))
    definition = members[0].definition
    return Step(
        name=name,
        assets=tuple(node.key for node in members),
        after=tuple(after),
        reads=tuple(reads),
        timeout=definition.timeout,
        retry=definition.retry or retry,
        tags=_tags(definition),
    )


def _tags(definition: AssetSnapshot) -> dict[str, str]:
    asked = {name: entry.value for name, entry in definition.metadata.items() if name in RESOURCE_TAGS}
    return {name: str(value) for name, value in {**asked, **definition.op_tags}.items()}


def _group(graph: AssetGraph, ordered: Sequence[AssetNode], chosen: set[str]) -> dict[str, list[AssetNode]]:
    """The assets of each step, by its name. A function is called more than once only where others stand in between."""
    groups: dict[str, list[AssetNode]] = {}
    turns: dict[str, int] = {}
    seen: dict[str, dict[str, int]] = {}
    for node in ordered:
        op = node.definition.op
        above = [up for up in graph.earlier_keys(node.key) if up in chosen]
        if op is None:
            groups[node.key] = [node]
        turn = 0
        passed: dict[str, int] = {}
        for up in above:
            up_op = graph.node(up).definition.op
            for other, latest in seen[up].items():
                passed[other] = max(passed.get(other, 0), latest)
            if up_op is not None and up_op == op:
                turn = max(turn, turns[up])
            elif op is not None and op in seen[up]:
                turn = max(turn, seen[up][op] + 1)
        seen[node.key] = passed
        if op is not None:
            turns[node.key] = passed[op] = turn
            groups.setdefault(op if turn == 0 else f"{op} ({turn + 1})", []).append(node)
            if turn and not node.definition.can_subset:
                raise InvalidDefinitionError(
                    f"The function {op!r} makes {node.key} and others, of which some would have to be made before and "
                    "some after another asset. Write can_subset=True and make only context.selected_asset_keys, or "
                    "split it."
                )
    _refuse_parts(graph, ordered, chosen)
    return groups


def _refuse_parts(graph: AssetGraph, ordered: Sequence[AssetNode], chosen: set[str]) -> None:
    whole = {node.definition.op for node in ordered if node.definition.op and not node.definition.can_subset}
    if not whole:
        return
    for node in graph.nodes:
        if node.definition.op in whole and node.key not in chosen:
            raise InvalidDefinitionError(
                f"The function {node.definition.op!r} makes {node.key} as well, and only all of its assets together. "
                "Select that too, or write can_subset=True."
            )


def _order(graph: AssetGraph, groups: dict[str, list[AssetNode]], step_of: dict[str, str]) -> list[str]:
    """The steps, each after those whose assets it reads."""
    above = {
        name: {step_of[up] for node in members for up in graph.earlier_keys(node.key) if up in step_of} - {name}
        for name, members in groups.items()
    }
    below: dict[str, list[str]] = {name: [] for name in groups}
    for name, names in above.items():
        for up in names:
            below[up].append(name)
    missing = {name: len(names) for name, names in above.items()}
    ready = [name for name, count in missing.items() if count == 0]
    order: list[str] = []
    for name in ready:
        order.append(name)
        for down in below[name]:
            missing[down] -= 1
            if missing[down] == 0:
                ready.append(down)
    return order
