"""The loader of a code location: import the user's definitions, and fork a host that serves them; again when asked.

Run as `python -m headwater.location.hosts.loader`. What the user's files import from elsewhere stays imported, so that
to load changed files takes moments. It serves nothing itself: a broken or endless file leaves the last host at work.
"""

from __future__ import annotations

import argparse
import gc
import os
import socket
import sys
import traceback
from contextlib import suppress

from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.definitions import Definitions
from headwater.definitions.resources.kept_by_default import kept_by_default
from headwater.definitions.snapshot import encode_snapshot
from headwater.location.code.imported import forget_own_modules, own_files
from headwater.location.code.load import load_definitions
from headwater.location.code.tracebacks import describe, is_plumbing
from headwater.location.hosts import worker
from headwater.location.hosts.host import Host
from headwater.location.memory import give_back_free_memory, resident_bytes
from headwater.location.protocol import wire


class Loader:
    """The loop between the engine's socket and the hosts."""

    def __init__(self, control: socket.socket, target: str) -> None:
        self._control = control
        self._target = target
        self._buffer = bytearray()
        self._sockets: list[int] = []
        self._hosts: set[int] = set()
        self._loads = 0

    def serve(self) -> None:
        """Load whenever the engine asks, until it hangs up."""
        while True:
            received, sockets, _, _ = socket.recv_fds(self._control, 65_536, 16)
            if not received:
                return
            self._buffer += received
            self._sockets += sockets
            while wire.unpack(self._buffer) is not None:
                self._load(self._sockets.pop(0))

    def _load(self, descriptor: int) -> None:
        """Load the definitions and fork the host that talks on a socket."""
        self._bury()
        self._loads += 1
        # What the last load left behind can go, now that its host has it.
        gc.unfreeze()
        forget_own_modules()
        try:
            definitions = load_definitions(self._target)
            snapshot = encode_snapshot(build_snapshot(definitions))
            by_default = kept_by_default(definitions)
        except BaseException as error:  # user code may raise anything, SystemExit included
            os.close(descriptor)
            self._send(wire.LoadFailed(describe(error), own_files(), self._is_sure(error), _is_own(error)))
            return
        files = own_files()
        # What is loaded stays shared with host and workers instead of being copied at their first collection.
        gc.collect()
        give_back_free_memory()
        gc.freeze()
        pid = os.fork()
        if pid == 0:
            self._become_host(descriptor, definitions)
        self._hosts.add(pid)
        os.close(descriptor)
        self._send(wire.Loaded(snapshot, files, pid, resident_bytes(), by_default))

    def _is_sure(self, error: BaseException) -> bool:
        """Whether the error is in the files, and not in what an earlier load left in this process."""
        return self._loads == 1 or isinstance(error, SyntaxError)

    def _become_host(self, descriptor: int, definitions: Definitions) -> None:
        code = 1
        try:
            self._control.close()
            Host(socket.socket(fileno=descriptor), definitions).serve()
            code = 0
        except BaseException as error:
            sys.stderr.write(f"host {os.getpid()} ended: {error!r}\n")
        finally:
            os._exit(code)

    def _bury(self) -> None:
        """Collect hosts that have ended; others' children, such as those of user code, are left alone."""
        for pid in list(self._hosts):
            try:
                ended, _ = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                ended = pid
            if ended:
                self._hosts.discard(pid)

    def _send(self, message: wire.FromLoader) -> None:
        # The engine may be gone; reading its socket tells, and ends the loop.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._control.sendall(wire.pack(message))


def _is_own(error: BaseException) -> bool:
    """Whether the user's files, or ours on their behalf, have raised it, and no library that they use."""
    places = (frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__))
    last = [place for place in places if not is_plumbing(place)][-1:]
    return not any(mark in place for place in last for mark in ("site-packages", "dist-packages"))


def _release() -> str:
    from importlib.metadata import version  # slow to import, and needed for other environments alone

    return version("headwater")


def main() -> None:
    """Serve the engine on the socket that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--task", action="append", default=[])
    parser.add_argument("--rereads", action="store_true")
    parser.add_argument("--foreign", action="store_true")
    arguments = parser.parse_args()
    # An import that never ends must not outlive the engine.
    worker.die_with_parent(arguments.parent)
    control = socket.socket(fileno=arguments.control)
    for task in arguments.task:
        worker.find_task(task)
    # Files that are saved twice within a second look alike to Python's cache.
    sys.dont_write_bytecode = arguments.rereads
    control.sendall(wire.pack(wire.Ready(wire.PROTOCOL, _release() if arguments.foreign else None)))
    with suppress(ConnectionResetError):
        Loader(control, arguments.target).serve()
    # Threads that the user's code left running would keep the process alive.
    os._exit(0)


if __name__ == "__main__":
    main()
