"""Runs and backfills by the beginning of their ids."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy.engine import Connection

from headwater.server.shapes.search import SearchHit
from headwater.storage.runs import backfills, runs
from headwater.storage.runs.filter import RunFilter

_DIGITS = re.compile(r"[0-9a-f]{6,32}")
"""From six on, hardly two ids begin alike, and hardly a word is meant."""
_NAMED = 3


def find_by_id(connection: Connection, words: str, limit: int) -> list[SearchHit]:
    """What has an id that begins with what was typed, the newest first; nothing where that is no part of an id."""
    digits = words.strip().lower().replace("-", "")
    if not _DIGITS.fullmatch(digits):
        return []
    found_runs = runs.read_newest(connection, RunFilter(id_starts=digits), limit=limit)
    found_backfills = backfills.read_newest(connection, id_starts=digits, limit=limit - len(found_runs))
    hits = [
        SearchHit(kind="run", name=run.run_id, found_in="id", text=_of(run.status.value, run.assets))
        for run in found_runs
    ]
    hits += [
        SearchHit(kind="backfill", name=each.backfill_id, found_in="id", text=_of(each.status.value, each.assets))
        for each in found_backfills
    ]
    return hits


def _of(status: str, assets: Sequence[str]) -> str:
    named = ", ".join(assets[:_NAMED])
    return f"{status}: {named}{f' and {len(assets) - _NAMED} more' if len(assets) > _NAMED else ''}"
