"""A project with resources, config, retries, several assets of one function and a job."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr

import headwater as hw

NOTES = Path(os.environ.get("HEADWATER_TEST_NOTES", "/dev/null"))


def note(text: str) -> None:
    """Write a line where the test looks."""
    with NOTES.open("a") as file:
        file.write(text + "\n")


class Vault(hw.ConfigurableResource):
    """Holds a secret."""

    password: str
    _open: bool = PrivateAttr(default=False)

    def setup_for_execution(self, context: hw.InitResourceContext) -> None:
        """Open."""
        self._open = True
        note("vault opened")

    def teardown_after_execution(self, context: hw.InitResourceContext) -> None:
        """Close."""
        note("vault closed")


class Window(hw.Config):
    """How much."""

    days: int = 7


@hw.asset
def secretive(context: hw.AssetExecutionContext, vault: Vault) -> hw.MaterializeResult[Any]:
    """Tells its secret wherever it can."""
    context.log.info("the password is %s", vault.password)
    return hw.MaterializeResult(metadata={"leak": f"<{vault.password}>"})


@hw.asset
def careless(vault: Vault) -> None:
    """Tells its secret as it fails."""
    raise ValueError(f"wrong password {vault.password}")


@hw.asset(retry_policy=hw.RetryPolicy(max_retries=2))
def flaky(context: hw.AssetExecutionContext) -> int:
    """Works the third time."""
    if context.retry_number < 2:
        raise RuntimeError(f"try {context.retry_number}")
    return context.retry_number


@hw.asset(retry_policy=hw.RetryPolicy(max_retries=1))
def dies_once(context: hw.AssetExecutionContext) -> None:
    """Takes its process along the first time."""
    if context.retry_number == 0:
        os._exit(3)


@hw.asset
def windowed(config: Window) -> int:
    """Its value is its config."""
    return config.days


@hw.multi_asset(outs={"left": hw.AssetOut(), "right": hw.AssetOut(is_required=False)})
def halves(windowed: int) -> Iterator[Any]:
    """Gives only one of its two."""
    yield hw.Output(windowed, "left", metadata={"days": windowed})


@hw.asset
def below_left(left: int) -> int:
    """Reads one output."""
    return left


@hw.asset
def below_right(right: int) -> int:
    """Reads the other, which is not made."""
    return right


DAYS = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-02-01")


@hw.asset(partitions_def=DAYS)
def daily(context: hw.AssetExecutionContext) -> dict[str, str]:
    """Makes several days in one go."""
    note(f"{len(context.partition_keys)} days")
    return {key: key for key in context.partition_keys}


defs = hw.Definitions(
    assets=[daily, secretive, careless, flaky, dies_once, windowed, halves, below_left, below_right],
    resources={"vault": Vault(password=hw.EnvVar("HEADWATER_TEST_PASSWORD"))},
    jobs=[
        hw.define_asset_job(
            "weekly",
            selection=hw.AssetSelection.assets("windowed").downstream(),
            config=hw.RunConfig(ops={"windowed": Window(days=3)}),
            tags={"team": "a"},
        )
    ],
)
