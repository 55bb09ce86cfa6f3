"""A project whose user code does everything wrong that user code does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import headwater as hw

WATCHED = Path(os.environ.get("HEADWATER_TEST_WATCHED", "/nonexistent"))
HANGS_SECONDS = float(os.environ.get("HEADWATER_TEST_HANGS_SECONDS", "0.5"))

raw = hw.AssetSpec("raw", description="What somebody else makes.", owners=["team:data"])


@hw.asset(deps=[raw], automation_condition=hw.AutomationCondition.eager())
def cleaned(context: hw.AssetExecutionContext) -> hw.MaterializeResult[None]:
    """Made as soon as raw changes."""
    context.log.info("cleaning in %s", context.run_id)
    print("to standard output")
    subprocess.run([sys.executable, "-c", "import sys; print('from a child', file=sys.stderr)"], check=True)
    return hw.MaterializeResult(metadata={"rows": 3, "worker": os.getpid(), "server": os.getppid()})


@hw.asset(deps=[cleaned], automation_condition=hw.AutomationCondition.eager())
def summary() -> int:
    """Made in the same run as cleaned, after it."""
    return 41


@hw.asset
def answer(summary: int) -> int:
    """Gets the value of summary."""
    return summary + 1


@hw.asset
def raises() -> None:
    """Fails."""
    secret_free_name = 0
    print(1 / secret_free_name)


@hw.asset(deps=[raises])
def after_raises() -> None:
    """Never gets its turn."""


@hw.asset
def exits() -> None:
    """Ends its process without a word."""
    os._exit(3)


@hw.asset
def kills_itself() -> None:
    """Dies as when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


@hw.asset(timeout=HANGS_SECONDS)
def hangs() -> None:
    """Works for ever, and swallows what would stop it."""
    while True:
        try:
            signal.pause()
        except BaseException:
            continue


@hw.asset
def unpicklable() -> object:
    """Returns what can't be stored."""
    return lambda: None


@hw.asset_check(asset=cleaned)
def has_rows() -> bool:
    """Passes."""
    return True


@hw.asset_check(asset=cleaned)
def says_nothing() -> None:
    """Forgets its result."""


@hw.sensor(minimum_interval_seconds=0.1, timeout=10)
def watch_file(context: hw.SensorEvaluationContext) -> hw.SensorResult | hw.SkipReason:
    """Polls a modification time."""
    try:
        seen = str(WATCHED.stat().st_mtime_ns)
    except FileNotFoundError:
        return hw.SkipReason("no file yet")
    if seen == context.cursor:
        return hw.SkipReason("unchanged")
    context.log.info("the file changed")
    event = hw.AssetMaterialization("raw", metadata={"mtime_ns": int(seen)})
    return hw.SensorResult(asset_events=[event], cursor=seen)


@hw.sensor(minimum_interval_seconds=3_600)
def broken() -> None:
    """Raises."""
    raise RuntimeError("the outside is gone")


@hw.sensor(minimum_interval_seconds=3_600, default_status=hw.DefaultSensorStatus.STOPPED, target=["answer"])
def starts_runs() -> hw.RunRequest:
    """Requests one run for ever."""
    return hw.RunRequest(run_key="once")


defs = hw.Definitions(
    assets=[raw, cleaned, summary, answer, raises, after_raises, exits, kills_itself, hangs, unpicklable],
    asset_checks=[has_rows, says_nothing],
    sensors=[watch_file, broken, starts_runs],
)
