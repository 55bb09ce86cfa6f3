"""The host of a code location: it holds loaded definitions, and forks a worker whenever the engine asks.

It runs no user code itself, so nothing that hangs or crashes in a worker keeps it from forking the next one.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
from contextlib import suppress

from headwater.definitions.definitions import Definitions
from headwater.location.hosts import worker
from headwater.location.memory import MAXRSS_UNIT, resident_bytes
from headwater.location.protocol import wire


class Host:
    """The loop between the engine's socket and the children."""

    def __init__(self, control: socket.socket, definitions: Definitions) -> None:
        self._control = control
        self._definitions = definitions
        self._workers: dict[int, int] = {}
        self._buffer = bytearray()
        self._sockets: list[int] = []
        self._wakeup, wakeup_sender = socket.socketpair()
        for end in (self._wakeup, wakeup_sender):
            end.setblocking(False)
        self._wakeup_sender = wakeup_sender
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup_sender.fileno(), warn_on_full_buffer=False)

    def serve(self) -> None:
        """Work until the engine hangs up, then end every worker."""
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(self._wakeup, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if self._wakeup in ready:
                with suppress(BlockingIOError):
                    self._wakeup.recv(4_096)
                self._reap()
            if self._control in ready and not self._read_control():
                break
        for pid in self._workers:
            _signal_group(pid, signal.SIGKILL)

    def _read_control(self) -> bool:
        try:
            received, sockets, _, _ = socket.recv_fds(self._control, 65_536, 64)
        except ConnectionResetError:
            return False
        if not received:
            return False
        self._buffer += received
        self._sockets += sockets
        while (body := wire.unpack(self._buffer)) is not None:
            message = wire.to_host.decode(body)
            if isinstance(message, wire.SpawnWorker):
                self._spawn(message.worker_id, self._sockets.pop(0))
            else:
                self._signal(message)
        return True

    def _spawn(self, worker_id: int, descriptor: int) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_worker(parent, descriptor)
        with suppress(OSError):
            os.setpgid(pid, pid)
        os.close(descriptor)
        self._workers[pid] = worker_id
        self._send(wire.WorkerSpawned(worker_id, pid, resident_bytes()))

    def _become_worker(self, parent: int, descriptor: int) -> None:
        code = 1
        try:
            os.setpgid(0, 0)
            worker.die_with_parent(parent)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for inherited in (self._control, self._wakeup, self._wakeup_sender):
                inherited.close()
            worker.serve(socket.socket(fileno=descriptor), self._definitions)
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        except BaseException as error:
            sys.stderr.write(f"worker {os.getpid()} ended: {error!r}\n")
        finally:
            # Not a clean exit: what the host registered with atexit is not the worker's to run.
            os._exit(code)

    def _signal(self, message: wire.SignalWorker) -> None:
        for pid, worker_id in self._workers.items():
            if worker_id == message.worker_id:
                _signal_group(pid, message.signal)

    def _reap(self) -> None:
        while self._workers:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            worker_id = self._workers.pop(pid, None)
            if worker_id is None:
                continue
            # Whatever the worker started goes with it.
            _signal_group(pid, signal.SIGKILL)
            killed = os.WIFSIGNALED(status)
            code = None if killed else os.waitstatus_to_exitcode(status)
            number = os.WTERMSIG(status) if killed else None
            self._send(wire.WorkerExited(worker_id, code, number, usage.ru_maxrss * MAXRSS_UNIT))

    def _send(self, message: wire.FromHost) -> None:
        # The engine may be gone; reading its socket tells, and ends the loop.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._control.sendall(wire.pack(message))


def _signal_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
