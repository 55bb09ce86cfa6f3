"""What the page on executors shows is true, and its manifests are what Kubernetes takes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.execution.executors.choose import read_default_executor
from headwater.execution.executors.resources import resources_of

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "executors.md").read_text()
MANIFESTS = [
    (path.name, document)
    for path in sorted((DOCS / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
]


@pytest.mark.parametrize(
    "document",
    [document for _, document in MANIFESTS],
    ids=[f"{d['kind']}-{d['metadata']['name']}" for _, d in MANIFESTS],
)
def test_each_manifest_fits_the_schema(document: dict[str, Any]) -> None:
    """Unknown and misspelt fields are refused."""
    kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)


def test_a_misspelt_field_would_be_found() -> None:
    """The check itself sees an error."""
    wrong = {**MANIFESTS[0][1], "metdata": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_the_manifests_fit_together() -> None:
    """The settings are what the engine reads, and name the scheduler's service and port."""
    by_name = {(document["kind"], document["metadata"]["name"]): document for _, document in MANIFESTS}
    service = by_name[("Service", "dask-scheduler")]
    text = by_name[("ConfigMap", "headwater-settings")]["data"]["settings.toml"]
    port = service["spec"]["ports"][0]["port"]
    assert f'"tcp://{service["metadata"]["name"]}:{port}"' in text
    for (kind, name), document in by_name.items():
        if kind == "Service":
            selected = document["spec"]["selector"]["app"]
            assert selected in {each for each_kind, each in by_name if each_kind == "Deployment"}, name


def test_the_definitions_say_what_the_page_says() -> None:
    """The limits, the job's executor and the resources are in the snapshot."""
    names: dict[str, Any] = {"__name__": "page"}
    exec(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)[0], names)
    snapshot = build_snapshot(names["defs"])
    assert snapshot.executor is not None
    assert ("multiprocess", 8) == (snapshot.executor.name, snapshot.executor.config["max_concurrent"])
    assert "dask" == snapshot.jobs[0].executor.name  # type: ignore[union-attr]
    tags = {asset.key: asset.op_tags for asset in snapshot.assets}
    assert {"gpus": 1.0, "memory": 8 * 2**30} == resources_of(tags["model"], "model")
    with pytest.raises(hw.InvalidDefinitionError, match="headwater/gpus of a is a number"):
        resources_of({"headwater/gpus": "two"}, "a")


def test_the_settings_are_read(tmp_path: Path) -> None:
    """As the page shows them."""
    (tmp_path / "settings.toml").write_text(re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)[0])
    chosen = read_default_executor(tmp_path, {})
    assert ("dask", {"address": "tcp://scheduler:8786"}) == (chosen.name, chosen.config)
