"""Which asset a dataset is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.definitions.metadata.datasets import DatasetName
from headwater.keys import AssetKey
from headwater.openlineage.naming import Naming, default_dataset, default_key, without_credentials


@pytest.mark.parametrize(
    ("namespace", "name", "parts"),
    [
        ("file", "/srv/raw/orders.csv", ["file", "srv", "raw", "orders.csv"]),
        ("file:", "/srv/raw/orders.csv", ["file", "srv", "raw", "orders.csv"]),
        ("file://host", "/srv/a.csv", ["file", "host", "srv", "a.csv"]),
        ("s3://raw", "orders.csv", ["s3", "raw", "orders.csv"]),
        ("s3a://raw", "/daily/orders.csv/", ["s3", "raw", "daily", "orders.csv"]),
        ("s3://raw", "/", ["s3", "raw"]),
        ("s3://raw", "a//b", ["s3", "raw", "a", "", "b"]),
        ("gs://lake", "a.b/c", ["gs", "lake", "a.b", "c"]),
        ("abfss://box@account.dfs.core.windows.net", "a/b", ["abfss", "box@account.dfs.core.windows.net", "a", "b"]),
        ("postgres://db:5432", "shop.public.orders", ["postgres", "db:5432", "shop", "public", "orders"]),
        ("postgresql://db:5432", "shop.public.orders", ["postgres", "db:5432", "shop", "public", "orders"]),
        ("POSTGRES://me:secret@db:5432", "shop.public.o", ["postgres", "db:5432", "shop", "public", "o"]),
        ("duckdb://shop.duckdb", "shop.main.stg_orders", ["duckdb", "shop.duckdb", "shop", "main", "stg_orders"]),
        ("duckdb:///srv/shop.db", "shop.main.a", ["duckdb", "srv", "shop.db", "shop", "main", "a"]),
        ("snowflake://org-account", "DB.PUBLIC.T", ["snowflake", "org-account", "DB", "PUBLIC", "T"]),
        ("bigquery", "project.sales.items", ["bigquery", "project", "sales", "items"]),
        ("arn:aws:glue:eu-west-1:1", "table/shop/o.v1", ["arn:aws:glue:eu-west-1:1", "table", "shop", "o.v1"]),
        ("kafka://bus:9092", "orders.v1", ["kafka", "bus:9092", "orders.v1"]),
        ("my-namespace", "orders", ["my-namespace", "orders"]),
    ],
)
def test_default_rule(namespace: str, name: str, parts: list[str]) -> None:
    """Scheme, host and path of the namespace come first, then the parts of the name as its system divides it."""
    assert AssetKey(parts) == default_key(namespace, name)


@given(st.sampled_from(["postgres://db:5432", "kafka://bus", "mine"]), st.text("ab./", min_size=1), st.text("ab./"))
def test_different_names_are_different_assets(namespace: str, one: str, other: str) -> None:
    """In one namespace of tables or topics, no two names share a key."""
    assert (one == other) == (default_key(namespace, one) == default_key(namespace, other))


@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        ("file", "/srv/raw/orders.csv"),
        ("s3://raw", "daily/orders.csv"),
        ("postgres://db:5432", "shop.public.orders"),
        ("bigquery", "project.sales.items"),
        ("kafka://bus:9092", "orders.v1"),
        ("headwater://prod", "marts/orders"),
    ],
)
def test_the_way_back(namespace: str, name: str) -> None:
    """What came under its system's name is told to others under the same."""
    assert DatasetName(namespace, name) == default_dataset(default_key(namespace, name), "headwater://here")


@given(
    st.sampled_from(["postgres", "s3", "file", "kafka", "bigquery", "headwater", "mine", ""]),
    st.lists(st.text("ab./\\"), max_size=4),
    st.sampled_from(["postgres", "s3", "file", "kafka", "bigquery", "headwater", "mine", ""]),
    st.lists(st.text("ab./\\"), max_size=4),
)
def test_no_two_assets_are_told_as_one(one: str, ones: list[str], other: str, others: list[str]) -> None:
    """Every key has a dataset, and no two share one."""
    keys = AssetKey([one, *ones]), AssetKey([other, *others])
    names = [default_dataset(key, "here") for key in keys]
    assert (keys[0] == keys[1]) == (names[0] == names[1])


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("postgres://me:secret@db:5432/shop", "postgres://db:5432/shop"),
        ("postgres://me:p@ss@db/shop", "postgres://db/shop"),
        ("https://example.com/a@b", "https://example.com/a@b"),
        ("abfss://box@account/a", "abfss://box@account/a"),
        ("not a uri", "not a uri"),
    ],
)
def test_credentials_are_left_out(uri: str, expected: str) -> None:
    """A user name and password are not kept, a container of Azure's is."""
    assert expected == without_credentials(uri)


def test_claims_win() -> None:
    """A claimed dataset has the key that was claimed for it, however its namespace is spelled; others keep theirs."""
    naming = Naming([(DatasetName("postgres://db:5432", "shop.public.orders"), AssetKey("orders"))])
    assert AssetKey("orders") == naming.key_of("postgresql://u:p@db:5432", "shop.public.orders")
    assert AssetKey(["bigquery", "a", "b"]) == naming.key_of("bigquery", "a.b")


def test_the_first_claim_counts() -> None:
    """One dataset is one asset, also where two claim it in two spellings."""
    naming = Naming([(DatasetName("s3://raw", "x"), AssetKey("a")), (DatasetName("s3a://raw", "/x"), AssetKey("b"))])
    assert AssetKey("a") == naming.key_of("s3n://raw", "x")
