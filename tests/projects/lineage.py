"""A small estate with all that the graph can be asked about."""

from __future__ import annotations

import headwater as hw


def lineage(**columns: list[tuple[str, str]]) -> dict[str, object]:
    """Column lineage as metadata."""
    deps = {name: [hw.TableColumnDep(key, column) for key, column in above] for name, above in columns.items()}
    return {"dagster/column_lineage": hw.TableColumnLineage(deps)}


raw = [hw.AssetSpec(["raw", name], group_name="raw", owners=["team:partners"], kinds={"csv"}) for name in ("a", "b")]


@hw.asset(deps=raw, group_name="clean", owners=["team:data"], metadata=lineage(id=[("joined", "id")]))
def joined() -> hw.MaterializeResult[None]:
    """Both, joined; what it really read is told when it is made."""
    deps = {"id": [hw.TableColumnDep(["raw", "a"], "id"), hw.TableColumnDep(["raw", "b"], "ref")]}
    return hw.MaterializeResult(metadata={"dagster/column_lineage": hw.TableColumnLineage(deps)})


@hw.asset(deps=[joined], group_name="report", owners=["cfo@example.com"], metadata=lineage(total=[("joined", "id")]))
def report() -> None:
    """What the CFO reads."""


knot = [hw.AssetSpec("x", deps=["y"]), hw.AssetSpec("y", deps=["x", report])]
checks = [hw.AssetCheckSpec("total", asset=report)]

defs = hw.Definitions([*raw, joined, report, *knot], asset_checks=checks)
