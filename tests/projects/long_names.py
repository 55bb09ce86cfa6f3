"""An asset with all that is long: its key, its description, its tags; and what is made from it."""

import headwater as hw

LONG = "_".join(["customer_lifetime_value_by_region_and_channel"] * 5)[:200]
TABLE = f"| column | meaning |\n| --- | --- |\n| {'wide' * 60} | b |"
CODE = f"```sql\nselect {'a, ' * 120}b\n```"
DESCRIPTION = "\n\n".join(f"## Part {part}\n\n{TABLE}\n\n{CODE}" for part in range(6))


@hw.asset(
    name=LONG,
    description=DESCRIPTION,
    group_name="a_group_with_a_name_that_goes_on_and_on_and_on_for_ever",
    owners=["team:a_team_with_a_name_that_goes_on_and_on", "someone.with.a.name@subdomain.example.com"],
    tags={f"tag_number_{number}": "v" * 60 for number in range(40)},
)
def long_one(context: hw.AssetExecutionContext) -> hw.MaterializeResult[None]:
    """All of it."""
    context.log.info("x" * 2_000)
    return hw.MaterializeResult(metadata={"name_" * 30: "v" * 500, "rows": 7})


@hw.asset(key=["deep", *["x" * 60] * 3], deps=[LONG])
def deep() -> None:
    """Its parts are long, too, and nothing in them is a place to go on in the next line."""


defs = hw.Definitions(assets=[long_one, deep])
