"""The query API: its routes as one list, and what their handlers are given."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin

from headwater.records.access.tokens import Principal
from headwater.records.log.events import Reporter
from headwater.records.runs.runs import Cause
from headwater.server.access.guard import PRINCIPAL
from headwater.server.access.hosts import Hosts
from headwater.server.deployment import Deployment, Deployments
from headwater.server.http import MOST_BODY_BYTES
from headwater.server.openapi import DESCRIPTION, ApiDescription, ApiDocs, docs_router
from headwater.server.refusals import HANDLERS, refuse_unknown_parameters
from headwater.server.routes import (
    access,
    alerts,
    assets,
    automation,
    backfills,
    corrections,
    deployment,
    deployments,
    events,
    graph,
    held_reports,
    jobs,
    limits,
    locations,
    partitions,
    problems,
    provider,
    retention,
    runs,
    schedules,
    search,
    sensors,
    session,
    webhooks,
)
from headwater.traces import current_trace
from headwater.version import package_version

ROUTES = [
    deployment.get_deployment,
    session.get_sign_in_ways,
    session.sign_in,
    session.sign_out,
    problems.list_problems,
    problems.get_problem,
    provider.start_sign_in,
    provider.finish_sign_in,
    deployments.list_deployments,
    deployments.create_deployment,
    deployments.remove_deployment,
    held_reports.list_held_reports,
    held_reports.decide_held_report,
    held_reports.get_report_rules,
    held_reports.put_report_rules,
    access.get_me,
    access.list_tokens,
    access.create_token,
    access.revoke_token,
    access.list_people,
    access.change_person,
    access.end_sessions,
    access.list_audit,
    access.verify_audit,
    search.find,
    alerts.list_alerts,
    alerts.list_alert_rules,
    alerts.put_alert_rule,
    alerts.delete_alert_rule,
    alerts.test_alert_rule,
    alerts.list_alert_deliveries,
    assets.list_assets,
    assets.get_asset,
    assets.list_asset_events,
    assets.list_definitions,
    assets.list_series,
    assets.list_activity,
    assets.list_sparks,
    assets.list_arrivals,
    assets.list_partitions,
    assets.list_partition_ranges,
    assets.list_partition_keys,
    automation.get_automation,
    automation.get_run_why,
    events.list_events,
    events.get_event,
    events.get_upstream,
    events.get_downstream,
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
    locations.list_engines,
    limits.list_limits,
    limits.set_limit,
    limits.remove_limit,
    retention.get_retention,
    retention.put_retention,
    retention.remove_retention,
    retention.get_storage,
    jobs.list_jobs,
    jobs.get_job,
    jobs.get_job_automation,
    jobs.run_job,
    webhooks.list_webhooks,
    webhooks.put_webhook,
    webhooks.delete_webhook,
    webhooks.try_webhook,
    backfills.plan_backfill,
    backfills.request_backfill,
    backfills.list_backfills,
    backfills.get_backfill,
    backfills.list_backfill_runs,
    backfills.pause_backfill,
    backfills.resume_backfill,
    backfills.cancel_backfill,
    backfills.retry_backfill,
    corrections.withdraw_event,
    corrections.wipe_asset,
    corrections.rename_asset,
    partitions.list_dynamic_keys,
    partitions.change_dynamic_keys,
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
    sensors.reset_sensor,
    sensors.set_cursor,
    sensors.get_state,
    sensors.clear_state,
    sensors.dry_run_sensor,
    schedules.list_schedules,
    schedules.get_schedule,
    schedules.list_schedule_ticks,
    schedules.start_schedule,
    schedules.stop_schedule,
    schedules.reset_schedule,
    schedules.tick_schedule,
    schedules.dry_run_schedule,
]

CLIENT_HEADER = "Headwater-Client"
"""By which the app says who it is."""
CLIENT_APP = "app"
_Request = Request[Any, Any, State]


class _Api(Litestar):
    """Litestar with no more than msgspec's models: to know pydantic's and attrs' too costs memory and time at start."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def build_api() -> Litestar:
    """The application below `/api`; each request's deployment stands in its scope."""
    return _Api(
        route_handlers=[Router("/api", route_handlers=ROUTES)],
        dependencies={
            "deployment": Provide(_find_deployment, sync_to_thread=False),
            "principal": Provide(_find_principal, sync_to_thread=False),
            "asked_by": Provide(_find_asker, sync_to_thread=False),
            "reporter": Provide(_find_reporter, sync_to_thread=False),
            "deployments": Provide(_find_deployments, sync_to_thread=False),
            "hosts": Provide(_find_hosts, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        before_request=refuse_unknown_parameters,
        openapi_config=OpenAPIConfig(
            title="Headwater",
            version=package_version(),
            openapi_router=docs_router("/api/docs"),
            description=DESCRIPTION,
            render_plugins=[ApiDocs(), ApiDescription()],
        ),
        request_max_body_size=MOST_BODY_BYTES,
    )


def _find_deployment(request: _Request) -> Deployment:
    found: Deployment = request.scope["state"]["headwater_deployment"]
    return found


def _find_principal(request: _Request) -> Principal:
    found: Principal = request.scope["state"][PRINCIPAL]
    return found


def _find_asker(request: _Request) -> Cause:
    """Why a run is requested that a request asks for."""
    return Cause(kind=_door(request), name=_find_principal(request).name, trace=current_trace.get())


def _find_reporter(request: _Request) -> Reporter:
    """Who changes something with a request that is no report."""
    return Reporter(_door(request), _find_principal(request).actor, trace=current_trace.get())


def _door(request: _Request) -> Literal["app", "api"]:
    """By which door a request came: from a person in the app, or from any other client."""
    is_in_app = request.headers.get(CLIENT_HEADER) == CLIENT_APP or _find_principal(request).session_id is not None
    return "app" if is_in_app else "api"


def _find_deployments(request: _Request) -> Deployments:
    found: Deployments = request.scope["state"]["headwater_deployments"]
    return found


def _find_hosts(request: _Request) -> Hosts:
    found: Hosts = request.scope["state"]["headwater_hosts"]
    return found
