"""Jobs: listed, and run."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from headwater.definitions.runs.run_config import plain_run_config
from headwater.records.runs.requests import plan_job
from headwater.records.runs.runs import Cause
from headwater.records.runs.wanted_config import check_wanted_config
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import automation, jobs, runs
from headwater.server.routes.parameters import LARGEST
from headwater.server.shapes.conditions import AutomationView
from headwater.storage.runs import requests as run_requests


@get("/jobs", sync_to_thread=True, summary="Jobs")
def list_jobs(deployment: NamedDependency[Deployment]) -> shapes.JobPage:
    """The jobs of all code locations, by name."""
    return shapes.JobPage(items=jobs.list_jobs(deployment.graph()))


@get("/jobs/{name:str}", sync_to_thread=True, summary="One job")
def get_job(deployment: NamedDependency[Deployment], name: FromPath[str]) -> shapes.JobView:
    """A job, and the assets that it makes."""
    return jobs.job_view(*deployment.graph().job(name))


@get("/jobs/{name:str}/automation", sync_to_thread=True, summary="Why a job is run, or is not")
def get_job_automation(
    deployment: NamedDependency[Deployment],
    name: FromPath[str],
    partition: FromQuery[str | None] = None,
    cursor: Annotated[int | None, QueryParameter(ge=0, le=LARGEST)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 20,
) -> AutomationView:
    """The condition of the job: the value of every part now, and evaluations that mattered."""
    graph, now = deployment.graph(), deployment.clock.now()
    return deployment.store.read(
        lambda c: automation.job_automation_view(c, graph, name, now, partition=partition, before=cursor, limit=limit)
    )


@post("/jobs/{name:str}/runs", sync_to_thread=True, summary="Run a job")
def run_job(
    deployment: NamedDependency[Deployment],
    asked_by: NamedDependency[Cause],
    name: FromPath[str],
    data: JSONBody[shapes.JobRunBody],
) -> shapes.RunView:
    """Request a run of a job; the answer comes once the request is on disk."""
    graph = deployment.graph()
    run = plan_job(
        graph,
        name,
        cause=asked_by,
        now=deployment.clock.now(),
        partition=data.partition,
        partitions=data.partitions,
        tags=data.tags,
        run_config=None if data.run_config is None else plain_run_config(data.run_config),
    )
    check_wanted_config(graph, [run])
    deployment.store.write(run_requests.unit_of([run]))
    return runs.run_view(run)
