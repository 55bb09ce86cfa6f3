"""Partition mappings against a model that looks at one pair of partitions after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headwater as hw
from headwater.definitions.partitions import (
    Ordinals,
    Parts,
    mapping_between,
    mapping_from_snapshot,
    partitions_concerned,
    partitions_read,
)

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "America/Santiago"]
Goes = Callable[[str, str], bool]
"""Whether a downstream key reads an upstream key."""

zones = st.sampled_from(ZONES)
starts = st.dates(datetime(2026, 3, 1).date(), datetime(2026, 3, 31).date())
windows = st.one_of(
    st.builds(hw.DailyPartitionsDefinition, starts, timezone=zones, hour_offset=st.integers(0, 5)),
    st.builds(hw.DailyPartitionsDefinition, starts, timezone=zones, end_offset=st.integers(0, 2)),
    st.builds(hw.DailyPartitionsDefinition, starts, timezone=zones, exclusions=st.just(["0 0 * * 0,6"])),
    st.builds(hw.WeeklyPartitionsDefinition, starts, timezone=zones, day_offset=st.integers(0, 6)),
    st.builds(hw.HourlyPartitionsDefinition, st.just("2026-03-27-00:00"), st.just("2026-03-30-05:00"), timezone=zones),
    st.builds(
        hw.TimeWindowPartitionsDefinition,
        starts,
        st.just("%Y-%m-%d-%H"),
        timezone=zones,
        cron_schedule=st.just("0 3,17 * * 1-5"),
    ),
)
static = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True).map(hw.StaticPartitionsDefinition)
multi = st.builds(
    lambda day, size, n: hw.MultiPartitionsDefinition({"day": day, "size": size, **n}),
    windows,
    static,
    st.sampled_from([{}, {"tone": hw.StaticPartitionsDefinition(["x", "y"])}]),
)


def parts(definition: hw.PartitionsDefinition | None) -> Parts:
    """What exists now."""
    return Parts.at(definition, NOW)


def agree(
    mapping: hw.PartitionMapping | None,
    upstream: hw.PartitionsDefinition | None,
    downstream: hw.PartitionsDefinition | None,
    goes: Goes,
    data: st.DataObject,
) -> None:
    """Reading some downstream partitions, and what some upstream ones concern, is what single pairs say."""
    above, below = parts(upstream), parts(downstream)
    up_keys, down_keys = list(above.keys), list(below.keys)
    chosen = data.draw(st.sets(st.integers(0, max(0, len(down_keys) - 1)), max_size=8)) if down_keys else set()
    expected = {up for up in range(len(up_keys)) if any(goes(down_keys[down], up_keys[up]) for down in chosen)}
    assert expected == set(partitions_read(mapping, below, Ordinals(chosen), above).numbers)
    changed = data.draw(st.sets(st.integers(0, max(0, len(up_keys) - 1)), max_size=8)) if up_keys else set()
    concerned = {down for down in range(len(down_keys)) if any(goes(down_keys[down], up_keys[up]) for up in changed)}
    assert concerned == set(partitions_concerned(mapping, above, Ordinals(changed), below))


def share_time(
    upstream: hw.TimeWindowPartitionsDefinition,
    downstream: hw.TimeWindowPartitionsDefinition,
    start_offset: int = 0,
    end_offset: int = 0,
) -> Goes:
    """Two windows share time, or the upstream one does with a window that many places from the downstream one."""
    early, first = downstream.windows_from_before(max(0, -start_offset))
    numbers = {key: first + number for number, key in enumerate(parts(downstream).keys)}

    def goes(down: str, up: str) -> bool:
        window = upstream.time_window_for_partition_key(up)
        own = range(numbers[down] + start_offset, numbers[down] + end_offset + 1)
        return any(early.start(n) < window.end.timestamp() and window.start.timestamp() < early.end(n) for n in own)

    return goes


@given(windows, windows, st.integers(-3, 2), st.integers(0, 3), st.data())
def test_windows_go_by_the_time_that_they_share(
    upstream: hw.TimeWindowPartitionsDefinition,
    downstream: hw.TimeWindowPartitionsDefinition,
    start: int,
    more: int,
    data: st.DataObject,
) -> None:
    """In any steps, zones and gaps, across changes of the clock, and with offsets in either direction."""
    mapping = hw.TimeWindowPartitionMapping(start_offset=start, end_offset=start + more)
    agree(mapping, upstream, downstream, share_time(upstream, downstream, start, start + more), data)


@given(windows | static | multi | st.none(), windows | static | multi | st.none(), st.data())
def test_the_default_follows_from_the_definitions(
    upstream: hw.PartitionsDefinition | None, downstream: hw.PartitionsDefinition | None, data: st.DataObject
) -> None:
    """Equal ones by key, windows by time, one dimension with several by that which fits, and else all of all."""
    agree(None, upstream, downstream, by_default(upstream, downstream), data)


def by_default(upstream: hw.PartitionsDefinition | None, downstream: hw.PartitionsDefinition | None) -> Goes:
    """The rules of the default, for single keys."""
    if upstream is not None and upstream == downstream:
        return lambda down, up: down == up
    if isinstance(upstream, hw.TimeWindowPartitionsDefinition) and isinstance(
        downstream, hw.TimeWindowPartitionsDefinition
    ):
        return share_time(upstream, downstream)
    if isinstance(upstream, hw.MultiPartitionsDefinition) and downstream is not None:
        return by_dimension(upstream, downstream)
    if isinstance(downstream, hw.MultiPartitionsDefinition) and upstream is not None:
        turned = by_dimension(downstream, upstream)
        return lambda down, up: turned(up, down)
    return lambda down, up: True


def by_dimension(several: hw.MultiPartitionsDefinition, single: hw.PartitionsDefinition) -> Goes:
    """Whether a key with one dimension goes with one that has several. Sharing time is the same both ways."""
    if isinstance(single, hw.MultiPartitionsDefinition):
        return lambda one, both: True
    equal = [name for name, dimension in several.dimensions.items() if dimension == single]
    if equal:
        return lambda one, both: one == several.get_partition_key_from_str(both).keys_by_dimension[equal[0]]
    day = several.dimensions["day"]
    if not isinstance(single, hw.TimeWindowPartitionsDefinition):
        return lambda one, both: True
    assert isinstance(day, hw.TimeWindowPartitionsDefinition)
    shared = share_time(day, single)
    return lambda one, both: shared(one, several.get_partition_key_from_str(both).keys_by_dimension["day"])


@given(multi, multi, st.data())
def test_several_dimensions_go_one_by_one(
    upstream: hw.MultiPartitionsDefinition, downstream: hw.MultiPartitionsDefinition, data: st.DataObject
) -> None:
    """Each named dimension by its own mapping; one that is not named is read whole."""
    mapping = hw.MultiPartitionMapping(
        {
            "day": hw.DimensionPartitionMapping("day", hw.TimeWindowPartitionMapping(-1, 0)),
            "size": hw.DimensionPartitionMapping("size", hw.StaticPartitionMapping({"a": ["a", "b"], "b": "a"})),
        }
    )
    if mapping.objection(upstream, downstream) is not None:
        return
    up_day, down_day = upstream.dimensions["day"], downstream.dimensions["day"]
    assert isinstance(up_day, hw.TimeWindowPartitionsDefinition)
    assert isinstance(down_day, hw.TimeWindowPartitionsDefinition)
    days = share_time(up_day, down_day, -1, 0)

    def goes(down: str, up: str) -> bool:
        below = downstream.get_partition_key_from_str(down).keys_by_dimension
        above = upstream.get_partition_key_from_str(up).keys_by_dimension
        sizes = {("a", "a"), ("a", "b"), ("b", "a")}
        return (above["size"], below["size"]) in sizes and days(below["day"], above["day"])

    agree(mapping, upstream, downstream, goes, data)


@given(static | windows, static | windows, st.data())
def test_identity_goes_by_key(
    upstream: hw.PartitionsDefinition, downstream: hw.PartitionsDefinition, data: st.DataObject
) -> None:
    """Also between definitions that differ; windows that differ in their beginning alone are shifted, not written."""
    if hw.IdentityPartitionMapping().objection(upstream, downstream) is None:
        agree(hw.IdentityPartitionMapping(), upstream, downstream, lambda down, up: down == up, data)


@given(starts, starts, zones, st.data())
def test_identity_between_two_beginnings(first: datetime, second: datetime, zone: str, data: st.DataObject) -> None:
    """The same days from two dates on."""
    upstream, downstream = (hw.DailyPartitionsDefinition(each, timezone=zone) for each in (first, second))
    agree(hw.IdentityPartitionMapping(), upstream, downstream, lambda down, up: down == up, data)


@given(static | windows | multi | st.none(), static | windows | multi, st.data())
def test_last_and_some_are_read_by_all(
    downstream: hw.PartitionsDefinition | None, upstream: hw.PartitionsDefinition, data: st.DataObject
) -> None:
    """Whatever the downstream asset consists of."""
    keys = upstream.get_partition_keys(NOW)
    agree(hw.LastPartitionMapping(), upstream, downstream, lambda down, up: up == keys[-1], data)
    some = keys[:2]
    agree(hw.SpecificPartitionsPartitionMapping(some), upstream, downstream, lambda down, up: up in some, data)
    agree(hw.AllPartitionMapping(), upstream, downstream, lambda down, up: True, data)


def test_what_does_not_exist_upstream_is_not_complete() -> None:
    """Before the first window and after the last, unless that is allowed; named and mapped keys alike."""
    daily = hw.DailyPartitionsDefinition("2026-04-01")
    below = parts(daily)
    first, last = Ordinals([0]), Ordinals([len(below.keys) - 1])
    yesterday, tomorrow = hw.TimeWindowPartitionMapping(-1, -1), hw.TimeWindowPartitionMapping(0, 1)
    assert (Ordinals(), False) == partitions_read(yesterday, below, first, below)
    assert (last, False) == partitions_read(tomorrow, below, last, below)
    allowed = hw.TimeWindowPartitionMapping(-1, -1, allow_nonexistent_upstream_partitions=True)
    assert (Ordinals(), True) == partitions_read(allowed, below, first, below)
    named = hw.SpecificPartitionsPartitionMapping(["2026-04-01", "2030-01-01"])
    assert (first, False) == partitions_read(named, below, last, below)
    empty = parts(hw.DailyPartitionsDefinition("2030-01-01"))
    assert (Ordinals(), False) == partitions_read(hw.LastPartitionMapping(), below, first, empty)


def test_an_offset_reaches_back_before_the_own_first_window() -> None:
    """The first day of an asset reads the day before, where the upstream asset has it."""
    above, below = parts(hw.DailyPartitionsDefinition("2025-01-01")), parts(hw.DailyPartitionsDefinition("2026-04-01"))
    reads = partitions_read(hw.TimeWindowPartitionMapping(-1, -1), below, Ordinals([0]), above)
    assert ["2026-03-31"] == above.keys.select(reads.numbers)
    assert reads.complete


@pytest.mark.parametrize(
    ("mapping", "upstream", "downstream", "said"),
    [
        (hw.TimeWindowPartitionMapping(), hw.StaticPartitionsDefinition(["a"]), None, "upstream asset is not"),
        (hw.IdentityPartitionMapping(), hw.StaticPartitionsDefinition(["a"]), None, "only one of the two"),
        (hw.SpecificPartitionsPartitionMapping(["b"]), hw.StaticPartitionsDefinition(["a"]), None, "names 'b'"),
        (hw.SpecificPartitionsPartitionMapping(["b"]), None, None, "upstream asset has none"),
        (
            hw.StaticPartitionMapping({"a": "z"}),
            hw.StaticPartitionsDefinition(["a"]),
            hw.StaticPartitionsDefinition(["b"]),
            "names 'z', which is no partition of the downstream asset",
        ),
        (
            hw.IdentityPartitionMapping(),
            hw.StaticPartitionsDefinition(["a"]),
            hw.StaticPartitionsDefinition(["b"]),
            "no key that both have",
        ),
        (
            hw.MultiToSingleDimensionPartitionMapping("week"),
            hw.MultiPartitionsDefinition(
                {"day": hw.DailyPartitionsDefinition("2026-01-01"), "size": hw.StaticPartitionsDefinition(["s"])}
            ),
            hw.DailyPartitionsDefinition("2026-01-01"),
            "names the dimension 'week'; there are day, size",
        ),
    ],
)
def test_what_can_not_work_is_an_error_that_says_why(
    mapping: hw.PartitionMapping,
    upstream: hw.PartitionsDefinition | None,
    downstream: hw.PartitionsDefinition | None,
    said: str,
) -> None:
    """Loading names both assets, the mapping and its fault; where only the store finds out, the default holds."""
    up = hw.AssetSpec("up", partitions_def=upstream)
    down = hw.AssetSpec("down", partitions_def=downstream, deps=[hw.AssetDep("up", partition_mapping=mapping)])
    with pytest.raises(hw.InvalidDefinitionError, match=f"'down'.*'up' with a {type(mapping).__name__} that .*{said}"):
        hw.Definitions([up, down]).resolve()
    assert mapping_between(mapping, upstream, downstream) != mapping


def test_every_mapping_round_trips_through_the_snapshot() -> None:
    """A mapping read back from its plain values is equal to it."""
    for mapping in (
        hw.IdentityPartitionMapping(),
        hw.AllPartitionMapping(),
        hw.LastPartitionMapping(),
        hw.SpecificPartitionsPartitionMapping(["a", "b"]),
        hw.StaticPartitionMapping({"a": ["x", "y"], "b": "x"}),
        hw.TimeWindowPartitionMapping(-2, -1, allow_nonexistent_upstream_partitions=True),
        hw.MultiToSingleDimensionPartitionMapping("day"),
        hw.MultiPartitionMapping({"day": hw.DimensionPartitionMapping("date", hw.TimeWindowPartitionMapping(-1))}),
    ):
        assert mapping == mapping_from_snapshot(mapping.to_snapshot())


def test_an_asset_may_depend_on_its_own_past() -> None:
    """That is no circle, and no edge to itself in the graph; its present is one."""
    daily = hw.DailyPartitionsDefinition("2026-01-01")

    def balance(mapping: hw.PartitionMapping | None) -> hw.Definitions:
        @hw.asset(partitions_def=daily, ins={"before": hw.AssetIn("balance", partition_mapping=mapping)})
        def balance(before: int) -> int:
            return before + 1

        return hw.Definitions([balance])

    balance(hw.TimeWindowPartitionMapping(-1, -1)).resolve()
    with pytest.raises(hw.CyclicDependencyError, match="balance"):
        balance(hw.TimeWindowPartitionMapping(-1, 0)).resolve()
    with pytest.raises(hw.CyclicDependencyError, match="balance"):
        balance(None).resolve()


def test_a_hundred_thousand_partitions_are_mapped_without_listing_them() -> None:
    """Hours to days and back, and days of many sizes: whole sets go in a few steps, and stay exact."""
    hours = parts(hw.HourlyPartitionsDefinition("2014-11-08-00:00", timezone="Europe/Berlin"))
    days = parts(hw.DailyPartitionsDefinition("2014-11-08", timezone="Europe/Berlin"))
    assert 100_000 - 100 < len(hours.keys) < 100_100
    assert days.keys.all() == partitions_read(None, hours, hours.keys.all(), days).numbers
    assert hours.keys.all() >= partitions_concerned(None, days, days.keys.all(), hours)
    sizes = hw.StaticPartitionsDefinition([f"s{n}" for n in range(30)])
    both = parts(hw.MultiPartitionsDefinition({"day": days.definition, "size": sizes}))  # type: ignore[dict-item]
    row = Ordinals.span(30, 60)
    assert row == partitions_concerned(None, days, Ordinals([1]), both)
    assert both.keys.all() == partitions_read(None, days, days.keys.all(), both).numbers


@given(st.sets(st.integers(0, 300)), st.integers(1, 12))
def test_rows_lead_back_to_the_set(numbers: set[int], width: int) -> None:
    """A set is the union of its rows at their places, and each row is named once."""
    whole = Ordinals(numbers)
    rows = list(whole.rows(width))
    again = Ordinals()
    for places, row in rows:
        assert {p * width + n for p, n in product(places, row)} == set(row.in_rows(places, width))
        again |= row.in_rows(places, width)
    assert whole == again
    assert len({row for _, row in rows}) == len(rows)
