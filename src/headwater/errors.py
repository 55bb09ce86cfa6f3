"""Every exception that Headwater raises, in one shallow tree.

An error says what was expected, what came, and what to do; the values are attributes where a caller may want
them. User code that catches `HeadwaterError` catches all of them.
"""


class HeadwaterError(Exception):
    """Anything that Headwater itself finds wrong."""


class InvalidDefinitionError(HeadwaterError):
    """A definition contradicts itself or another one; found when it is built or when definitions are put together."""


class InvalidParameterError(InvalidDefinitionError, TypeError):
    """An argument has the wrong type or a value that the parameter does not allow."""


class DuplicateDefinitionError(InvalidDefinitionError):
    """Two definitions claim one name."""


class CyclicDependencyError(InvalidDefinitionError):
    """Native assets depend on each other in a circle, so that none of them could ever be made first."""


class InvalidMetadataError(InvalidDefinitionError):
    """A metadata value is of a kind that cannot be stored."""


class SelectionError(InvalidDefinitionError):
    """A selection asks for something that is not known where it is resolved."""


class SelectionSyntaxError(SelectionError):
    """A text is not a selection: `line` and `column` count from 1, `position` from 0; `expected` could stand there."""

    position: int = 0
    line: int = 1
    column: int = 1
    expected: tuple[str, ...] = ()
    suggestion: str | None = None


class InvalidConfigError(HeadwaterError):
    """The configuration of a run, an asset or a resource does not fit what it is for; found before work starts."""


class InvalidInvocationError(HeadwaterError):
    """Something was called in a way that its definition does not allow, such as a sensor without its context."""


class ExternalAssetError(HeadwaterError):
    """An external asset was asked to be materialized or scheduled; only the system that owns it can do that."""


class UnknownAssetError(HeadwaterError):
    """A key names no asset of the loaded definitions."""


class UnknownPartitionError(HeadwaterError):
    """A partition key is not one of the asset's partitions."""


class UnknownSensorError(HeadwaterError):
    """A name is not that of a sensor of the loaded definitions."""


class UnknownLocationError(HeadwaterError):
    """A name is not that of a code location."""


class UnknownResourceError(HeadwaterError):
    """A function asks for a resource that nobody gave."""


class UnknownJobError(HeadwaterError):
    """A name is not that of a job of the loaded definitions."""


class UnknownWebhookError(HeadwaterError):
    """A name is not that of a webhook of the deployment."""


class UnknownAlertRuleError(HeadwaterError):
    """A name is not that of an alert rule of the deployment."""


class UnknownRunError(HeadwaterError):
    """An id is not that of a run in the store."""


class UnknownBackfillError(HeadwaterError):
    """An id is not that of a backfill in the store."""


class InvalidTransitionError(HeadwaterError):
    """A run, step or tick was told of something that cannot happen in the state it is in."""


class SensorResultError(HeadwaterError):
    """A sensor returned something that is not one of the forms a tick can end with."""


class SensorStateError(HeadwaterError):
    """What a sensor wants to keep in `context.state` is too much, or can't be stored."""


class NoAnswerError(HeadwaterError):
    """What was asked of an engine was not answered in time."""


class ScheduleResultError(HeadwaterError):
    """What a schedule's function returned or raised is nothing that its tick can lead to."""


class UnknownScheduleError(HeadwaterError):
    """There is no schedule of that name."""


class StepOutputError(HeadwaterError):
    """An asset or check function returned something that its definition does not allow."""


class UserExitError(HeadwaterError):
    """A function of the user's called `sys.exit`, which would end a process that others use too."""


class PipesError(HeadwaterError):
    """A program that works for a step by Pipes failed, could not be started, or reported what it may not."""


class MissingInputError(HeadwaterError):
    """The stored value of an upstream asset could not be found when a step asked for it."""


class StoreError(HeadwaterError):
    """The store cannot do what it was asked; nothing of the request was kept."""


class StoreUnavailableError(StoreError):
    """The database does not answer, or has no room; try again once it does."""


class SchemaVersionError(StoreError):
    """The database was written by another version of Headwater than the one that opens it."""


class ConflictError(StoreError):
    """Somebody else changed the same row first, so this change was dropped whole."""


class ArchiveError(StoreError):
    """A file is no export or backup of a store, or it is damaged, cut off, or of a newer release."""


class IdempotencyConflictError(StoreError):
    """An idempotency key came before with another content; nothing of this report was kept."""


class UnknownEventError(StoreError):
    """A number is not that of an event in the log, or of one that can be withdrawn."""


class LocationError(HeadwaterError):
    """A code location could not be loaded, or its process is gone."""


class WorkerDiedError(LocationError):
    """A worker process ended while it was working: user code exited, was killed, or ran out of memory."""


class WorkerTimeoutError(LocationError):
    """A worker process was stopped because it worked longer than it was allowed to."""


class RunLogsError(HeadwaterError):
    """The place where the logs of runs are kept can't be reached, or refuses; the runs themselves go on."""


class UnknownPrincipalError(HeadwaterError):
    """An id is not that of a token or a person of the deployment."""


class ReportRefusedError(HeadwaterError):
    """A report from outside is malformed; the message names the field and the mend."""


class ReportRejectedError(ReportRefusedError):
    """A rule of the deployment does not take a report; the message says which, and how an admin lets it in."""


class InvalidCursorError(HeadwaterError):
    """A place in a listing is not one that an earlier answer gave."""


class RequestForbiddenError(HeadwaterError):
    """A request needs a token, or comes from where none is accepted."""


class NotAllowedError(RequestForbiddenError):
    """Whoever sent a request is known, but may not do that; the message names the scope or selection that it needs."""


class TooManyRequestsError(RequestForbiddenError):
    """A token was used more often than its limit allows; `retry_after` is in seconds."""

    retry_after: int = 1


class ClientError(HeadwaterError):
    """The server refused a request of the Python client, or could not be reached."""


class SettingsError(HeadwaterError):
    """A setting, a deployment name or a folder is not usable as given."""
