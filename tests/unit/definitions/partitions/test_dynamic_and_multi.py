"""Dynamic partitions, and those with several dimensions."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headwater as hw
from headwater.definitions.partitions.from_snapshot import partitions_from_snapshot

NOW = datetime(2026, 1, 4, tzinfo=UTC)


class Kept:
    """Dynamic keys in memory."""

    def __init__(self, **keys: Sequence[str]) -> None:
        self.keys = keys

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """All of a name."""
        return self.keys.get(partitions_def_name, ())

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether it is there."""
        return partition_key in self.keys.get(partitions_def_name, ())


def test_dynamic_keys_are_those_of_the_store() -> None:
    """Keys come in the order in which they were added, under the definition's name."""
    customers = hw.DynamicPartitionsDefinition(name="customers")
    store = Kept(customers=["b", "a"], others=["c"])
    assert ["b", "a"] == customers.get_partition_keys(dynamic_partitions_store=store)
    assert customers.has_partition_key("a", dynamic_partitions_store=store)
    assert not customers.has_partition_key("c", dynamic_partitions_store=store)
    assert customers == partitions_from_snapshot(customers.to_snapshot())


def test_dynamic_keys_need_a_store() -> None:
    """Without one the error says what to pass."""
    with pytest.raises(hw.InvalidInvocationError, match="dynamic_partitions_store"):
        hw.DynamicPartitionsDefinition(name="customers").get_partition_keys()


@pytest.mark.parametrize("keys", [["a", "a"], ["a...b"], [1], "a"])
def test_requests_refuse_keys_that_can_not_be_stored(keys: list[str]) -> None:
    """Adding is checked like the keys of a static definition."""
    with pytest.raises(hw.InvalidParameterError):
        hw.DynamicPartitionsDefinition(name="customers").build_add_request(keys)


def test_several_dimensions_combine_in_the_order_of_their_names() -> None:
    """Keys are joined by `|`, the last dimension changes fastest, and numbers lead back."""
    both = hw.MultiPartitionsDefinition(
        {"region": hw.StaticPartitionsDefinition(["eu", "us"]), "day": hw.DailyPartitionsDefinition("2026-01-01")}
    )
    keys = both.keys_at(NOW)
    assert ["2026-01-01|eu", "2026-01-01|us", "2026-01-02|eu"] == keys[:3]
    assert list(range(6)) == [keys.number_of(key) for key in keys]
    last = both.get_partition_key_from_str(keys.key_at(5))
    assert {"day": "2026-01-03", "region": "us"} == last.keys_by_dimension
    assert not both.has_partition_key("2026-01-01", NOW)
    assert not both.has_partition_key("2026-01-04|eu", NOW)
    assert both.time_dimension == "day"
    assert both == partitions_from_snapshot(both.to_snapshot())
    assert hw.MultiPartitionKey({"region": "us", "day": "x"}) == both.get_partition_key_from_str("x|us")


def test_users_get_keys_that_know_their_parts_and_the_store_gets_text() -> None:
    """What lists keys gives their parts too; sets of keys, which are recorded and sent, hold plain text."""
    both = hw.MultiPartitionsDefinition(
        {"a": hw.StaticPartitionsDefinition(["x", "y"]), "b": hw.StaticPartitionsDefinition(["1"])}
    )
    listed = [
        *both.get_partition_keys(),
        both.get_first_partition_key(),
        both.get_last_partition_key(),
        *both.get_partition_keys_in_range(hw.PartitionKeyRange("x|1", "y|1")),
    ]
    assert [hw.MultiPartitionKey] * 6 == [type(key) for key in listed]
    assert [str, str] == [type(key) for key in both.keys_at(NOW)]


@given(st.lists(st.integers(1, 4), min_size=2, max_size=4))
def test_every_combination_has_its_number(sizes: list[int]) -> None:
    """As many keys as the product of the sizes, each different, each found again."""
    multi = hw.MultiPartitionsDefinition(
        {f"d{place}": hw.StaticPartitionsDefinition([f"k{n}" for n in range(size)]) for place, size in enumerate(sizes)}
    )
    keys = multi.keys_at(NOW)
    assert len(set(keys)) == len(keys)
    assert list(range(len(keys))) == [keys.number_of(key) for key in keys]


def test_a_key_with_several_parts_survives_copying() -> None:
    """It is a string that keeps its parts through pickle and copy."""
    key = hw.MultiPartitionKey({"b": "2", "a": "1"})
    for same in (pickle.loads(pickle.dumps(key)), copy.deepcopy(key)):
        assert same == "1|2"
        assert same.keys_by_dimension == key.keys_by_dimension


@pytest.mark.parametrize(
    "dimensions",
    [
        {},
        {"a": hw.StaticPartitionsDefinition(["x"])},
        {"a": hw.StaticPartitionsDefinition(["x"]), "b": "daily"},
        {"a": hw.StaticPartitionsDefinition(["x"]), "b": hw.StaticPartitionsDefinition(["x|y"])},
        {"a": hw.StaticPartitionsDefinition(["x"]), "b": hw.StaticPartitionsDefinition(["[x]"])},
    ],
)
def test_dimensions_that_can_not_be_told_apart_are_refused(dimensions: dict[str, hw.PartitionsDefinition]) -> None:
    """Fewer than two, no definitions, and keys with a separator."""
    with pytest.raises(hw.InvalidParameterError):
        hw.MultiPartitionsDefinition(dimensions)


def test_windows_of_keys_with_several_dimensions() -> None:
    """A key's window is that of its dimension of time; without one, or with two, the error says so."""
    days = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-04")
    regions = hw.StaticPartitionsDefinition(["eu", "us"])
    both = hw.MultiPartitionsDefinition({"region": regions, "day": days})
    key = hw.MultiPartitionKey({"day": "2026-01-02", "region": "us"})
    assert days.time_window_for_partition_key("2026-01-02") == both.time_window_for_partition_key(key)
    assert (["day", "region"], days) == (both.partition_dimension_names, both.get_partitions_def_for_dimension("day"))
    with pytest.raises(hw.UnknownPartitionError):
        both.time_window_for_partition_key("soon|us")
    with pytest.raises(hw.InvalidParameterError, match="'days'"):
        both.get_partitions_def_for_dimension("days")
    for others in ({"a": regions, "b": regions}, {"a": days, "b": days}):
        with pytest.raises(hw.InvalidInvocationError, match="windows of time"):
            hw.MultiPartitionsDefinition(others).time_window_for_partition_key("a|b")


@given(st.data())
def test_keys_with_a_part(data: st.DataObject) -> None:
    """The keys that have a part in a dimension are those of all keys that have it there, in their order."""
    names = data.draw(st.lists(st.sampled_from("abcd"), min_size=2, max_size=3, unique=True))
    dimensions = {
        name: hw.StaticPartitionsDefinition(data.draw(st.lists(st.sampled_from("xyz"), unique=True))) for name in names
    }
    both = hw.MultiPartitionsDefinition(dimensions)
    name, part = data.draw(st.sampled_from(names)), data.draw(st.sampled_from("xyz"))
    expected = [
        key
        for key in map(both.get_partition_key_from_str, both.get_partition_keys())
        if key.keys_by_dimension[name] == part
    ]
    assert expected == both.get_multipartition_keys_with_dimension_value(name, part)
