"""Hypothesis strategies for the values that users write: keys, metadata, definitions."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from hypothesis import strategies as st

import headwater as hw

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
"""Whatever can be stored."""

printable = texts.filter(lambda text: bool(text) and text.isprintable())
"""What may name a check or a sensor."""

words = st.from_regex(r"[A-Za-z0-9_]{1,10}", fullmatch=True)
"""What may name a tag or a group."""

asset_keys = st.lists(texts, max_size=4).map(hw.AssetKey)
"""Keys of any text, with empty parts and without parts."""

plain_keys = st.sampled_from("abcdefgh").map(hw.AssetKey)
"""Few keys, so that definitions meet each other."""

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
"""What a decoded JSON document can hold."""

columns = st.builds(
    hw.TableColumn,
    name=texts,
    type=texts,
    description=st.none() | texts,
    constraints=st.none()
    | st.builds(
        hw.TableColumnConstraints, nullable=st.booleans(), unique=st.booleans(), other=st.lists(texts, max_size=2)
    ),
    tags=st.dictionaries(texts, texts, max_size=2),
)

schemas = st.builds(
    hw.TableSchema,
    columns=st.lists(columns, max_size=3),
    constraints=st.none() | st.builds(hw.TableConstraints, other=st.lists(texts, max_size=2)),
)

records = st.dictionaries(
    texts, st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts, max_size=3
).map(hw.TableRecord)

lineages = st.dictionaries(
    texts, st.lists(st.builds(hw.TableColumnDep, asset_keys, texts), max_size=2), max_size=2
).map(hw.TableColumnLineage)

moments = st.datetimes(timezones=st.just(UTC))

metadata_values = st.one_of(
    texts.map(hw.MetadataValue.text),
    texts.map(hw.MetadataValue.url),
    texts.map(hw.MetadataValue.path),
    texts.map(hw.MetadataValue.notebook),
    texts.map(hw.MetadataValue.md),
    json_values.map(hw.MetadataValue.json),
    st.integers().map(hw.MetadataValue.int),
    st.floats(allow_nan=False).map(hw.MetadataValue.float),
    st.booleans().map(hw.MetadataValue.bool),
    st.just(hw.MetadataValue.null()),
    asset_keys.map(hw.MetadataValue.asset),
    texts.map(hw.MetadataValue.run),
    st.builds(hw.MetadataValue.job, texts, st.none() | texts),
    moments.map(hw.MetadataValue.timestamp),
    st.builds(hw.MetadataValue.table, st.lists(records, max_size=3), schemas),
    schemas.map(hw.MetadataValue.table_schema),
    lineages.map(hw.MetadataValue.column_lineage),
)
"""A value of every kind."""

metadata = st.dictionaries(texts, metadata_values | json_values, max_size=3)

_zones = st.sampled_from([None, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
_days = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
_windows: dict[str, st.SearchStrategy[Any]] = {
    "start_date": _days,
    "end_date": st.none() | _days,
    "timezone": _zones,
    "end_offset": st.integers(-2, 2),
}

single_partitions = st.one_of(
    st.lists(words, unique=True, max_size=3).map(hw.StaticPartitionsDefinition),
    st.builds(hw.DynamicPartitionsDefinition, name=words),
    st.builds(hw.HourlyPartitionsDefinition, **_windows, minute_offset=st.integers(0, 59)),
    st.builds(hw.DailyPartitionsDefinition, **_windows, hour_offset=st.integers(0, 23)),
    st.builds(hw.WeeklyPartitionsDefinition, **_windows, day_offset=st.integers(0, 6)),
    st.builds(hw.MonthlyPartitionsDefinition, **_windows, day_offset=st.integers(1, 31)),
    st.builds(
        hw.TimeWindowPartitionsDefinition,
        start=_days,
        timezone=_zones,
        cron_schedule=st.sampled_from(["0 0 * * 1-5", "*/15 8-18 * * *"]),
        exclusions=st.lists(st.sampled_from(["0 0 1 * *", "0 12 * * *"]), max_size=1),
    ),
)
"""Partitions of every kind with one dimension."""

partitions = st.one_of(
    st.none(),
    single_partitions,
    st.dictionaries(words, single_partitions, min_size=2, max_size=3).map(hw.MultiPartitionsDefinition),
)

_attributes: dict[str, st.SearchStrategy[Any]] = {
    "deps": st.lists(plain_keys, max_size=3),
    "description": st.none() | texts,
    "metadata": metadata,
    "group_name": st.none() | words,
    "code_version": st.none() | texts,
    "automation_condition": st.sampled_from([None, hw.AutomationCondition.eager()]),
    "owners": st.lists(st.sampled_from(["team:data", "team:ümlaut", "a@example.com"]), max_size=2),
    "tags": st.dictionaries(words, words, max_size=2),
    "kinds": st.sets(texts, max_size=3),
    "partitions_def": partitions,
}

asset_specs = st.builds(hw.AssetSpec, plain_keys | asset_keys, **_attributes)


@st.composite
def native_assets(draw: st.DrawFn, keys: st.SearchStrategy[hw.AssetKey] = asset_keys) -> hw.AssetsDefinition:
    """A native asset below assets that can't be below it, so that there is no circle."""
    options = {name: draw(values) for name, values in _attributes.items()}
    timeout = draw(st.none() | st.floats(min_value=0.001, max_value=1e6))

    @hw.asset(key=draw(keys).with_prefix("native"), timeout=timeout, **options)
    def function() -> None:
        pass

    return function


@st.composite
def sensors(draw: st.DrawFn) -> hw.SensorDefinition:
    """A sensor that targets nothing in particular."""

    @hw.sensor(
        name=draw(printable.filter(lambda name: "/" not in name)),
        minimum_interval_seconds=draw(st.floats(min_value=0.1, max_value=1e6)),
        description=draw(st.none() | texts),
        default_status=draw(st.sampled_from(hw.DefaultSensorStatus)),
        metadata=draw(metadata),
    )
    def function() -> None:
        pass

    return function


@st.composite
def definitions(draw: st.DrawFn) -> hw.Definitions:
    """Definitions that fit together."""
    assets: dict[hw.AssetKey, Any] = {}
    for item in draw(st.lists(asset_specs | native_assets(), max_size=6)):
        assets.setdefault(item.key, item)
    checks = draw(
        st.lists(
            st.builds(hw.AssetCheckSpec, printable, asset=plain_keys, blocking=st.booleans(), metadata=metadata),
            unique_by=lambda check: check.key,
            max_size=3,
        )
    )
    chosen = draw(st.lists(sensors(), unique_by=lambda sensor: sensor.name, max_size=3))
    return hw.Definitions(assets.values(), chosen, checks, draw(metadata))
