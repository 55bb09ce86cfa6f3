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
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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
    {"file", "s3", "gs", "hdfs", "abfss", "wasbs", "dbfs", "sftp", "ftp", "http", "https", "arn", "azurecosmos"}
)
_NOT_SPLIT = frozenset({"kafka", "pubsub"})
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
