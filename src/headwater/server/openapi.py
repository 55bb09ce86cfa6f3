"""The API's description and the page that shows it, both served from here and nowhere else."""

from __future__ import annotations

import json
from typing import Any

from litestar import MediaType, Response, Router
from litestar.connection import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

from headwater.server.doors import described as doors
from headwater.server.problems import MEDIA_TYPE, base_of

DESCRIPTION = """Everything that the web app shows, for scripts too, and the doors for reports.

Listings are read page by page: pass `next` of an answer as `cursor`. Times are seconds since the epoch, UTC. Answers
carry an `ETag`; sent back as `If-None-Match`, it saves what has not changed. An error is a problem as RFC 9457 has it;
its `type` is a path that says what the kind of problem means.
"""

_TOKENS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "`headwater token create NAME` makes one."},
    "header": {"type": "apiKey", "in": "header", "name": "Dagster-Cloud-Api-Token", "description": "The same token."},
}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Headwater API</title>
<link rel="stylesheet" href="{base}/docs/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<script src="{base}/docs/swagger-ui-bundle.js"></script>
<script src="{base}/docs/api.js" data-description="{base}/api/docs/openapi.json"></script>
</body>
</html>
"""
# All that the page is made of comes from this server; the pictures stand in its stylesheet.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class ApiDescription(OpenAPIRenderPlugin):
    """Serves the description at `/api/docs/openapi.json`."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The description as JSON."""
        return json.dumps(described(openapi_schema)).encode()


class ApiDocs(OpenAPIRenderPlugin):
    """Serves the page at `/api/docs`."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page; its script asks for the description."""
        return _PAGE.format(base=base_of(request.scope)).encode()


def docs_router(path: str) -> Router:
    """The routes of the page and of the description; only the page may have a browser load what it is made of."""
    return Router(path, route_handlers=[], include_in_schema=False, after_request=_with_policy)


async def _with_policy(response: Response[Any]) -> Response[Any]:
    if response.media_type == MediaType.HTML:
        response.set_header("content-security-policy", _POLICY)
    return response


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """The framework's description with the doors, and with a problem as a possible answer of every operation."""
    problem = {"description": "What is wrong, and what to do.", "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
    routes = {
        path: {method: _completed(path, operation, problem) for method, operation in item.items()}
        for path, item in schema["paths"].items()
    }
    components = {
        **schema["components"],
        "schemas": {**schema["components"]["schemas"], **doors.schemas()},
        "securitySchemes": _TOKENS,
    }
    # Without any token this machine alone is served, and needs none.
    security: list[dict[str, list[str]]] = [{}, {"bearer": []}, {"header": []}]
    return {**schema, "paths": {**doors.paths(), **routes}, "components": components, "security": security}


def _completed(path: str, operation: dict[str, Any], problem: dict[str, Any]) -> dict[str, Any]:
    """An operation of the framework's with the group that its page shows it in, and with problems."""
    group = path.removeprefix("/api/").partition("/")[0].replace("_", "-")
    good = {status: answer for status, answer in operation["responses"].items() if status < "400"}
    return {**operation, "tags": [group], "responses": {**good, "4XX": problem, "503": problem}}
