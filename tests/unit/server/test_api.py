"""The API's description: what the web app's types are made from, and what clients rely on."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from headwater.server.api import ROUTES, build_api

ROOT = Path(__file__).parents[3]


def test_the_web_apps_description_is_current() -> None:
    """`ui/openapi.json` is what the server says of itself; `make openapi` writes it."""
    spec = importlib.util.spec_from_file_location("write_openapi", ROOT / "scripts" / "write_openapi.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.render() == (ROOT / "ui" / "openapi.json").read_text()


def test_every_route_is_described() -> None:
    """Each operation has a summary and a name of its own."""
    paths = build_api().openapi_schema.to_schema()["paths"]
    operations = [operation for path in paths.values() for operation in path.values() if "operationId" in operation]

    assert len(ROUTES) == len(operations)
    assert len(operations) == len({operation["operationId"] for operation in operations})
    assert all(operation["summary"] for operation in operations)


def test_limits_are_part_of_the_description() -> None:
    """A listing's limit has bounds, which the server enforces."""
    described = json.dumps(build_api().openapi_schema.to_schema()["paths"]["/api/events"])

    assert '"minimum": 1' in described
    assert '"maximum": 1000' in described
