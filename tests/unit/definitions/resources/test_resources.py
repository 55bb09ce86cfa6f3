"""Resources and config: what they take, show and refuse, and how they are bound to functions."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from pydantic import PrivateAttr

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.snapshot import encode_snapshot
from headwater.location.hosts.resources import ResourceScope

SECRET = "correct horse battery"


class Warehouse(hw.ConfigurableResource):
    """A resource with a secret, that notes its life."""

    host: str
    password: str
    port: int = 5432
    _life: list[str] = PrivateAttr(default_factory=list)

    def setup_for_execution(self, context: hw.InitResourceContext) -> None:
        """Note it."""
        self._life.append(f"open {self.password}")

    def teardown_after_execution(self, context: hw.InitResourceContext) -> None:
        """Note it."""
        self._life.append("closed")


class Writer(hw.ConfigurableResource):
    warehouse: Warehouse
    table: str = "t"


class Window(hw.Config):
    days: int = 7
    label: str = ""


def test_fields_are_checked_and_faults_named_without_values() -> None:
    """A missing, unknown or wrong field is one error of ours, which shows no value."""
    with pytest.raises(hw.InvalidConfigError) as found:
        Warehouse(host=["s3cret"], hots="x")  # type: ignore[call-arg, arg-type]
    assert all(part in str(found.value) for part in ("host", "password is missing", "hots is no field"))
    assert "s3cret" not in str(found.value)


def test_an_env_var_is_read_at_use_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The definition holds a name; the resource that a function gets holds the value, and does not show it."""
    monkeypatch.setenv("WAREHOUSE_PASSWORD", SECRET)
    monkeypatch.setenv("WAREHOUSE_PORT", "6543")
    defined = Warehouse(host="h", password=hw.EnvVar("WAREHOUSE_PASSWORD"), port=hw.EnvVar.int("WAREHOUSE_PORT"))
    assert SECRET not in repr(defined)

    with ResourceScope({"w": defined}) as scope:
        ready = scope.get("w")
        assert (SECRET, 6543) == (ready.password, ready.port)
        assert SECRET not in f"{ready!r} {ready}"
        assert [f"open {SECRET}"] == ready._life
        assert ready is scope.get("w")
    assert [f"open {SECRET}", "closed"] == ready._life
    assert [] == defined._life


@pytest.mark.parametrize("show", [str, "{}".format])
def test_an_env_var_has_no_text(show: Any) -> None:
    """Whoever formats one is told how to read it."""
    with pytest.raises(hw.InvalidInvocationError, match="get_value"):
        show(hw.EnvVar("X"))


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names field and variable, before the resource is opened."""
    monkeypatch.delenv("NOT_SET", raising=False)
    with (
        pytest.raises(hw.InvalidConfigError, match="password of Warehouse is the environment variable NOT_SET"),
        ResourceScope({"w": Warehouse(host="h", password=hw.EnvVar("NOT_SET"))}) as scope,
    ):
        scope.get("w")


def test_nested_resources_are_set_up_first_and_once() -> None:
    """One object in two places is one open resource, torn down after what uses it."""
    shared = Warehouse(host="h", password="p" * 8)
    with ResourceScope({"writer": Writer(warehouse=shared), "w": shared}) as scope:
        writer = scope.get("writer")
        assert writer.warehouse is scope.get("w")
        assert ["open pppppppp"] == writer.warehouse._life
    assert "closed" == writer.warehouse._life[-1]


def test_a_function_makes_a_resource_and_closes_it() -> None:
    """A generator is torn down in reverse order; what it requires is there."""
    life: list[str] = []

    @hw.resource(config_schema={"name": str, "size": hw.Field(int, default_value=3)}, required_resource_keys={"base"})
    def opened(context: hw.InitResourceContext) -> Any:
        life.append(f"open {context.resource_config} on {context.resources.base}")
        yield "connection"
        life.append("closed")

    with ResourceScope({"c": opened.configured({"name": "n"}), "base": "ground"}) as scope:
        assert "connection" == scope.get("c")
    assert ["open {'name': 'n', 'size': 3} on ground", "closed"] == life


def test_tear_down_follows_a_failure() -> None:
    """A resource is closed also when the work has failed."""
    ready: list[Any] = []

    def fail() -> None:
        with ResourceScope({"w": Warehouse(host="h", password="p")}) as scope:
            ready.append(scope.get("w"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert "closed" == ready[0]._life[-1]


def test_config_does_not_change_and_knows_its_fields() -> None:
    """Assignment and unknown fields are errors of ours; a permissive config takes more."""
    window = Window(days=3)
    with pytest.raises(hw.InvalidInvocationError, match="days"):
        window.days = 4
    with pytest.raises(hw.InvalidConfigError, match="day is no field"):
        Window(day=3)  # type: ignore[call-arg]
    assert 1 == hw.PermissiveConfig(anything=1).anything  # type: ignore[call-arg,attr-defined]


def test_parameters_are_bound_by_annotation_and_by_name() -> None:
    """An annotated parameter is a resource; one without is, if it is named like a resource and like no asset."""

    @hw.asset
    def orders() -> int:
        return 1

    @hw.asset
    def report(orders: int, warehouse: Warehouse, bucket: Any, config: Window) -> int:
        return 1

    defs = hw.Definitions(
        assets=[orders, report], resources={"warehouse": Warehouse(host="h", password="p"), "bucket": {}, "orders": 1}
    )
    bound = defs.get_assets_def("report")
    assert {"warehouse", "bucket"} == bound.needs.resources
    assert ["orders"] == [entry.name for entry in bound.inputs]
    assert [hw.AssetKey("orders")] == [dep.asset_key for dep in bound.spec.deps]
    with pytest.raises(hw.InvalidDefinitionError, match=r"'report' .* the resource 'warehouse'.*Did you mean 'wareh"):
        hw.Definitions(assets=[orders, report], resources={"warehose": 1, "bucket": 1}).resolve()


def test_no_secret_reaches_the_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the server knows of definitions holds no value of the environment."""
    monkeypatch.setenv("WAREHOUSE_PASSWORD", SECRET)

    @hw.asset
    def report(warehouse: Warehouse) -> None:
        pass

    password = hw.EnvVar("WAREHOUSE_PASSWORD")
    defs = hw.Definitions(assets=[report], resources={"warehouse": Warehouse(host="h", password=password)})
    assert SECRET.encode() not in encode_snapshot(build_snapshot(defs))


def test_run_config_round_trips_as_plain_json() -> None:
    """Config classes, dicts and environment variables have a plain form, in which a variable is its name."""
    config = hw.RunConfig(ops={"report": Window(days=3, label=hw.EnvVar("L"))}, resources={"w": {"port": 1}})
    plain = config.to_config_dict()

    assert plain == json.loads(msgspec.json.encode(plain))
    assert {"days": 3, "label": {"env": "L"}} == plain["ops"]["report"]["config"]


def test_config_classes_resolve_variables_inside_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a list or a nested config holds them."""
    monkeypatch.setenv("ONE_HOST", "db.example.org")

    class Inner(hw.Config):
        host: str

    class Outer(hw.Config):
        hosts: list[str]
        inner: Inner

    resolved = Outer(hosts=[hw.EnvVar("ONE_HOST")], inner=Inner(host=hw.EnvVar("ONE_HOST"))).resolve_env_vars()
    assert (["db.example.org"], "db.example.org") == (resolved.hosts, resolved.inner.host)
