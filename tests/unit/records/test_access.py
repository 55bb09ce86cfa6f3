"""What tokens and people may do."""

from __future__ import annotations

import pytest

from headwater.errors import NotAllowedError, SelectionError, SettingsError
from headwater.graph.asset_graph import AssetGraph, undefined_node
from headwater.records.access.tokens import Principal, Role, Scope, check_selection, scopes_of, scopes_of_role

GRAPH = AssetGraph(
    [undefined_node("partner/orders"), undefined_node("lake/clicks")], [("lake/clicks", "partner/orders")]
)


def reporter(selection: str) -> Principal:
    """A token that may report some assets."""
    return Principal(kind="token", name="partner", scopes=scopes_of([Scope.REPORT]), selection=selection)


def test_scopes_contain_each_other() -> None:
    """To operate one must read, an admin may do all; to report is a thing of its own."""
    assert {Scope.OPERATE, Scope.READ} == scopes_of([Scope.OPERATE])
    assert set(Scope) == scopes_of([Scope.ADMIN])
    assert {Scope.REPORT} == scopes_of([Scope.REPORT])
    assert Scope.OPERATE not in scopes_of_role(Role.VIEWER)


def test_a_missing_scope_is_named() -> None:
    """With who asked, and what that may do."""
    with pytest.raises(NotAllowedError, match=r"token:partner may report; this needs the scope 'operate'"):
        reporter("*").demand(Scope.OPERATE)


@pytest.mark.parametrize(
    ("selection", "key", "allowed"),
    [
        ("key:partner/*", "partner/orders", True),
        ("key:partner/*", "partner/new", True),
        ("key:partner/*", "lake/clicks", False),
        ("key:partner/*", "lake/new", False),
        ("partner/orders or partner/later", "partner/later", True),
        ("partner/orders or partner/later", "partner/other", False),
        ("+partner/orders", "lake/clicks", True),
        ("not key:lake/*", "lake/new", False),
        ("not key:lake/*", "anything", True),
    ],
)
def test_a_selection_says_which_assets_may_be_reported(selection: str, key: str, allowed: bool) -> None:
    """Also of assets that nobody has heard of yet, which are judged by their keys."""
    assert allowed is GRAPH.is_selected(selection, key)


def test_a_former_name_is_as_good_as_the_present_one() -> None:
    """A partner need not know that an asset was renamed."""
    reporter("partner/old").demand_report(("partner/old", "partner/orders"), GRAPH)
    with pytest.raises(NotAllowedError, match="'partner/new' is not one of them"):
        reporter("partner/old").demand_report(("partner/new",), GRAPH)


@pytest.mark.parametrize(
    ("selection", "error"), [("", SettingsError), ("a and", SelectionError), ("status:fresh", SelectionError)]
)
def test_a_selection_that_can_not_be_used_is_refused(selection: str, error: type[Exception]) -> None:
    """When the token is made, not when it is used."""
    with pytest.raises(error):
        check_selection(selection)
