"""A project for executors: it notes which process does what, and waits where a test tells it to."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import headwater as hw

MEBIBYTE = 1_024 * 1_024
FOLDER = Path(os.environ.get("HEADWATER_TEST_FOLDER", "/tmp"))


def note(name: str, text: str = "") -> None:
    """Append to a file where the test looks, whole."""
    with (FOLDER / name).open("a") as file:
        file.write(f"{os.getpid()} {os.getppid()} {text}\n")


def wait_for(name: str) -> None:
    """Wait until somebody opens the pipe of that name."""
    with (FOLDER / name).open() as pipe:
        pipe.read()


@hw.resource
def connection() -> Iterator[int]:
    """Says when it is opened and closed."""
    note("connection", "opened")
    yield os.getpid()
    note("connection", "closed")


@hw.asset(required_resource_keys={"connection"})
def first(context: hw.AssetExecutionContext) -> int:
    """Uses the connection."""
    note("first")
    return int(context.resources.connection)


@hw.asset(required_resource_keys={"connection"})
def second(context: hw.AssetExecutionContext, first: int) -> int:
    """Uses the connection as well."""
    note("second")
    return int(context.resources.connection)


@hw.asset(op_tags={"headwater/gpus": "1"})
def trained() -> None:
    """Needs a machine of a certain kind."""
    note("trained")


@hw.asset
def tells_much() -> hw.MaterializeResult[None]:
    """Its report is too large to come as an event of the cluster."""
    return hw.MaterializeResult(metadata={"text": "x" * 100_000})


@hw.asset(op_tags={"licence": "one"})
def left() -> None:
    """Holds something of which there is one."""
    note("licence", "+")
    note("licence", "-")


@hw.asset(op_tags={"licence": "one"})
def right() -> None:
    """Likewise."""
    note("licence", "+")
    note("licence", "-")


@hw.asset
def patient() -> str:
    """Waits for the test, wherever it runs."""
    note("patient")
    wait_for("go")
    return "done"


@hw.asset
def below_patient(patient: str) -> str:
    """Comes after it."""
    return patient


@hw.asset
def endless() -> None:
    """Goes on until it is stopped, and tells."""
    note("endless", "started")
    try:
        while True:
            signal.pause()
    finally:
        note("endless", "stopped")


@hw.asset(op_tags={"headwater/cancel_grace": "0"})
def stubborn() -> None:
    """Does not end when it is told to."""
    note("stubborn")
    while True:
        with suppress(SystemExit):
            signal.pause()


@hw.asset
def counting(context: hw.AssetExecutionContext) -> None:
    """Tells how far it is, and waits for the test."""
    context.progress(1, 4, "the first quarter")
    note("counting")
    wait_for("go")
    context.progress(4, 4)


@hw.asset
def counted() -> None:
    """Prints."""
    print("printed on the worker")


@hw.asset(partitions_def=hw.StaticPartitionsDefinition([f"p{number}" for number in range(9)]))
def parted(context: hw.AssetExecutionContext) -> None:
    """Says which partitions it was called for."""
    note("parted", ",".join(context.partition_keys))


@hw.asset
def fails() -> None:
    """Raises."""
    raise ValueError("wrong on the worker")


@hw.asset
def hungry() -> int:
    """Asks for far more memory than its process may have."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + 64 * MEBIBYTE, most))
    return len(bytearray(1_024 * MEBIBYTE))


@hw.asset
def dies() -> None:
    """Takes its process along."""
    os._exit(5)


numbers = [hw.asset(name=f"n{number}", group_name="numbers")(lambda: None) for number in range(20)]

defs = hw.Definitions(
    assets=[
        first,
        second,
        trained,
        tells_much,
        left,
        right,
        patient,
        below_patient,
        endless,
        stubborn,
        counting,
        counted,
        parted,
        fails,
        hungry,
        dies,
        *numbers,
    ],
    resources={"connection": connection},
    executor=hw.multiprocess_executor.configured(
        {"tag_concurrency_limits": [{"key": "licence", "value": "one", "limit": 1}]}
    ),
)
