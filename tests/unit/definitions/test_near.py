"""Names that are meant by one that is not there."""

from __future__ import annotations

import pytest

from headwater.definitions.near import nearest

_MANY = [f"warehouse/schema_{number % 50}/table_{number}" for number in range(20_000)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("warehouse/schema_1/tabel_51", "warehouse/schema_1/table_51"),
        ("warehosue/schema_49/table_19999", "warehouse/schema_49/table_19999"),
        ("warehouse/schema_2/table_1902x", "warehouse/schema_2/table_1902"),
    ],
)
def test_the_likest_of_very_many_is_found(written: str, meant: str) -> None:
    """Whether it is misspelt at its beginning or at its end; only the likely ones are compared."""
    assert meant == nearest(written, _MANY)[0]


def test_what_is_like_nothing_has_no_near_name() -> None:
    """Among few and among many."""
    assert [] == nearest("zzz", _MANY) == nearest("zzz", ["customers"]) == nearest("", _MANY)
    assert ["customers"] == nearest("custmoers", ["customers", "orders"])
