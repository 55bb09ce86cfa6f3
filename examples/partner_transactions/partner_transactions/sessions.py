"""The native asset on the clickstream."""

from datetime import timedelta

import polars as pl

import headwater as hw
from partner_transactions.external import CLICKSTREAM, DAYS
from partner_transactions.outputs import path_of, save
from partner_transactions.settings import LAKE

_PAUSE = timedelta(minutes=30)

# Eager looks at the newest day only; here each day that is reported, late and corrected ones too, is made.
_EVERY_DAY = hw.AutomationCondition.eager().without(hw.AutomationCondition.in_latest_time_window())


@hw.asset(
    deps=[CLICKSTREAM],
    partitions_def=DAYS,
    group_name="web",
    owners=["team:web", "team:analytics"],
    kinds={"polars", "parquet"},
    automation_condition=_EVERY_DAY,
    timeout=120,
)
def daily_sessions(context: hw.AssetExecutionContext) -> hw.MaterializeResult[None]:
    """The visits of a day: page views of one user with no pause of half an hour between them."""
    day = context.partition_key
    views = pl.read_parquet(LAKE / "clickstream" / f"date={day}" / "*.parquet")
    sessions = find_sessions(views)
    length = sessions.select((pl.col("ended_at") - pl.col("started_at")).dt.total_seconds().mean()).item()
    return hw.MaterializeResult(
        metadata={
            **save(sessions, path_of("daily_sessions", day)),
            "page_views": views.height,
            "users": sessions["user_id"].n_unique(),
            "mean_length_seconds": float(length or 0),
        }
    )


def find_sessions(views: pl.DataFrame) -> pl.DataFrame:
    """Group page views into sessions: one row each, by start."""
    ordered = views.sort("user_id", "at")
    begins = (pl.col("at").diff() > _PAUSE).fill_null(True).over("user_id")
    numbered = ordered.with_columns(session=begins.cum_sum().over("user_id"))
    return (
        numbered.group_by("user_id", "session")
        .agg(
            started_at=pl.col("at").min(),
            ended_at=pl.col("at").max(),
            page_views=pl.len(),
            first_page=pl.col("page").first(),
            bought=(pl.col("page") == "/checkout/done").any(),
        )
        .sort("started_at", "user_id")
    )
