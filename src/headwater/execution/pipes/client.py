"""Clients run a program for a step; this one as a process of this machine."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any

from headwater.definitions.resources.definition import ResourceBase
from headwater.errors import PipesError
from headwater.execution.pipes.context_data import StepContext
from headwater.execution.pipes.context_injectors import PipesContextInjector, PipesTempFileContextInjector
from headwater.execution.pipes.lines import LineSplitter
from headwater.execution.pipes.message_readers import (
    PipesMessageReader,
    PipesStdioMessageReader,
    PipesTempFileMessageReader,
)
from headwater.execution.pipes.session import PipesClientCompletedInvocation, PipesSession, open_pipes_session

_CHUNK = 65_536


class PipesClient(ResourceBase, ABC):
    """Runs a program for a step, somewhere. A parameter annotated with a client gets the resource of its name.

    Example:
        >>> class Nowhere(PipesClient):
        ...     def run(self, *, context, extras=None, **options):
        ...         reader = PipesTempFileMessageReader()
        ...         with open_pipes_session(context, PipesTempFileContextInjector(), reader, extras) as session:
        ...             pass
        ...         return PipesClientCompletedInvocation(session)
    """

    @abstractmethod
    def run(
        self, *, context: StepContext, extras: Mapping[str, Any] | None = None, **options: Any
    ) -> PipesClientCompletedInvocation:
        """Run it to its end.

        Args:
            context: The function's.
            extras: What else it is told; JSON.
            options: What the client needs besides.
        """


class PipesSubprocessClient(PipesClient):
    """Runs a program as a process of this machine.

    What it prints goes to the step's log as it comes. A step that is canceled or takes too long ends it too.

    Args:
        env: Environment variables besides those of this process.
        cwd: The folder that it works in.
        context_injector: Hands over the context; a temporary file if left out.
        message_reader: Gets the messages; from a temporary file if left out.
        forward_termination: Whether it ends with the step.
        forward_stdio: Whether what it prints is kept.
        termination_timeout_seconds: How long it may take to end when it is asked to, before it is killed.

    Example:
        >>> from headwater import AssetExecutionContext, MaterializeResult, asset, materialize
        >>> @asset
        ... def rows(context: AssetExecutionContext, shell: PipesSubprocessClient) -> MaterializeResult:
        ...     return shell.run(command=["true"], context=context).get_materialize_result()
        >>> materialize([rows], resources={"shell": PipesSubprocessClient()}).success
        True
    """

    def __init__(
        self,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        context_injector: PipesContextInjector | None = None,
        message_reader: PipesMessageReader | None = None,
        forward_termination: bool = True,
        forward_stdio: bool = True,
        termination_timeout_seconds: float = 20,
    ) -> None:
        self._env = dict(env or {})
        self._cwd = cwd
        self._injector = context_injector or PipesTempFileContextInjector()
        self._reader = message_reader or PipesTempFileMessageReader()
        self._forward_termination = forward_termination
        self._forward_stdio = forward_stdio
        self._grace = termination_timeout_seconds

    def run(  # type: ignore[override]
        self,
        *,
        context: StepContext,
        command: str | Sequence[str],
        extras: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> PipesClientCompletedInvocation:
        """Run a command to its end.

        Args:
            context: The function's.
            command: The program and its arguments; as one text they are split as a shell does.
            extras: What else it is told; JSON.
            env: More environment variables.
            cwd: The folder that it works in.

        Raises:
            PipesError: it can't be started, or ends with another status than 0.
        """
        words = shlex.split(command) if isinstance(command, str) else [os.fspath(word) for word in command]
        with open_pipes_session(context, self._injector, self._reader, extras) as session:
            environment = {**os.environ, **session.get_bootstrap_env_vars(), **self._env, **(env or {})}
            status = self._carry_out(words, environment, cwd or self._cwd)
        if status != 0:
            raise PipesError(_describe(words, status, session))
        return PipesClientCompletedInvocation(session)

    def _carry_out(self, words: Sequence[str], environment: Mapping[str, str], cwd: str | None) -> int:
        streams = {name: self._target(name) for name in ("stdout", "stderr")}
        try:
            process = subprocess.Popen(
                words,
                env=environment,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=streams["stdout"],
                stderr=streams["stderr"],
                # A step's processes are ended together; one that is to go on needs a group of its own.
                start_new_session=not self._forward_termination,
            )
        except OSError as error:
            raise PipesError(f"{shlex.join(words)} can't be started: {error}.") from error
        with self._reading(process), self._ending(process):
            return process.wait()

    def _target(self, name: str) -> int | None:
        """Where one of its outputs goes: to us, if messages are among it, else where ours goes."""
        if isinstance(self._reader, PipesStdioMessageReader) and self._reader.stream == name:
            return subprocess.PIPE
        return None if self._forward_stdio else subprocess.DEVNULL

    @contextmanager
    def _ending(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Whatever ends the function ends the process."""
        try:
            yield
        except BaseException:
            if self._forward_termination:
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGTERM)
                try:
                    process.wait(self._grace)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            raise

    @contextmanager
    def _reading(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Look for messages among what it prints."""
        stream = process.stdout or process.stderr
        if stream is None:
            yield
            return
        thread = threading.Thread(target=self._read, args=(stream,), name="pipes output", daemon=True)
        thread.start()
        try:
            yield
        finally:
            # A process that it left behind may hold the stream open.
            thread.join(self._grace)
            if not thread.is_alive():
                stream.close()

    def _read(self, stream: IO[bytes]) -> None:
        reader = self._reader
        assert isinstance(reader, PipesStdioMessageReader)
        target = sys.stdout if reader.stream == "stdout" else sys.stderr

        def take(line: str) -> None:
            if not reader.handle_line(line) and self._forward_stdio:
                target.write(line + "\n")
                target.flush()

        lines = LineSplitter(take)
        while piece := os.read(stream.fileno(), _CHUNK):
            lines.feed(piece)
        lines.end()


def _describe(words: Sequence[str], status: int, session: PipesSession) -> str:
    """Why a process is said to have failed."""
    if status < 0:
        ended = f"was killed by signal {-status} ({signal.Signals(-status).name})"
    else:
        ended = f"ended with status {status}"
    handler = session.message_handler
    if handler.exception is not None:
        why = f" It said: {handler.exception}"
    elif handler.received_opened_message and not handler.received_closed_message:
        why = " It did not say that it closed, so it ended in the middle of its work."
    else:
        why = " What it printed is in the step's log."
    return f"{shlex.join(words)} {ended}.{why}"
