"""Ways to run events through the translation, as the server does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from headwater.openlineage.open_runs import OpenRuns
from headwater.openlineage.requests import parse_request
from headwater.openlineage.translate import Translation, translate

_DATA = Path(__file__).parents[2] / "data" / "openlineage"

TranslateSample: TypeAlias = Callable[[str], list[Translation]]
TranslateEvents: TypeAlias = Callable[..., list[Translation]]


def _translate(body: bytes) -> list[Translation]:
    translations = []
    open_runs = OpenRuns()
    for event in parse_request(body, None, max_bytes=10_000_000):
        translations.append(translate(event, open_runs))
        open_runs = translations[-1].open_runs
    return translations


@pytest.fixture(scope="session")
def translate_sample() -> TranslateSample:
    """Translate a recorded file, such as `airflow/dags_test.json`."""
    return lambda name: _translate((_DATA / name).read_bytes())


@pytest.fixture(scope="session")
def translate_events() -> TranslateEvents:
    """Translate a few events, given as dicts."""

    def run(*events: dict[str, Any]) -> list[Translation]:
        return _translate(json.dumps(events).encode())

    return run


@pytest.fixture(scope="session")
def samples() -> dict[str, list[dict[str, Any]]]:
    """All recorded events by file."""
    return {str(path.relative_to(_DATA)): json.loads(path.read_text()) for path in sorted(_DATA.rglob("*.json"))}
