"""What the tests of the client share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stand_in import StandIn, stand_in


@pytest.fixture
def server() -> Iterator[StandIn]:
    """A stand-in for the server."""
    with stand_in() as server:
        yield server
