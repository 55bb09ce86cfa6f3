"""Write the API's description to `ui/openapi.json`, from which the web app's types are generated."""

from __future__ import annotations

import json
from pathlib import Path

from headwater.server.api import build_api
from headwater.server.openapi import described

TARGET = Path(__file__).parents[1] / "ui" / "openapi.json"


def render() -> str:
    """The description as it belongs into the file; without the version, which changes at every release."""
    schema = described(build_api().openapi_schema.to_schema())
    schema["info"]["version"] = "0"
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render())
