"""Which version fed which, from the index that the append keeps: up to what was read, down to what was made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.storage.schema import version_inputs

_IN_QUERY = 500


class VersionLineage(msgspec.Struct, frozen=True, kw_only=True):
    """Versions around one, by `seq`: the steps to each, nearest first, and the edges (read, made) among them."""

    depth_of: dict[int, int]
    edges: list[tuple[int, int]]
    truncated: bool


def read_upstream(connection: Connection, seq: int, *, depth: int | None, limit: int) -> VersionLineage:
    """Everything that a version was made from, as it was read; at most `limit` versions, `depth` steps away."""
    return _follow(connection, seq, version_inputs.c.seq, version_inputs.c.upstream_seq, depth, limit)


def read_downstream(connection: Connection, seq: int, *, depth: int | None, limit: int) -> VersionLineage:
    """Everything that was made from a version, or from what was made from it; at most `limit`, `depth` steps away."""
    return _follow(connection, seq, version_inputs.c.upstream_seq, version_inputs.c.seq, depth, limit)


def _follow(
    connection: Connection, seq: int, here: sa.Column[int], there: sa.Column[int], depth: int | None, limit: int
) -> VersionLineage:
    depth_of = {seq: 0}
    edges: set[tuple[int, int]] = set()
    level, steps = [seq], 0
    while level and (depth is None or steps < depth):
        steps += 1
        following = []
        for near, far in _neighbours(connection, level, here, there):
            if far not in depth_of:
                if len(depth_of) >= limit:
                    return VersionLineage(depth_of=depth_of, edges=sorted(edges), truncated=True)
                depth_of[far] = steps
                following.append(far)
            edges.add((near, far) if there is version_inputs.c.seq else (far, near))
        level = following
    return VersionLineage(depth_of=depth_of, edges=sorted(edges), truncated=False)


def _neighbours(
    connection: Connection, level: Sequence[int], here: sa.Column[int], there: sa.Column[int]
) -> Iterator[tuple[int, int]]:
    for start in range(0, len(level), _IN_QUERY):
        query = sa.select(here, there).where(here.in_(level[start : start + _IN_QUERY])).order_by(here, there)
        yield from ((row[0], row[1]) for row in connection.execute(query))
