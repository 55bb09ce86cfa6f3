"""A session: the time in which an outside program works for a step, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from headwater.definitions.assets.results import AssetCheckResult, MaterializeResult
from headwater.definitions.contexts.steps import AssetCheckExecutionContext
from headwater.errors import PipesError
from headwater.execution.pipes.context_data import StepContext, assets_of, context_data
from headwater.execution.pipes.context_injectors import PipesContextInjector
from headwater.execution.pipes.message_readers import PipesMessageReader
from headwater.execution.pipes.messages import PipesExecutionResult, PipesMessageHandler
from headwater.execution.pipes.parameters import (
    CONTEXT_VARIABLE,
    MESSAGES_VARIABLE,
    PipesParams,
    as_argument,
    encode_param,
)


class PipesSession:
    """What a program needs to take part, and what it has reported. Made by `open_pipes_session`.

    Args:
        context: Of the step.
        message_handler: Takes what is reported.
        context_injector_params: Where the context is.
        message_reader_params: Where messages go.

    Example:
        >>> from headwater import build_asset_context
        >>> context = build_asset_context(asset_key="rows")
        >>> session = PipesSession(context, PipesMessageHandler(context), {"data": {}}, {"path": "/tmp/messages"})
        >>> sorted(session.get_bootstrap_env_vars())
        ['DAGSTER_PIPES_CONTEXT', 'DAGSTER_PIPES_MESSAGES']
    """

    def __init__(
        self,
        context: StepContext,
        message_handler: PipesMessageHandler,
        context_injector_params: PipesParams,
        message_reader_params: PipesParams,
    ) -> None:
        self.context = context
        self.message_handler = message_handler
        self._params = {CONTEXT_VARIABLE: context_injector_params, MESSAGES_VARIABLE: message_reader_params}

    def get_bootstrap_params(self) -> dict[str, PipesParams]:
        """What the program is to be told, by the name of the environment variable."""
        return dict(self._params)

    def get_bootstrap_env_vars(self) -> dict[str, str]:
        """The environment variables that the program is to have."""
        return {name: encode_param(params) for name, params in self._params.items()}

    def get_bootstrap_cli_arguments(self) -> dict[str, str]:
        """The same as arguments, for where a program gets no environment."""
        return {as_argument(name): value for name, value in self.get_bootstrap_env_vars().items()}

    def get_reported_results(self) -> list[PipesExecutionResult]:
        """What the program has reported so far."""
        return self.message_handler.get_reported_results()

    def get_custom_messages(self) -> list[Any]:
        """The payloads of the program's custom messages so far."""
        return self.message_handler.get_custom_messages()

    def get_results(
        self, *, implicit_materializations: bool = True, metadata: Mapping[str, Any] | None = None
    ) -> list[PipesExecutionResult]:
        """What the program came to, for the function to return or yield.

        Args:
            implicit_materializations: Whether assets of which it has said nothing count as made.
            metadata: Added to each materialization that says nothing of a name.

        Raises:
            PipesError: it reported what this step does not make, or an asset twice.
        """
        if self.message_handler.refused:
            raise PipesError(f"The outside process made a mistake: {'; '.join(self.message_handler.refused)}.")
        results = self.get_reported_results()
        told = {each.asset_key for each in results if isinstance(each, MaterializeResult)}
        is_check = isinstance(self.context, AssetCheckExecutionContext)
        if implicit_materializations and not is_check:
            results += [MaterializeResult(asset_key=key) for key in assets_of(self.context) if key not in told]
        if not metadata:
            return results
        return [_with_metadata(each, metadata) if isinstance(each, MaterializeResult) else each for each in results]


def _with_metadata(result: MaterializeResult[Any], metadata: Mapping[str, Any]) -> MaterializeResult[Any]:
    return MaterializeResult(
        asset_key=result.asset_key,
        metadata={**metadata, **result.metadata},
        check_results=result.check_results,
        data_version=result.data_version,
        tags=result.tags,
    )


@contextmanager
def open_pipes_session(
    context: StepContext,
    context_injector: PipesContextInjector,
    message_reader: PipesMessageReader,
    extras: Mapping[str, Any] | None = None,
) -> Iterator[PipesSession]:
    """The time in which an outside program works for a step; whoever starts the program waits inside it.

    Args:
        context: The function's.
        context_injector: Hands over the context.
        message_reader: Gets the messages.
        extras: What else the program is told; JSON.

    Raises:
        PipesError: the extras are no JSON.

    Example:
        >>> from headwater import build_asset_context
        >>> from headwater import PipesEnvContextInjector, PipesTempFileMessageReader
        >>> context = build_asset_context(asset_key="rows")
        >>> with open_pipes_session(context, PipesEnvContextInjector(), PipesTempFileMessageReader()) as session:
        ...     environment = session.get_bootstrap_env_vars()
        >>> [result.asset_key for result in session.get_results()]
        [AssetKey(['rows'])]
    """
    handler = PipesMessageHandler(context)
    with (
        context_injector.inject_context(context_data(context, extras)) as where_context,
        message_reader.read_messages(handler) as where_messages,
    ):
        yield PipesSession(context, handler, where_context, where_messages)
    if not handler.received_opened_message:
        context.log.warning(
            "The outside process sent no message at all. Does it call open_dagster_pipes()? %s %s",
            context_injector.no_messages_debug_text(),
            message_reader.no_messages_debug_text(),
        )
    elif not handler.received_closed_message:
        context.log.warning(
            "The outside process did not say that it closed: it ended early, or its last messages were lost."
        )


class PipesClientCompletedInvocation:
    """What came of a program that a client has run to its end.

    Args:
        session: The session, over.
        metadata: What the client knows of it, for each materialization.

    Example:
        >>> from headwater import build_asset_context
        >>> context = build_asset_context(asset_key="rows")
        >>> session = PipesSession(context, PipesMessageHandler(context), {}, {})
        >>> PipesClientCompletedInvocation(session).get_materialize_result().asset_key
        AssetKey(['rows'])
    """

    def __init__(self, session: PipesSession, metadata: Mapping[str, Any] | None = None) -> None:
        self._session = session
        self.metadata = dict(metadata or {})

    def get_results(self, *, implicit_materializations: bool = True) -> Sequence[PipesExecutionResult]:
        """What it came to, for the function to return or yield.

        Args:
            implicit_materializations: Whether assets of which it has said nothing count as made.

        Raises:
            PipesError: it reported what this step does not make, or an asset twice.
        """
        return self._session.get_results(implicit_materializations=implicit_materializations, metadata=self.metadata)

    def get_materialize_result(self, *, implicit_materialization: bool = True) -> MaterializeResult[Any]:
        """The one materialization that it came to, with what its checks found.

        Args:
            implicit_materialization: Whether the asset counts as made though nothing was said of it.

        Raises:
            PipesError: there is none, or there are several.
        """
        results = self.get_results(implicit_materializations=implicit_materialization)
        made = [each for each in results if isinstance(each, MaterializeResult)]
        if len(made) != 1:
            raise PipesError(
                f"The outside process made {len(made)} assets, not one; return get_results(), which has all of them."
            )
        checks = [each for each in results if isinstance(each, AssetCheckResult)]
        return MaterializeResult(
            asset_key=made[0].asset_key,
            metadata=made[0].metadata,
            check_results=checks,
            data_version=made[0].data_version,
            tags=made[0].tags,
        )

    def get_asset_check_result(self) -> AssetCheckResult:
        """The one check result that it came to, for the function of a check.

        Raises:
            PipesError: there is none, or there are several.
        """
        found = [each for each in self.get_results() if isinstance(each, AssetCheckResult)]
        if len(found) != 1:
            raise PipesError(f"The outside process reported {len(found)} check results, not one.")
        return found[0]

    def get_custom_messages(self) -> Sequence[Any]:
        """The payloads of its custom messages."""
        return self._session.get_custom_messages()
