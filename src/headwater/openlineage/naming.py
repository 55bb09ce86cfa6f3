"""Which asset a dataset is: the default rule from OpenLineage's namespace and name to a key, and exceptions to it.

The key is the scheme of the namespace, then its host and path, then the parts of the name:

| namespace            | name                 | key                                            |
|----------------------|----------------------|------------------------------------------------|
| `file`               | `/srv/raw/a.csv`     | `file/srv/raw/a.csv`                           |
| `s3://raw`           | `daily/orders.csv`   | `s3/raw/daily/orders.csv`                      |
| `postgres://db:5432` | `shop.public.orders` | `postgres/db:5432/shop/public/orders`          |
| `duckdb://shop.db`   | `shop.main.orders`   | `duckdb/shop.db/shop/main/orders`              |
| `bigquery`           | `project.sales.items`| `bigquery/project/sales/items`                 |
| `kafka://bus:9092`   | `orders.v1`          | `kafka/bus:9092/orders.v1`                     |

Names in file stores are split at slashes, names of topics not at all, all others at dots. Slashes at both ends
don't count: producers disagree on whether an object's name begins with one. Host and port stay in the key, so that
one table on two servers is two assets. Spellings of one scheme (`s3a`, `postgresql`) are one, and a user name
or password in a namespace is left out.

The way back, for what is told to others, is `default_dataset`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from headwater.definitions.metadata.datasets import DatasetName
from headwater.keys import AssetKey

_SAME_SCHEME = {
    "s3a": "s3",
    "s3n": "s3",
    "gcs": "gs",
    "abfs": "abfss",
    "wasb": "wasbs",
    "postgresql": "postgres",
}
_SPLIT_AT_SLASHES = frozenset(
    {
        "file",
        "s3",
        "gs",
        "hdfs",
        "abfss",
        "wasbs",
        "dbfs",
        "sftp",
        "ftp",
        "http",
        "https",
        "arn",
        "azurecosmos",
        "headwater",
    }
)
_NOT_SPLIT = frozenset({"kafka", "pubsub"})
_SPLIT_AT_DOTS = frozenset(
    {
        "awsathena",
        "awsglue",
        "cassandra",
        "clickhouse",
        "crate",
        "db2",
        "duckdb",
        "mssql",
        "mysql",
        "oracle",
        "postgres",
        "redshift",
        "snowflake",
        "spanner",
        "sqlite",
        "sqlserver",
        "teradata",
        "trino",
    }
)
"""Systems whose names are known to be split at dots; others are too, but can't be told from a user's own key."""
# In these, what stands before the @ is a container.
_CONTAINER_SCHEMES = frozenset({"abfss", "abfs", "wasbs", "wasb"})
_USER_INFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://[^/]*@")


def without_credentials(uri: str) -> str:
    """The URI without the user name and password that it may carry in front of the host."""
    found = _USER_INFO.match(uri)
    if found is None or found[1].lower() in _CONTAINER_SCHEMES:
        return uri
    return f"{found[1]}://{uri[found.end() :]}"


def default_key(namespace: str, name: str) -> AssetKey:
    """The key of a dataset by the rule above.

    Example:
        >>> default_key("postgres://db:5432", "shop.public.orders").to_user_string()
        'postgres/db:5432/shop/public/orders'
    """
    scheme, prefix = _split_namespace(namespace)
    if scheme in _SPLIT_AT_SLASHES:
        path = name.strip("/")
        parts = path.split("/") if path else []
    elif scheme in _NOT_SPLIT:
        parts = [name]
    else:
        parts = name.split(".")
    return AssetKey([*prefix, *parts])


def default_dataset(key: AssetKey, namespace: str) -> DatasetName:
    """What a key stands for by the rule above; a key of another form is a name in a namespace of its own.

    Example:
        >>> default_dataset(AssetKey(["postgres", "db:5432", "shop", "public", "orders"]), "headwater://default")
        DatasetName(namespace='postgres://db:5432', name='shop.public.orders')
        >>> default_dataset(AssetKey(["marts", "orders"]), "headwater://default")
        DatasetName(namespace='headwater://default', name='marts/orders')
    """
    found = _recognised(key.parts)
    if found is not None and default_key(found.namespace, found.name) == key:
        return found
    return DatasetName(namespace, key.to_escaped_user_string())


def _recognised(parts: Sequence[str]) -> DatasetName | None:
    scheme, *rest = parts or ("",)
    if scheme in ("file", "bigquery") and rest:
        return DatasetName(scheme, f"/{'/'.join(rest)}" if scheme == "file" else ".".join(rest))
    if len(rest) < 2:
        return None
    namespace = f"{scheme}://{rest[0]}"
    if scheme in _SPLIT_AT_SLASHES:
        return DatasetName(namespace, "/".join(rest[1:]))
    if scheme in _SPLIT_AT_DOTS:
        return DatasetName(namespace, ".".join(rest[1:]))
    return DatasetName(namespace, rest[1]) if scheme in _NOT_SPLIT else None


def _split_namespace(namespace: str) -> tuple[str, list[str]]:
    """The scheme that decides how names are split, and the first parts of the key."""
    scheme, separator, rest = without_credentials(namespace).partition("://")
    if not separator:
        name = namespace.removesuffix(":")
        return name.partition(":")[0], [name]
    scheme = _SAME_SCHEME.get(scheme.lower(), scheme.lower())
    path = rest.strip("/")
    return scheme, [scheme, *(path.split("/") if path else [])]


class Naming:
    """Names datasets: by the default rule, except for those that a definition claims.

    Args:
        claims: The datasets that definitions claim, with the key of each. Any spelling that the default rule takes
            for the same dataset is claimed with it. Of two claims of one dataset, the first counts: loading definitions
            refuses a second one, but two code locations don't know of each other.

    Example:
        >>> claimed = DatasetName("postgres://db:5432", "shop.public.orders")
        >>> Naming([(claimed, AssetKey("orders"))]).key_of("postgresql://db:5432", "shop.public.orders")
        AssetKey(['orders'])
    """

    def __init__(self, claims: Iterable[tuple[DatasetName, AssetKey]] = ()) -> None:
        self._claims: dict[AssetKey, AssetKey] = {}
        for dataset, key in claims:
            self._claims.setdefault(default_key(dataset.namespace, dataset.name), key)

    def key_of(self, namespace: str, name: str) -> AssetKey:
        """The key of a dataset."""
        key = default_key(namespace, name)
        return self._claims.get(key, key)


DEFAULT_NAMING = Naming()
