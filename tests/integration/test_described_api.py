"""Whatever fits the API's description, and much that does not, gets an answer that the description has; never a 5xx."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "lineage.py"
EXAMPLES = int(os.environ.get("HEADWATER_API_EXAMPLES", "3"))
"""Requests an operation and way of generating; `make soak` sends a hundred thousand in all."""
IS_SOAK = "HEADWATER_API_EXAMPLES" in os.environ
"""Then they are others each time, or those of pytest's `--hypothesis-seed`."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
LEFT_OUT = ("/api/session", "/api/tokens", "/api/people", "/api/live")
"""These change who may ask, or answer without an end."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with a small lineage and some history."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as server:
        for item in server.wait_for(lambda: server.get("/api/assets").json["items"]):
            server.post("/api/report", {"key": item["key"], "kind": "observation", "metadata": {"rows": 3}})
        yield server


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.value))
def test_generated_requests(server: DevServer, mode: GenerationMode) -> None:
    """Each operation is asked with what its description allows, or with what it forbids."""
    # Whoever comes without a token gets in here, with a wrong one nobody does.
    generation = GenerationConfig(with_security_parameters=False)
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
    description: Any = schemathesis.openapi.from_url(f"{server.url}/api/docs/openapi.json", config=config)
    wrong: dict[str, str] = {}
    sent = 0
    for found in description.get_all_operations():
        operation = found.ok()
        if operation.path.startswith(LEFT_OUT):
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=not IS_SOAK,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            nonlocal sent
            sent += 1
            case.call_and_validate(base_url=server.url, checks=CHECKS, timeout=30)

        try:
            ask()
        except Unsatisfiable:
            # It takes no input, so nothing can be wrong with that.
            continue
        except (Exception, BaseExceptionGroup) as error:
            wrong[operation.label] = str(error)[:3_000]

    print(f"{sent:,} requests")
    assert {} == wrong, "\n\n".join(f"{label}: {said}" for label, said in wrong.items())
    assert 200 == server.get("/health/ready").status
