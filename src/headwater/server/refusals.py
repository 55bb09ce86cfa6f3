"""How the query API answers what it can't do: errors as problems, and requests that its description does not allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ExceptionHandlersMap

from headwater.errors import HeadwaterError
from headwater.server import shapes
from headwater.server.access.guard import TokenRequiredError
from headwater.server.expected import instead, mend
from headwater.server.problems import MEDIA_TYPE, UNFORESEEN, base_of, invalid_request, plain_problem, problem_of

ANY_PARAMETERS = "any_parameters"
"""Option of a handler that takes whatever parameters come."""
_Request = Request[Any, Any, State]
_log = structlog.get_logger(__name__)


def refuse_unknown_parameters(request: _Request) -> Response[shapes.Problem] | None:
    """The refusal of a request with a query parameter that its route does not have.

    A typing error must not pass for a request without the parameter.
    """
    if not request.scope["query_string"] or request.route_handler.opt.get(ANY_PARAMETERS):
        return None
    known = _parameters_of(request.app)[request.route_handler]
    unknown = [name for name in request.query_params if name not in known]
    if not unknown:
        return None
    named = " ".join(f"There is no parameter {name!r} here. {instead(name, sorted(known))}" for name in unknown)
    return _answer(invalid_request(named, base_of(request.scope)))


def _parameters_of(app: Litestar) -> dict[BaseRouteHandler, frozenset[str]]:
    """The names of the query parameters that each handler reads, found out once."""
    known: dict[BaseRouteHandler, frozenset[str]] | None = app.state.get("parameters")
    if known is None:
        known = app.state["parameters"] = {
            handler: frozenset(each.field_alias for each in model.expected_query_params)
            for route in app.routes
            if isinstance(route, HTTPRoute)
            for handler, model in route.route_handler_map.values()
        }
    return known


def _answer(problem: shapes.Problem, headers: Mapping[str, str] | None = None) -> Response[shapes.Problem]:
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def _answer_ours(request: _Request, error: HeadwaterError) -> Response[shapes.Problem]:
    status = 401 if isinstance(error, TokenRequiredError) else None
    return _answer(problem_of(error, base_of(request.scope), status))


def _answer_http(request: _Request, error: HTTPException) -> Response[shapes.Problem]:
    if isinstance(error, NotFoundException) and "route_handler" not in request.scope:
        base = base_of(request.scope)
        told = f"There is nothing at {request.url.path}. {base}/api/docs describes all that there is."
        return _answer(plain_problem(404, told))
    if isinstance(error, MethodNotAllowedException):
        allowed = (error.headers or {}).get("allow", "")
        return _answer(plain_problem(405, f"{request.method} is not possible here, but {allowed}."), {"Allow": allowed})
    details = [item for item in error.extra if isinstance(item, dict)] if isinstance(error.extra, list) else []
    detail = error.detail
    if details:
        named = "; ".join(f"{item.get('key', '')}: {item.get('message', '')}" for item in details)
        mends = dict.fromkeys(filter(None, (_mend(request, item) for item in details)))
        detail = " ".join([f"{detail} ({named})", *mends])
    if error.status_code == 400:
        return _answer(invalid_request(detail, base_of(request.scope)))
    return _answer(plain_problem(error.status_code, detail))


def _mend(request: _Request, item: dict[str, Any]) -> str:
    """What one thing that was wrong with a request should have been, where that can be said."""
    key, message = str(item.get("key", "")), str(item.get("message", ""))
    parameters = request.route_handler.parsed_fn_signature.parameters
    name = key.partition("[")[0]
    if name in parameters:
        return mend(message, key[len(name) :], parameters[name].annotation)
    return mend(message, key, parameters["data"].annotation) if "data" in parameters else ""


def _answer_invalid(request: _Request, error: msgspec.ValidationError) -> Response[shapes.Problem]:
    return _answer(invalid_request(str(error), base_of(request.scope)))


def _answer_unforeseen(request: _Request, error: Exception) -> Response[shapes.Problem]:
    _log.error("a request was not foreseen", method=request.method, path=request.url.path, exc_info=error)
    return _answer(plain_problem(500, UNFORESEEN))


HANDLERS: ExceptionHandlersMap = {
    HeadwaterError: _answer_ours,
    HTTPException: _answer_http,
    msgspec.ValidationError: _answer_invalid,
    Exception: _answer_unforeseen,
}
"""By which errors are answered."""
