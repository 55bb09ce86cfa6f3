"""The `@asset_check` decorator."""

from __future__ import annotations

from typing import Any

import pytest

import headwater as hw


def test_check_of_an_asset() -> None:
    """A check is named after its function and described by its docstring, and can be called."""

    @hw.asset
    def orders() -> list[int]:
        return [1]

    @hw.asset_check(asset=orders, blocking=True, timeout=5)
    def has_rows(context: hw.AssetCheckExecutionContext, rows: list[int]) -> hw.AssetCheckResult:
        """There are rows."""
        return hw.AssetCheckResult(passed=len(rows) > 0)

    assert hw.AssetCheckKey(orders.key, "has_rows") == has_rows.key
    assert ("There are rows.", True, 5.0) == (has_rows.spec.description, has_rows.spec.blocking, has_rows.timeout)
    assert (True, "rows") == (has_rows.takes_context, has_rows.asset_input)
    assert [orders.key] == [entry.key for entry in has_rows.inputs]
    assert hw.AssetCheckResult(passed=True) == has_rows(hw.build_asset_check_context(), [1])


@pytest.mark.parametrize("asset", ["orders", ["orders"], hw.AssetKey("orders"), hw.AssetSpec("orders")])
def test_asset_is_anything_with_a_key(asset: Any) -> None:
    """A key, its text, its parts or a definition says which asset is judged."""

    @hw.asset_check(asset=asset)
    def check() -> bool:
        return True

    assert hw.AssetKey("orders") == check.key.asset_key
    assert check.asset_input is None


def test_without_parentheses_the_parameter_names_the_asset() -> None:
    """A check that takes the value of `orders` and says no more judges `orders`."""

    @hw.asset_check
    def has_rows(orders: list[int]) -> bool:
        return bool(orders)

    assert hw.AssetCheckKey(hw.AssetKey("orders"), "has_rows") == has_rows.key
    assert has_rows([1]) is True


def test_without_asset_or_parameter_is_an_error() -> None:
    """A check has to say what it judges."""
    with pytest.raises(hw.InvalidDefinitionError, match=r"@asset_check\(asset=\.\.\.\)"):
        hw.asset_check(lambda: True)


def test_takes_one_value_only() -> None:
    """A check of two values is refused with the mend."""
    with pytest.raises(hw.InvalidDefinitionError, match="additional_deps"):
        hw.asset_check(asset="a", name="x")(lambda a, b: True)


@pytest.mark.parametrize(
    "options", [{"name": "a\n"}, {"blocking": 1}, {"timeout": 0}, {"metadata": {"a": {1}}}, {"additional_deps": "ab"}]
)
def test_refuses_options(options: dict[str, Any]) -> None:
    """Options of the wrong type or form are refused."""
    with pytest.raises(hw.InvalidDefinitionError):
        hw.asset_check(asset="a", **options)(lambda: True)
