"""The life of a worker: forked from the host, it answers one call after another until the engine hangs up."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from headwater.definitions.definitions import Definitions
from headwater.errors import InvalidInvocationError
from headwater.location.code.tracebacks import describe
from headwater.location.code.user_calls import Stopped, kept_loop
from headwater.location.memory import resident_bytes
from headwater.location.protocol.wire import Channel, Emitted, Raised, Returned, to_worker

leftovers = ExitStack()
"""What tasks have left open for later ones, to be closed when the worker ends."""

_folders: list[str] = []


def own_folder() -> Path | None:
    """Where the task under way writes its files; None where it writes to whoever called it, on this machine."""
    return Path(_folders[0]) if _folders else None


Emit: TypeAlias = Callable[[bytes], None]
Task: TypeAlias = Callable[[Definitions, bytes, Emit], bytes]
"""What a call carries out: from the definitions and a payload to a result, reporting on the way."""


def find_task(name: str) -> Task:
    """The function that `module:function` names."""
    module, _, function = name.partition(":")
    task: Task = getattr(importlib.import_module(module), function)
    return task


def serve(connection: socket.socket, definitions: Definitions) -> None:
    """Answer calls until the engine hangs up."""
    signal.signal(signal.SIGTERM, _stop)
    channel = Channel(connection)
    forked, own = resident_bytes(), os.getpid()

    def emit(body: bytes) -> None:
        if os.getpid() != own:
            raise InvalidInvocationError(
                "A process that user code has forked can't report: hand what it has to the process that forked it."
            )
        channel.send(Emitted(body))

    with leftovers, kept_loop():
        while (frame := channel.receive()) is not None:
            call = to_worker.decode(frame)
            _folders[:] = [] if call.folder is None else [call.folder]
            try:
                try:
                    result = find_task(call.task)(definitions, call.payload, emit)
                finally:
                    if os.getpid() != own:
                        # User code has forked, and lets the copy return too. Only one may answer, and hear more.
                        os._exit(0)
            except SystemExit:
                raise
            except BaseException as error:
                # User code may raise anything, KeyboardInterrupt and CancelledError too; this process is well.
                channel.send(Raised(describe(error), resident_bytes() - forked))
            else:
                channel.send(Returned(result, resident_bytes() - forked))
            sys.stdout.flush()
            sys.stderr.flush()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # Ends user code by an exception, so that its `finally` blocks run; whoever swallows it is killed a little later.
    raise Stopped(128 + signal.SIGTERM)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when the host is gone, however it went (Linux; elsewhere the host does it)."""
    if sys.platform != "linux":
        return
    import ctypes

    set_parent_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
