"""How an asset's condition stands now, for whoever asks: worked out from the store for this one asset."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from headwater.automation.conditions.checks import asset_of, check_node_key, with_checks
from headwater.automation.conditions.compiled import Compiler
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Automated, commits
from headwater.automation.conditions.explain import Explained
from headwater.automation.conditions.jobs import job_node_key, with_jobs
from headwater.automation.conditions.memory import KEYS, decode_keys, decode_memory
from headwater.automation.conditions.plan import mentions
from headwater.automation.conditions.restore import restore_states
from headwater.definitions.partitions import DynamicKeys
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import CORRECTIONS
from headwater.storage.automation import decided as automation_store
from headwater.storage.automation.kept import read_kept
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log import event_log
from headwater.storage.runs.backfill_rests import read_begun

_PAGE = 1_000


def look_now(
    connection: Connection,
    graph: AssetGraph,
    key: str,
    now: int,
    check: str | None = None,
    job: str | None = None,
) -> tuple[Conditions, Explained] | None:
    """The conditions of one asset, or of its check, or of a job, at the head of the log, and the value of its parts.

    None where there is no condition. Nothing is written, and nothing is requested.
    """
    graph = graph.without_views()
    if check is not None:
        graph, key = with_checks(graph, (key, check)), check_node_key(key, check)
    elif job is not None:
        graph, key = with_jobs(graph, job), job_node_key(job)
    if key not in graph.ids:
        return None
    near = neighbourhood(graph, key)
    position = automation_store.read_position(connection)
    keys = [node.key for node in near.nodes]
    memory = automation_store.read_memory(connection, [KEYS[0], *keys])
    kept_keys, present_keys = memory.pop(KEYS, None), dynamic_partitions.read_all(connection)
    automated = automation_store.read_automated(connection)
    conditions = Conditions(
        near,
        seq=position.seq,
        now=position.moment or now,
        memory=decode_memory(memory),
        automated={name: Automated(*automated[name]) for name in keys if name in automated},
        dynamic=DynamicKeys(present_keys if kept_keys is None else decode_keys(kept_keys)),
        only={key},
    )
    if near.ids[key] not in conditions.plan.roots:
        return None
    restore_states(conditions, read_kept(connection, position.seq, {asset_of(name) for name in keys}))
    conditions.begin()
    seq = position.seq
    while events := event_log.read_after(connection, seq, _PAGE):
        seq = events[-1].seq
        for together in commits(events):
            told = [event for event in together if event.kind not in CORRECTIONS]
            if told:
                conditions.commit(told, rests=read_begun(connection, told))
    if conditions.all_spaces.has_dynamic:
        conditions.use_dynamic(DynamicKeys(present_keys))
    conditions.pass_time(now)
    return conditions, conditions.explain(key)


def neighbourhood(graph: AssetGraph, key: str) -> AssetGraph:
    """The part of a graph that the condition of one asset looks at."""
    start = graph.ids[key]
    condition = graph.nodes[start].definition.condition
    near = {start}
    if condition is not None:
        node = Compiler().compile(condition) if not mentions(condition, "any_downstream_conditions") else None
        if node is None:
            near |= graph.descendants(key) | graph.ancestors(key)
        else:
            furthest = max((steps for steps, _ in node.reads), default=0)
            others = {graph.ids[other] for other, _ in node.others if other in graph.ids}
            near |= graph.ancestors(key, max(furthest, 1)) | others
    return graph.subgraph(near)
