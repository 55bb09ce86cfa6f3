"""A script of the published client that reports everything it can."""

import io
import os
import sys
from pathlib import Path
from typing import Any

from dagster_pipes import PipesS3ContextLoader, PipesS3MessageWriter, open_dagster_pipes


class FolderStore:
    """As much of an S3 client as the published writer uses, on a folder."""

    def put_object(self, **told: Any) -> None:
        """Keep an object, which others see whole."""
        place, body = Path(told["Bucket"], told["Key"]), told["Body"]
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        part.write_bytes(body.encode() if isinstance(body, str) else body)
        part.replace(place)

    def get_object(self, **told: Any) -> dict[str, Any]:
        """An object."""
        return {"Body": io.BytesIO(Path(told["Bucket"], told["Key"]).read_bytes())}


store = "--store" in sys.argv
options: dict[str, Any] = {}
if store:
    client = FolderStore()
    options["message_writer"] = PipesS3MessageWriter(client, interval=0.05)
    options["context_loader"] = PipesS3ContextLoader(client)

with open_dagster_pipes(**options) as pipes:
    print("printed by the script")
    pipes.log.warning(f"working on {pipes.asset_key}")
    pipes.report_custom_message({"partition": pipes.partition_key if pipes.is_partition_step else None})
    pipes.report_asset_check("positive", passed=True, metadata={"low": 1})
    pipes.report_asset_materialization(
        data_version="v7",
        metadata={
            "rows": 3,
            "share": {"raw_value": 1, "type": "float"},
            "link": {"raw_value": "https://example.com", "type": "url"},
            "other": {"raw_value": "lake/raw", "type": "asset"},
            "table": {
                "raw_value": {"records": [{"n": 1}], "schema": [{"name": "n", "type": "int"}]},
                "type": "table",
            },
            "schema": {
                "raw_value": {"columns": [{"name": "n", "constraints": {"nullable": False}}]},
                "type": "table_schema",
            },
            "lineage": {
                "raw_value": {"deps_by_column": {"n": [{"asset_key": "lake/raw", "column_name": "m"}]}},
                "type": "table_column_lineage",
            },
        },
    )
    if "--fail" in sys.argv:
        raise ValueError("wrong by intent")
    if "--vanish" in sys.argv:
        os._exit(4)
