"""Jobs as the API shows them."""

from __future__ import annotations

from headwater.definitions.snapshot import JobSnapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.server import shapes
from headwater.server.resources.events import metadata_view


def list_jobs(graph: AssetGraph) -> list[shapes.JobView]:
    """All jobs, by name."""
    return [job_view(job, location) for _, (job, location) in sorted(graph.jobs.items())]


def job_view(job: JobSnapshot, location: str) -> shapes.JobView:
    """One job."""
    return shapes.JobView(
        name=job.name,
        location=location,
        description=job.description,
        selection=job.selection,
        assets=list(job.assets),
        tags=job.tags,
        owners=list(job.owners),
        metadata=metadata_view(job.metadata),
        run_config=job.run_config,
        partitioned=job.partitions is not None,
    )
