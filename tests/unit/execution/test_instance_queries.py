"""What an instance tells of runs, events and assets: the same from memory and from a store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import headwater as hw
from headwater.records.log.events import EventKind, PartitionsChanged, Reporter
from headwater.storage.log import event_log
from headwater.storage.store import Store

MATERIALIZED = hw.DagsterEventType.ASSET_MATERIALIZATION


@pytest.fixture(params=["memory", "store"])
def instance(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[hw.HeadwaterInstance]:
    """An instance of either kind."""
    made = hw.HeadwaterInstance.ephemeral() if request.param == "memory" else hw.HeadwaterInstance.local_temp(tmp_path)
    with made:
        yield made


@hw.asset
def orders() -> int:
    """Made without trouble."""
    return 1


@hw.asset
def broken() -> int:
    """Never made."""
    raise ValueError("no")


def _report(instance: hw.HeadwaterInstance, *partitions: str, key: str = "raw") -> None:
    for partition in partitions:
        instance.report_runless_asset_event(hw.AssetMaterialization(key, partition=partition))


def test_runs_are_filtered(instance: hw.HeadwaterInstance) -> None:
    """A filter finds runs by id, status, tags and time, and all of them without one."""
    good = hw.materialize([orders], instance=instance, tags={"team": "a"}).run_id
    bad = hw.materialize([broken], instance=instance, tags={"team": "b"}, raise_on_error=False).run_id
    now = datetime.now(UTC)  # noqa: TID251 - the instance goes by the system's clock

    def found(**wanted: object) -> list[str]:
        return [run.run_id for run in instance.get_runs(hw.RunsFilter(**wanted))]  # type: ignore[arg-type]

    assert found() == [bad, good]
    assert found(run_ids=[good, "elsewhere"]) == [good]
    assert found(statuses=[hw.RunStatus.FAILURE]) == [bad]
    assert found(tags={"team": "a"}) == [good]
    assert found(tags={"team": ["a", "b"]}) == [bad, good]
    assert found(job_name="nightly") == []
    assert found(created_after=now + timedelta(days=1)) == []
    assert found(created_before=now + timedelta(days=1)) == [bad, good]
    assert [run.run_id for run in instance.get_runs(limit=1)] == [bad]
    assert instance.get_runs_count(hw.RunsFilter(statuses=[hw.RunStatus.SUCCESS])) == 1


def test_a_run_stands_as_the_public_statuses_say(instance: hw.HeadwaterInstance) -> None:
    """Code that compares a run's status with `RunStatus`, as sensors of runs do, finds them equal."""
    hw.materialize([orders], instance=instance)
    hw.materialize([broken], instance=instance, raise_on_error=False)
    bad, good = instance.get_runs()

    assert [hw.RunStatus.FAILURE, hw.RunStatus.SUCCESS] == [bad.status, good.status]
    assert hw.DagsterRunStatus.SUCCESS is good.status
    assert (True, False, True, False) == (good.is_success, good.is_failure, bad.is_failure, bad.is_success)
    assert good.is_finished
    assert bad.is_finished
    assert {hw.AssetKey("orders")} == good.asset_selection


def test_run_records_tell_the_times(instance: hw.HeadwaterInstance) -> None:
    """A record has its run's times; by the newest of them, runs are found as well."""
    run_id = hw.materialize([orders], instance=instance).run_id
    (record,) = instance.get_run_records()
    assert record.dagster_run.run_id == run_id
    assert record == instance.get_run_record_by_id(run_id)
    assert record.start_time is not None
    assert record.end_time is not None
    assert record.create_timestamp.timestamp() <= record.start_time <= record.end_time
    assert record.update_timestamp.timestamp() == record.end_time
    instant = timedelta(microseconds=1)
    updated = record.update_timestamp

    def count(**wanted: datetime) -> int:
        return instance.get_runs_count(hw.RunsFilter(**wanted))  # type: ignore[arg-type]

    assert count(updated_after=updated - instant, updated_before=updated + instant) == 1
    assert count(updated_after=updated) == count(updated_before=updated) == 0
    assert instance.get_run_record_by_id("elsewhere") is None


def test_runs_come_in_pages(instance: hw.HeadwaterInstance) -> None:
    """The cursor is the last run of a page, in both directions."""
    ids = [hw.materialize([orders], instance=instance).run_id for _ in range(3)]
    assert [run.run_id for run in instance.get_runs(cursor=ids[2], limit=1)] == [ids[1]]
    assert [run.run_id for run in instance.get_runs(cursor=ids[0], ascending=True)] == ids[1:]
    assert [each.run.run_id for each in instance.get_run_records(limit=2, ascending=True)] == ids[:2]


def test_the_events_of_a_run(instance: hw.HeadwaterInstance) -> None:
    """A run's events come in order, page by page, of all kinds or some, and no other run's."""
    result = hw.materialize([orders], instance=instance)
    hw.materialize([orders], instance=instance)
    _report(instance, "a")
    whole = instance.get_records_for_run(result.run_id)
    kinds = [record.event_type for record in whole.records]
    assert (kinds[-1], whole.has_more) == (hw.DagsterEventType.RUN_SUCCESS, False)
    assert {record.run_id for record in whole.records} == {result.run_id}
    made = instance.get_records_for_run(result.run_id, of_type=MATERIALIZED).records
    assert [record.event_log_entry.asset_key for record in made] == [hw.AssetKey("orders")]
    both = {hw.DagsterEventType.STEP_START, hw.DagsterEventType.STEP_SUCCESS}
    assert len(instance.get_records_for_run(result.run_id, of_type=both, ascending=False).records) == 2
    seen: list[str] = []
    cursor, more = None, True
    while more:
        page = instance.get_records_for_run(result.run_id, cursor, limit=2)
        seen += [record.event_type for record in page.records]
        cursor, more = page.cursor, page.has_more
    assert seen == kinds
    assert instance.get_records_for_run("elsewhere").records == []


def test_events_of_an_asset_are_filtered_and_come_in_pages(instance: hw.HeadwaterInstance) -> None:
    """A filter narrows the pages of an asset's events; what is reported between two pages moves none of them."""
    _report(instance, "a", "b", "a", "c")
    _report(instance, "a", key="other")
    key = hw.AssetKey("raw")
    first = instance.fetch_materializations(key, limit=2)
    _report(instance, "d")
    second = instance.fetch_materializations(key, limit=2, cursor=first.cursor)
    pages = [[record.partition_key for record in page.records] for page in (first, second)]
    assert pages == [["c", "a"], ["b", "a"]]
    assert (first.has_more, second.has_more) == (True, False)
    only_a = instance.fetch_materializations(hw.AssetRecordsFilter(key, asset_partitions=["a"]), 10, ascending=True)
    assert [record.partition_key for record in only_a.records] == ["a", "a"]
    behind = hw.AssetRecordsFilter(key, after_storage_id=only_a.records[1].storage_id)
    assert [record.partition_key for record in instance.fetch_materializations(behind, 10).records] == ["d", "c"]
    nobody = instance.fetch_observations(behind, 10)
    assert (nobody.records, nobody.cursor, nobody.has_more) == ([], None, False)
    with pytest.raises(hw.InvalidCursorError, match="nonsense"):
        instance.fetch_materializations(key, 1, "nonsense")


def test_asset_keys_come_in_pages(instance: hw.HeadwaterInstance) -> None:
    """The cursor is the last key of a page as its `to_string` has it; any other text is refused."""
    for key in ("a", "b", "c"):
        _report(instance, "x", key=key)
    first = instance.get_asset_keys(limit=2)
    assert instance.get_asset_keys(cursor=first[-1].to_string()) == [hw.AssetKey("c")]
    with pytest.raises(hw.InvalidCursorError, match="to_string"):
        instance.get_asset_keys(cursor="...")


def test_a_moment_needs_a_time_zone(instance: hw.HeadwaterInstance) -> None:
    """A moment without a time zone is refused, not guessed at."""
    hw.materialize([orders], instance=instance)
    with pytest.raises(hw.InvalidParameterError, match="without a time zone"):
        instance.get_runs(hw.RunsFilter(created_after=datetime(2024, 1, 1)))


def test_event_records_are_filtered(instance: hw.HeadwaterInstance) -> None:
    """Records come by place in the log, in either direction, narrowed by every field of the filter."""
    _report(instance, "a", "b", "c")
    _report(instance, "a", key="other")
    key = hw.AssetKey("raw")

    def found(limit: int | None = None, ascending: bool = False, **wanted: object) -> list[str | None]:
        narrowed = hw.EventRecordsFilter(MATERIALIZED, asset_key=key, **wanted)  # type: ignore[arg-type]
        return [each.partition_key for each in instance.get_event_records(narrowed, limit, ascending)]

    first = instance.get_event_records(hw.EventRecordsFilter(MATERIALIZED), ascending=True)[0]
    assert found() == ["c", "b", "a"]
    assert found(ascending=True, limit=2) == ["a", "b"]
    assert found(limit=1) == ["c"]
    assert found(asset_partitions=["a", "c"]) == ["c", "a"]
    assert found(after_cursor=first.storage_id) == ["c", "b"]
    assert found(before_cursor=first.storage_id + 1) == ["a"]
    assert found(storage_ids=[first.storage_id]) == ["a"]
    assert found(after_timestamp=first.timestamp - 10) == ["c", "b", "a"]
    assert found(before_timestamp=first.timestamp - 10) == []
    assert len(instance.get_event_records(hw.EventRecordsFilter(MATERIALIZED))) == 4
    assert instance.get_event_records(hw.EventRecordsFilter(hw.DagsterEventType.ASSET_OBSERVATION)) == []


def test_an_unknown_kind_of_event_is_refused(instance: hw.HeadwaterInstance) -> None:
    """A kind that does not exist is named in the error."""
    _report(instance, "a")
    with pytest.raises(hw.InvalidParameterError, match="DagsterEventType, but got 'nope'"):
        instance.get_event_records(hw.EventRecordsFilter("nope"))  # type: ignore[arg-type]


def test_run_status_changes_come_in_pages(instance: hw.HeadwaterInstance) -> None:
    """Each page goes on behind the one before, until nothing is left."""
    runs = [hw.materialize([orders], instance=instance).run_id for _ in range(3)]
    seen: list[str | None] = []
    cursor, more = None, True
    while more:
        page = instance.fetch_run_status_changes(hw.DagsterEventType.RUN_SUCCESS, 2, cursor, ascending=True)
        seen += [record.run_id for record in page.records]
        cursor, more = page.cursor, page.has_more
    assert seen == runs
    newest = instance.fetch_run_status_changes(hw.EventRecordsFilter(hw.DagsterEventType.RUN_SUCCESS), 1)
    assert [record.run_id for record in newest.records] == runs[-1:]


def test_only_status_changes_are_status_changes(instance: hw.HeadwaterInstance) -> None:
    """Another kind of event, and a cursor that no page gave, are refused by name."""
    with pytest.raises(hw.InvalidParameterError, match="get_event_records"):
        instance.fetch_run_status_changes(MATERIALIZED, 1)
    with pytest.raises(hw.InvalidCursorError, match="nonsense"):
        instance.fetch_run_status_changes(hw.DagsterEventType.RUN_SUCCESS, 1, "nonsense")


def test_asset_records_tell_the_last_of_each(instance: hw.HeadwaterInstance) -> None:
    """An asset's record has its newest materialization and observation, and the run that made it."""
    run_id = hw.materialize([orders], instance=instance).run_id
    _report(instance, "a", "b")
    instance.report_runless_asset_event(hw.AssetObservation("raw", description="seen"))
    made, reported = instance.get_asset_records()
    assert (made.asset_key, made.last_run_id, made.last_observation) == (hw.AssetKey("orders"), run_id, None)
    assert reported.last_materialization
    assert reported.last_observation
    assert (reported.last_materialization.partition, reported.last_run_id) == ("b", None)
    assert reported.asset_entry.last_observation is reported.last_observation
    assert [each.asset_key for each in instance.get_asset_records(["raw", "unheard_of"])] == [hw.AssetKey("raw")]


def test_a_wiped_asset_starts_anew(instance: hw.HeadwaterInstance) -> None:
    """Nothing of a wiped asset is told any more; a later report counts again; others stay as they are."""
    _report(instance, "a", "b")
    _report(instance, "a", key="other")
    instance.wipe_assets(["raw", "unheard_of"])
    assert instance.get_asset_keys() == [hw.AssetKey("other")]
    assert instance.get_latest_materialization_event("raw") is None
    assert instance.get_materialized_partitions("raw") == set()
    assert [each.asset_key for each in instance.get_event_records(hw.EventRecordsFilter(MATERIALIZED))] == [
        hw.AssetKey("other")
    ]
    _report(instance, "c")
    assert instance.get_materialized_partitions("raw") == {"c"}


def test_wiped_partitions_leave_the_others(instance: hw.HeadwaterInstance) -> None:
    """Only the named partitions are forgotten, and none where none is named."""
    _report(instance, "a", "b", "c")
    instance.wipe_asset_partitions("raw", ["c", "never"])
    instance.wipe_asset_partitions("raw", [])
    assert instance.get_materialized_partitions("raw") == {"a", "b"}
    latest = instance.get_latest_materialization_event("raw")
    assert latest is not None
    assert latest.partition == "b"


def test_a_change_of_dynamic_partitions_by_code_is_told(tmp_path: Path) -> None:
    """The log says which keys were added and deleted, so they are known as of every moment."""
    address = f"sqlite:///{tmp_path / 'headwater.db'}"
    with hw.HeadwaterInstance.at(address, tmp_path) as instance:
        instance.add_dynamic_partitions("colours", ["red", "blue"])
        instance.add_dynamic_partitions("colours", ["blue", "green"])
        instance.add_dynamic_partitions("colours", ["blue"])
        instance.delete_dynamic_partition("colours", "red")
        instance.delete_dynamic_partition("colours", "pink")
        assert instance.get_dynamic_partitions("colours") == ["blue", "green"]

    store = Store(address)
    try:
        told = store.read(lambda c: list(event_log.read_rare(c, EventKind.PARTITIONS_CHANGED)))
    finally:
        store.close()
    changes = [event.payload for event in told if isinstance(event.payload, PartitionsChanged)]
    assert [(each.name, each.added, each.deleted) for each in changes] == [
        ("colours", ("red", "blue"), ()),
        ("colours", ("green",), ()),
        ("colours", (), ("red",)),
    ]
    assert {each.reporter for each in changes} == {Reporter("python")}
