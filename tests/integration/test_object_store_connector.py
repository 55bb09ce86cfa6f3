"""The sensor of an object store, with a real client, and a server that speaks as S3 does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

import headwater as hw
from headwater.connectors.errors import ConnectorError, UnreachableError
from headwater.connectors.object_store import build_object_store_sensor


class Lake:
    """A bucket, and how sensors get in."""

    def __init__(self, url: str) -> None:
        # The server forgets nothing while this process lives.
        self.bucket = f"lake-{uuid.uuid4().hex[:12]}"
        self.config = {
            "endpoint": url,
            "region": "eu-central-1",
            "access_key_id": "a-reader",
            "secret_access_key": hw.EnvVar("LAKE_SECRET"),
        }
        self._client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name="eu-central-1",
            aws_access_key_id="a-writer",
            aws_secret_access_key="secret",
        )
        self._client.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def put(self, path: str, content: bytes = b"rows") -> None:
        """Write an object."""
        self._client.put_object(Bucket=self.bucket, Key=path, Body=content)

    def sensor(self, **more: Any) -> hw.SensorDefinition:
        """A sensor of some of it."""
        given = {
            "name": "lake",
            "asset": "orders",
            "url": f"s3://{self.bucket}/raw/",
            "config": self.config,
            **more,
        }
        return build_object_store_sensor(client_options={"allow_http": True}, **given)


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """An empty bucket on a server of its own."""
    monkeypatch.setenv("LAKE_SECRET", "the readers' secret")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Lake(f"http://{host}:{port}")
    server.stop()


def tick(sensor: hw.SensorDefinition, state: dict[str, Any]) -> hw.SensorResult:
    """One tick, which keeps what it knows in `state`."""
    context = hw.build_sensor_context(sensor_name=sensor.name, state=state)
    result = sensor(context)
    assert isinstance(result, hw.SensorResult)
    state.clear()
    state.update(context.state)
    return result


def test_each_new_or_changed_object_is_reported_once(lake: Lake) -> None:
    """Of those that match below the prefix, with partition, size and address."""
    for path in (
        "raw/2026-01-01/a.parquet",
        "raw/2026-01-02/a.parquet",
        "raw/_SUCCESS",
        "raw/.tmp/a.parquet",
        "x.parquet",
    ):
        lake.put(path)
    sensor = lake.sensor(pattern="**/*.parquet", partition=r"(?P<partition>\d{4}-\d\d-\d\d)/")
    state: dict[str, Any] = {}

    first = tick(sensor, state)
    second = tick(sensor, state)
    lake.put("raw/2026-01-01/a.parquet", b"more rows")
    third = tick(sensor, state)

    assert ["2026-01-01", "2026-01-02"] == sorted(str(event.partition) for event in first.asset_events)
    assert (f"s3://{lake.bucket}/raw/2026-01-01/a.parquet", 4) == (
        first.asset_events[0].metadata["path"].value,
        first.asset_events[0].metadata["size_bytes"].value,
    )
    assert () == second.asset_events
    assert second.skip_reason is not None
    assert [("2026-01-01", 9)] == [
        (event.partition, event.metadata["size_bytes"].value) for event in third.asset_events
    ]


def test_one_sensor_serves_many_assets(lake: Lake) -> None:
    """A function says whose an object is, or that it is nobody's; of that it is not asked again."""
    for path in ("raw/orders/a.csv", "raw/customers/a.csv", "raw/notes.txt"):
        lake.put(path)
    asked: list[str] = []

    def owner(file: Any) -> list[str] | None:
        asked.append(file.name)
        return ["lake", file.name.split("/")[0]] if "/" in file.name else None

    state: dict[str, Any] = {}
    sensor = lake.sensor(asset=owner)
    first = tick(sensor, state)
    second = tick(sensor, state)

    assert {("lake", "orders"), ("lake", "customers")} == {tuple(event.asset_key.path) for event in first.asset_events}
    assert () == second.asset_events
    assert 3 == len(asked)


def test_a_bucket_that_is_not_there_is_an_error(lake: Lake) -> None:
    """The tick fails, and what it knew is kept."""
    state: dict[str, Any] = {"old.csv": [1.0, 1, None]}
    with pytest.raises(UnreachableError, match="s3://nobodys/raw/ can't be listed") as caught:
        tick(lake.sensor(url="s3://nobodys/raw/"), state)
    assert {"old.csv"} == set(state)
    assert "404" in str(caught.value)
    assert "<?xml" not in str(caught.value)


def test_a_secret_that_is_not_set_is_an_error(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named."""
    monkeypatch.delenv("LAKE_SECRET")
    with pytest.raises(ConnectorError, match="'secret_access_key' of config is the variable LAKE_SECRET"):
        tick(lake.sensor(), {})


@pytest.mark.parametrize("url", ["lake/raw", "s3:///raw", "ftp://host/raw", ""])
def test_what_is_no_store_is_refused(url: str) -> None:
    """As the sensor is made."""
    with pytest.raises(hw.InvalidParameterError, match="no address of an object store"):
        build_object_store_sensor(name="lake", asset="orders", url=url)
