"""Datasets of OpenLineage that definitions claim."""

from __future__ import annotations

from typing import Any

import pytest

import headwater as hw

ORDERS = {"namespace": "postgres://db:5432", "name": "shop.public.orders"}


def defined(*claims: Any) -> hw.Definitions:
    """An asset for each claim."""
    specs = [hw.AssetSpec(f"a{n}", metadata={"openlineage/datasets": claim}) for n, claim in enumerate(claims)]
    return hw.Definitions(specs)


def test_one_or_several() -> None:
    """An asset may be known by several names."""
    several = [{**ORDERS, "name": "a"}, {**ORDERS, "name": "b"}]

    assert {"a0", "a1"} == {key.to_user_string() for key in defined(ORDERS, several).resolve().specs}


@pytest.mark.parametrize("claim", ["postgres://db/orders", {"name": "orders"}, [ORDERS, 5], {**ORDERS, "host": "db"}])
def test_what_is_no_dataset_is_refused(claim: Any) -> None:
    """The error names the asset and says how to write it."""
    with pytest.raises(hw.InvalidDefinitionError, match=r"asset 'a0' names no dataset .*Write \{\"namespace\""):
        defined(claim).resolve()


def test_two_claims_of_one_dataset_are_refused() -> None:
    """Its news could not go to both."""
    with pytest.raises(hw.DuplicateDefinitionError, match=r"'shop\.public\.orders'.*claimed by asset 'a0'.*by 'a1'"):
        defined(ORDERS, [ORDERS]).resolve()
