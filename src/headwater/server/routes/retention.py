"""How long events are kept: read and set; and what takes the room."""

from __future__ import annotations

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from sqlalchemy.engine import Connection

from headwater.definitions.metadata.retention import Keep, Sort
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources.retention import retention_list, storage_view
from headwater.storage.log.writer import Unit
from headwater.storage.upkeep import retention, sizes


@get("/retention", sync_to_thread=True, summary="How long events are kept")
def get_retention(deployment: NamedDependency[Deployment]) -> shapes.RetentionList:
    """The rules in force, those that definitions have for their assets included."""
    return _listed(deployment)


@put("/retention", sync_to_thread=True, summary="Set how long events are kept")
def put_retention(
    deployment: NamedDependency[Deployment], data: JSONBody[shapes.RetentionBody]
) -> shapes.RetentionList:
    """One rule, in place of what held before. The engine follows at its next pass, within an hour."""
    _change(deployment, Sort(data.sort), Keep(data.days, data.count), data.asset)
    return _listed(deployment)


@delete("/retention", status_code=200, sync_to_thread=True, summary="Take a rule of retention away")
def remove_retention(
    deployment: NamedDependency[Deployment], sort: FromQuery[shapes.SortName], asset: FromQuery[str | None] = None
) -> shapes.RetentionList:
    """What the definition says holds again, or what holds for all assets, or the default."""
    _change(deployment, Sort(sort), None, asset)
    return _listed(deployment)


@get("/storage", sync_to_thread=True, summary="What takes the room")
def get_storage(deployment: NamedDependency[Deployment], exact: FromQuery[bool] = False) -> shapes.StorageView:
    """By table with its indexes, and by asset, those with most events first.

    Rows of large tables are estimated unless `exact` asks for them to be counted, which takes a while on a large log.
    """
    return storage_view(deployment.store.read(lambda connection: sizes.measure(connection, exact=exact)))


def _change(deployment: Deployment, sort: Sort, keep: Keep | None, asset: str | None) -> None:
    def save(connection: Connection, _events: object) -> None:
        rules = retention.read_rules(connection).changed(sort, keep, asset)
        retention.save_rules(connection, rules)

    deployment.store.write(Unit(effect=save))


def _listed(deployment: Deployment) -> shapes.RetentionList:
    return retention_list(deployment.store.read(retention.read_rules), deployment.graph())
