"""The nodes that conditions add to the graph are told from assets by their keys, whatever assets are called."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

import headwater as hw
from headwater.automation.conditions.checks import CheckNodes, asset_of, check_node_key, check_of
from headwater.automation.conditions.jobs import job_node_key, job_of, with_checks_and_jobs
from headwater.definitions.build_snapshot import build_snapshot
from headwater.graph.asset_graph import build_graph
from headwater.keys import AssetKey

ODD = st.text("a:\\/\n=2", max_size=6)
KEYS = st.lists(ODD, max_size=3).map(lambda parts: AssetKey(parts).to_escaped_user_string())


@given(KEYS, ODD, KEYS)
@example("", "", "\\")
@example("a\nb", "total", "\n\na")
def test_no_two_nodes_share_a_key(asset: str, check: str, other: str) -> None:
    """A check's key tells whose it is; an asset's is never taken for a check's or job's, and so on around."""
    node, job = check_node_key(asset, check), job_node_key(check)

    assert ((asset, check), asset) == (check_of(node), asset_of(node))
    assert (None, check) == (check_of(job), job_of(job))
    assert (None, None, other) == (check_of(other), job_of(other), asset_of(other))
    assert job_of(node) is None


def test_a_reported_key_with_line_breaks_is_an_asset() -> None:
    """It was taken for a check that nobody has, and the engine ended over it."""

    @hw.asset_check(asset="orders", automation_condition=hw.AutomationCondition.eager())
    def total() -> hw.AssetCheckResult:
        return hw.AssetCheckResult(passed=True)

    defs = hw.Definitions([hw.AssetSpec("orders")], asset_checks=[total])
    graph = build_graph([("here", build_snapshot(defs))], reported_keys=["a\nb", "\n\nc"])

    assert {("orders", "total")} == set(CheckNodes(with_checks_and_jobs(graph)).numbers)
