"""The query API: its routes as one list, and errors turned into answers in one place."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig

from headwater.errors import (
    ConflictError,
    ExternalAssetError,
    HeadwaterError,
    InvalidTransitionError,
    NotAllowedError,
    SelectionSyntaxError,
    StoreUnavailableError,
    TooManyRequestsError,
    UnknownAssetError,
    UnknownEventError,
    UnknownJobError,
    UnknownLocationError,
    UnknownPrincipalError,
    UnknownRunError,
    UnknownSensorError,
)
from headwater.records.access import Principal
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.guard import PRINCIPAL, ForeignOriginError, TokenRequiredError
from headwater.server.hosts import Hosts
from headwater.server.resources.selections import position_of
from headwater.server.routes import (
    access,
    assets,
    corrections,
    deployment,
    graph,
    jobs,
    locations,
    runs,
    sensors,
    session,
)
from headwater.server.version import package_version

ROUTES = [
    deployment.get_deployment,
    session.get_sign_in_ways,
    session.sign_in,
    session.sign_out,
    access.get_me,
    access.list_tokens,
    access.create_token,
    access.revoke_token,
    access.list_people,
    access.change_person,
    access.end_sessions,
    access.list_audit,
    access.verify_audit,
    assets.list_assets,
    assets.get_asset,
    assets.list_asset_events,
    assets.list_definitions,
    assets.list_series,
    assets.list_sparks,
    assets.list_arrivals,
    assets.list_partitions,
    assets.list_events,
    graph.get_graph,
    graph.get_neighbourhood,
    graph.list_paths,
    graph.get_impact,
    graph.get_columns,
    graph.list_tables,
    graph.list_origins,
    graph.get_groups,
    graph.get_diff,
    graph.list_moments,
    graph.complete_selection,
    locations.list_locations,
    locations.reload_location,
    jobs.list_jobs,
    jobs.get_job,
    jobs.run_job,
    corrections.withdraw_event,
    corrections.wipe_asset,
    corrections.rename_asset,
    runs.list_runs,
    runs.request_run,
    runs.get_run,
    runs.list_run_events,
    runs.read_run_log,
    runs.cancel_run,
    runs.retry_run,
    sensors.list_sensors,
    sensors.get_sensor,
    sensors.list_ticks,
    sensors.start_sensor,
    sensors.stop_sensor,
    sensors.tick_sensor,
]

_STATUS: dict[type[HeadwaterError], int] = {
    UnknownAssetError: 404,
    UnknownEventError: 404,
    UnknownRunError: 404,
    UnknownSensorError: 404,
    UnknownJobError: 404,
    UnknownLocationError: 404,
    UnknownPrincipalError: 404,
    ExternalAssetError: 409,
    InvalidTransitionError: 409,
    ConflictError: 409,
    TokenRequiredError: 401,
    NotAllowedError: 403,
    ForeignOriginError: 403,
    TooManyRequestsError: 429,
    StoreUnavailableError: 503,
}

_Request = Request[Any, Any, State]


def build_api() -> Litestar:
    """The application below `/api`; each request's deployment stands in its scope."""
    return Litestar(
        route_handlers=[Router("/api", route_handlers=ROUTES)],
        dependencies={
            "deployment": Provide(_find_deployment, sync_to_thread=False),
            "principal": Provide(_find_principal, sync_to_thread=False),
            "hosts": Provide(_find_hosts, sync_to_thread=False),
        },
        exception_handlers={
            HeadwaterError: _answer_ours,
            HTTPException: _answer_http,
            msgspec.ValidationError: _answer_invalid,
        },
        compression_config=CompressionConfig(backend="gzip", minimum_size=1_000, gzip_compress_level=1),
        openapi_config=OpenAPIConfig(title="Headwater", version=package_version(), path="/api/schema"),
        request_max_body_size=10 * 1024 * 1024,
    )


def _find_deployment(request: _Request) -> Deployment:
    found: Deployment = request.scope["state"]["headwater_deployment"]
    return found


def _find_principal(request: _Request) -> Principal:
    found: Principal = request.scope["state"][PRINCIPAL]
    return found


def _find_hosts(request: _Request) -> Hosts:
    found: Hosts = request.scope["state"]["headwater_hosts"]
    return found


def _problem(status: int, message: str) -> Response[shapes.Problem]:
    return _answer(shapes.Problem(status=status, error=message))


def _answer(problem: shapes.Problem) -> Response[shapes.Problem]:
    return Response(problem, status_code=problem.status, media_type=MediaType.JSON)


def _answer_ours(_request: _Request, error: HeadwaterError) -> Response[shapes.Problem]:
    if isinstance(error, SelectionSyntaxError):
        return _answer(shapes.Problem(status=400, error=str(error), at=position_of(error)))
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    return _problem(status, str(error))


def _answer_http(_request: _Request, error: HTTPException) -> Response[shapes.Problem]:
    details = error.extra if isinstance(error.extra, list) else []
    named = "; ".join(f"{item.get('key', '')}: {item.get('message', '')}" for item in details if isinstance(item, dict))
    return _problem(error.status_code, f"{error.detail} ({named})" if named else error.detail)


def _answer_invalid(_request: _Request, error: msgspec.ValidationError) -> Response[shapes.Problem]:
    return _problem(400, str(error))
