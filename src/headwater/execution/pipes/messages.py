"""What a program reports, line by line, as results of the step. A wrong line is named, and the next one read."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from headwater.definitions.assets.results import AssetCheckResult, AssetCheckSeverity, MaterializeResult
from headwater.definitions.metadata.infer import MetadataValue
from headwater.errors import HeadwaterError, PipesError
from headwater.execution.pipes.context_data import StepContext, assets_of
from headwater.execution.pipes.metadata import read_metadata
from headwater.keys import AssetKey

PipesExecutionResult: TypeAlias = MaterializeResult[Any] | AssetCheckResult

_VERSION_FIELD = "__dagster_pipes_version"
_VERSION = "0.1"
_SHOWN = 200


class PipesMessageHandler:
    """Takes what a program reports, from any thread, and keeps what it comes to.

    A custom `PipesMessageReader` gets one and passes on each message as it arrives.

    Args:
        context: Of the step that the program works for.

    Example:
        >>> from headwater import build_asset_context
        >>> handler = PipesMessageHandler(build_asset_context(asset_key="rows"))
        >>> handler.handle_message({"method": "report_custom_message", "params": {"payload": 7}})
        >>> handler.get_custom_messages()
        [7]
    """

    def __init__(self, context: StepContext) -> None:
        self._log = context.log
        self._assets = frozenset(assets_of(context))
        self._lock = threading.Lock()
        self._made: dict[AssetKey, MaterializeResult[Any]] = {}
        self._judged: list[AssetCheckResult] = []
        self._custom: list[Any] = []
        self.refused: list[str] = []
        """What was reported that the step does not make, or twice: the step fails with it."""
        self.received_opened_message = False
        self.received_closed_message = False
        self.exception: str | None = None
        """The exception that the program said it closes with."""
        self._methods: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "opened": self._opened,
            "closed": self._closed,
            "log": self._told,
            "report_asset_materialization": self._materialized,
            "report_asset_check": self._checked,
            "report_custom_message": lambda params: self._custom.append(params.get("payload")),
            "log_external_stream": _print,
        }

    def get_reported_results(self) -> list[PipesExecutionResult]:
        """The materializations and checks so far."""
        with self._lock:
            return [*self._made.values(), *self._judged]

    def get_custom_messages(self) -> list[Any]:
        """The payloads of custom messages so far."""
        with self._lock:
            return list(self._custom)

    def handle_line(self, text: str) -> None:
        """Take one line of a stream that holds nothing but messages."""
        if not text.strip():
            return
        try:
            message = json.loads(text)
        except ValueError as error:
            self._complain(f"is no JSON ({error})", text)
            return
        self.handle_message(message)

    def handle_message(self, message: Any) -> None:
        """Take one message."""
        if not isinstance(message, dict) or not isinstance(message.get("params") or {}, dict):
            self._complain("is no object with `method` and `params`", json.dumps(message))
            return
        method = self._methods.get(str(message.get("method")))
        if method is None:
            self._complain(f"has the method {message.get('method')!r}, which there is not", json.dumps(message))
            return
        try:
            with self._lock:
                self._check_version(message.get(_VERSION_FIELD))
                method(message.get("params") or {})
        except (HeadwaterError, TypeError, ValueError, KeyError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else f"can't be used: {error}"
            self._complain(reason, json.dumps(message))

    def is_message(self, text: str) -> bool:
        """Whether a line of a stream that holds other things too is a message."""
        return text.lstrip().startswith("{") and _VERSION_FIELD in text

    def report_pipes_framework_exception(self, origin: str, error: BaseException) -> None:
        """Say that reading messages failed; those that come later are lost."""
        self._log.error("Reading the messages of the outside process failed in %s: %s", origin, error)

    def _check_version(self, version: Any) -> None:
        if version is not None and version != _VERSION and not self.received_opened_message:
            self._log.warning("The outside process speaks version %s of the Pipes protocol, not %s.", version, _VERSION)

    def _complain(self, reason: str, text: str) -> None:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        self._log.error("A message of the outside process %s, so it was skipped: %s", reason.rstrip("."), shown)

    def _opened(self, _params: Mapping[str, Any]) -> None:
        self.received_opened_message = True

    def _closed(self, params: Mapping[str, Any]) -> None:
        self.received_closed_message = True
        exception = params.get("exception")
        if exception:
            name, message = exception.get("name") or "Exception", str(exception.get("message") or "").strip()
            self.exception = message if message.startswith(name) else f"{name}: {message}"
            stack = "".join(exception.get("stack") or [])
            self._log.error("The outside process closed with an exception: %s\n%s", self.exception, stack)

    def _told(self, params: Mapping[str, Any]) -> None:
        level = str(params.get("level", "INFO")).lower()
        log = {
            "debug": self._log.debug,
            "warning": self._log.warning,
            "error": self._log.error,
            "critical": self._log.critical,
        }.get(level, self._log.info)
        log("%s", params.get("message", ""))

    def _materialized(self, params: Mapping[str, Any]) -> None:
        key = self._asset(params)
        if key is None:
            return
        if key in self._made:
            self.refused.append(f"it reported a materialization of {key.to_user_string()} more than once")
            return
        self._made[key] = MaterializeResult(
            asset_key=key,
            metadata=self._metadata(params, f"the materialization of {key.to_user_string()}"),
            data_version=params.get("data_version"),
        )

    def _checked(self, params: Mapping[str, Any]) -> None:
        key = self._asset(params)
        if key is None:
            return
        if not isinstance(params["passed"], bool):
            raise PipesError(f"`passed` is true or false, but {params['passed']!r} came.")
        self._judged.append(
            AssetCheckResult(
                asset_key=key,
                check_name=params["check_name"],
                passed=params["passed"],
                severity=AssetCheckSeverity(params.get("severity") or "ERROR"),
                metadata=self._metadata(params, f"the check {params['check_name']!r}"),
            )
        )

    def _asset(self, params: Mapping[str, Any]) -> AssetKey | None:
        """The asset of a report; None, and a reason to fail, where the step has none such."""
        text = params.get("asset_key")
        if text is None and len(self._assets) == 1:
            return next(iter(self._assets))
        key = None if text is None else AssetKey.from_escaped_user_string(str(text))
        if key not in self._assets:
            own = ", ".join(sorted(each.to_user_string() for each in self._assets))
            self.refused.append(f"it reported {text or 'an asset without saying which'}, but this step makes {own}")
            return None
        return key

    def _metadata(self, params: Mapping[str, Any], of: str) -> dict[str, MetadataValue]:
        found, complaints = read_metadata(params.get("metadata") or {})
        for complaint in complaints:
            self._log.error("In the metadata of %s, %s", of, complaint)
        return found


def _print(params: Mapping[str, Any]) -> None:
    stream = sys.stderr if params.get("stream") == "stderr" else sys.stdout
    stream.write(str(params.get("text", "")))
    stream.flush()
