"""What an error of the API looks like: a problem as RFC 9457 has it, of a type that can be looked up."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

import headwater.errors as errors
from headwater.errors import HeadwaterError
from headwater.server import shapes
from headwater.server.http import Headers, Send, send_bytes

MEDIA_TYPE = "application/problem+json"
PATH = "/api/problems/"
INVALID_REQUEST = "invalid-request"
UNFORESEEN = "The server can't answer that; its log says why, at the id in this answer's header x-request-id."
"""Of an error that is ours."""

_STATUS: dict[type[HeadwaterError], int] = {
    errors.UnknownAssetError: 404,
    errors.UnknownEventError: 404,
    errors.UnknownRunError: 404,
    errors.UnknownScheduleError: 404,
    errors.UnknownBackfillError: 404,
    errors.UnknownSensorError: 404,
    errors.UnknownJobError: 404,
    errors.UnknownWebhookError: 404,
    errors.UnknownAlertRuleError: 404,
    errors.UnknownLocationError: 404,
    errors.UnknownPrincipalError: 404,
    errors.ExternalAssetError: 409,
    errors.InvalidTransitionError: 409,
    errors.ConflictError: 409,
    errors.IdempotencyConflictError: 422,
    errors.RequestForbiddenError: 403,
    errors.TooManyRequestsError: 429,
    errors.StoreUnavailableError: 503,
    errors.RunLogsError: 503,
    errors.NoAnswerError: 504,
}


def status_of(error: HeadwaterError) -> int:
    """The status that an error of ours is answered with; one that nobody lists blames the request."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)


def slug_of(kind: type[HeadwaterError]) -> str:
    """The name of a type of problem, such as `unknown-asset`; a subclass elsewhere has its nearest base's."""
    known = next(each for each in kind.__mro__ if each.__module__ == errors.__name__)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", known.__name__.removesuffix("Error")).lower()


def problem_of(error: HeadwaterError, base: str = "", status: int | None = None) -> shapes.Problem:
    """An error of ours as a problem.

    Args:
        error: What was raised.
        base: The path that the deployment is at, without a slash at its end.
        status: Another status than the error's usual one.
    """
    slug = slug_of(type(error))
    found = _problem(base + PATH + slug, _title(slug), status or status_of(error), str(error))
    if isinstance(error, errors.SelectionSyntaxError):
        found.at = shapes.TextPosition(
            position=error.position,
            line=error.line,
            column=error.column,
            expected=list(error.expected),
            suggestion=error.suggestion,
        )
    return found


def invalid_request(detail: str, base: str = "") -> shapes.Problem:
    """A request that does not fit the description of its route."""
    return _problem(base + PATH + INVALID_REQUEST, _title(INVALID_REQUEST), 400, detail)


def plain_problem(status: int, detail: str) -> shapes.Problem:
    """A problem that the status alone names."""
    return _problem("about:blank", HTTPStatus(status).phrase, status, detail)


async def send_problem(send: Send, problem: shapes.Problem, headers: Headers = ()) -> None:
    """Answer with a problem, outside of the framework."""
    await send_bytes(send, problem.status, msgspec.json.encode(problem), MEDIA_TYPE.encode(), headers)


def base_of(scope: Mapping[str, Any]) -> str:
    """The path that a request's deployment is at, without a slash at its end."""
    root: str = scope.get("root_path") or ""
    return root.rstrip("/")


def kinds() -> dict[str, shapes.ProblemKind]:
    """Every type of problem by name, with its meaning from the docstring of the error."""
    found = {
        slug_of(kind): shapes.ProblemKind(
            type=PATH + slug_of(kind),
            title=_title(slug_of(kind)),
            status=_STATUS.get(kind, 400),
            meaning=inspect.getdoc(kind) or "",
        )
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, HeadwaterError)
    }
    found[INVALID_REQUEST] = shapes.ProblemKind(
        type=PATH + INVALID_REQUEST,
        title=_title(INVALID_REQUEST),
        status=400,
        meaning="A parameter or the body does not fit the route's description; the detail names each.",
    )
    return found


def _problem(type_: str, title: str, status: int, detail: str) -> shapes.Problem:
    return shapes.Problem(type=type_, title=title, status=status, detail=detail, error=detail)


def _title(slug: str) -> str:
    return slug.replace("-", " ").capitalize()
